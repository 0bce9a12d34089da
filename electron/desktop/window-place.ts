import type { BrowserWindow, Rectangle } from 'electron';
import { app, screen } from 'electron';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DEFAULT_SIZE = { width: 1440, height: 900 };

/** The bounds the window had last, in points of the screen, if they still lie on one; else the default size. */
export function readWindowPlace(): Partial<Rectangle> {
  try {
    const place: unknown = JSON.parse(readFileSync(placeFile(), 'utf8'));
    return isRectangle(place) && isOnScreen(place) ? place : DEFAULT_SIZE;
  } catch {
    // The first start, or a file that is not JSON: the default is as good.
    return DEFAULT_SIZE;
  }
}

/** Writes the bounds when the window closes. */
export function keepWindowPlace(window: BrowserWindow): void {
  window.on('close', () => {
    try {
      writeFileSync(placeFile(), JSON.stringify(window.getNormalBounds()));
    } catch {
      // A full disk must not keep the window from closing; the next start uses the older place.
    }
  });
}

function placeFile(): string {
  return join(app.getPath('userData'), 'window-place.json');
}

function isRectangle(value: unknown): value is Rectangle {
  if (typeof value !== 'object' || value === null) return false;
  return ['x', 'y', 'width', 'height'].every((name) => Number.isInteger(Reflect.get(value, name)));
}

function isOnScreen(place: Rectangle): boolean {
  return screen.getAllDisplays().some(({ workArea }) => {
    const across =
      Math.min(place.x + place.width, workArea.x + workArea.width) - Math.max(place.x, workArea.x);
    const down =
      Math.min(place.y + place.height, workArea.y + workArea.height) - Math.max(place.y, workArea.y);
    return across >= 200 && down >= 200;
  });
}
