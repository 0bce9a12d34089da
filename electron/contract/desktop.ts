/** The address the desktop window loads from: a scheme of its own, so that the renderer has a real origin. */
export const APP_SCHEME = 'slipway';
export const APP_ORIGIN = 'slipway://app';

/** Names of the messages between renderer, preload and main. Nothing else crosses. */
export const CHANNELS = {
  /** Renderer → preload (window.postMessage) → main: one end of a MessageChannel for the engine. */
  port: 'slipway:port',
  chooseSaveFile: 'slipway:choose-save-file',
  chooseOpenFile: 'slipway:choose-open-file',
  chooseFolder: 'slipway:choose-folder',
  showInFolder: 'slipway:show-in-folder',
  notify: 'slipway:notify',
  notice: 'slipway:notice',
} as const;

/**
 * What the renderer posts to its own window, with exactly one port:
 * `window.postMessage({ type: PORT_MESSAGE }, location.origin, [channel.port2])`.
 * The renderer keeps `channel.port1`, closes it on `pagehide` (a reload with an open engine port
 * crashes Electron 22), and makes a new channel when its port reports `close`.
 */
export const PORT_MESSAGE = CHANNELS.port;

/** `extensions` are without the dot, such as `csv`. */
export interface SaveFileRequest {
  readonly title: string;
  readonly defaultName: string;
  readonly extensions: readonly string[];
}

/** `extensions` are without the dot; an empty list allows every file. */
export interface OpenFileRequest {
  readonly title: string;
  readonly extensions: readonly string[];
}

export interface FolderRequest {
  readonly title: string;
}

/** Something the desktop has to tell the person, outside of any call. `help` is the next act. */
export interface DesktopNotice {
  readonly kind: 'engine-stopped' | 'engine-failed';
  readonly message: string;
  readonly help: string;
}

/** What the preload exposes as `window.slipway`. In a browser it is absent. */
export interface DesktopApi {
  readonly kind: 'desktop';
  readonly platform: 'linux' | 'mac' | 'windows';
  /** Resolves to the absolute path chosen, or null when the dialog was closed. */
  chooseSaveFile(request: SaveFileRequest): Promise<string | null>;
  /** Resolves to the absolute path chosen, or null when the dialog was closed. */
  chooseOpenFile(request: OpenFileRequest): Promise<string | null>;
  /** Resolves to the absolute path chosen, or null when the dialog was closed. */
  chooseFolder(request: FolderRequest): Promise<string | null>;
  /** Shows the file in the file browser of the system; it is never opened. */
  showInFolder(path: string): Promise<void>;
  /** Shows a notification of the system, where it has those; a click brings the window to the front. No customer data. */
  notify(title: string, body: string): Promise<void>;
  readonly notices: {
    /** Calls `listener` for each notice, also for those given before; returns the end of the subscription. */
    subscribe(listener: (notice: DesktopNotice) => void): () => void;
  };
}
