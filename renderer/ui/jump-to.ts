const CONTROLS = '[aria-invalid="true"], input:not(:disabled), button:not(:disabled)';

/** The path without its last part: `fields[0].from` → `fields[0]` → `fields`. */
function shorten(where: string): string {
  return where.replace(/(\.[^.[]*|\[[^[]*|^[^.[]*)$/, '');
}

/** Brings the part of the form that a problem is about into view, with the focus on it. Parts carry their path as `data-where`. */
export function jumpTo(where: string): void {
  for (let path = where; path !== ''; path = shorten(path)) {
    const part = document.querySelector<HTMLElement>(`[data-where~="${CSS.escape(path)}"]`);
    if (part === null) continue;
    const [first] = [...part.querySelectorAll<HTMLElement>(CONTROLS)].sort(
      (left, right) => Number(isInvalid(right)) - Number(isInvalid(left)),
    );
    part.scrollIntoView({ block: 'center' });
    (part.matches('input') ? part : (first ?? part)).focus({ preventScroll: true });
    return;
  }
}

function isInvalid(control: HTMLElement): boolean {
  return control.getAttribute('aria-invalid') === 'true';
}
