/** Where the renderer is served from: it decides what the page may connect to. */
export type ContentOrigin = 'desktop' | 'browser';

/**
 * The headers of every answer that carries the renderer. Scripts come from the app's own files only;
 * style attributes are allowed because positioned elements (menus, virtual rows) set them.
 */
export function contentHeaders(origin: ContentOrigin): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${origin === 'browser' ? "'self'" : "'none'"}`,
    "frame-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}
