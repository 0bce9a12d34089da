import type { BrowserWindow } from 'electron';
import { Notification } from 'electron';

/** Longer text is cut: systems show no more. In characters. */
const MOST_TEXT = 240;

/** Notifications on screen: one that nothing refers to is collected, and its click is lost with it. */
const shown = new Set<Notification>();

/** Shows a notification of the system, where it has those; a click brings the window to the front. */
export function showNotification(
  text: { readonly title: string; readonly body: string },
  window: () => BrowserWindow,
): void {
  if (text.title === '' || !Notification.isSupported()) return;
  const notification = new Notification({
    title: text.title.slice(0, MOST_TEXT),
    body: text.body.slice(0, MOST_TEXT),
  });
  shown.add(notification);
  notification.on('close', () => shown.delete(notification));
  notification.on('click', () => {
    shown.delete(notification);
    bringToFront(window());
  });
  notification.show();
}

function bringToFront(window: BrowserWindow): void {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
