import type { DesktopApi } from '../../electron/contract/desktop.ts';

declare global {
  interface Window {
    /** Set by the preload of the desktop app; absent in a browser. */
    readonly slipway?: DesktopApi;
  }
}

/** The desktop's file dialogs, or undefined where the page runs in a browser. */
export function findDesktop(): DesktopApi | undefined {
  return window.slipway;
}
