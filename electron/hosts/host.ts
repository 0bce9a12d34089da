/** Where the engine keeps its files and secrets, and what it calls itself. Plain data: it crosses a process. */
export interface HostConfig {
  /** Absolute folder of the store and the sample lakehouse. */
  readonly home: string;
  readonly keychain: 'os' | 'memory';
  readonly version: string;
}

/** Why the engine is not there: it could not start, or it stopped by itself. */
export interface EngineLoss {
  readonly kind: 'failed' | 'stopped';
  /** What happened, as the engine said it. */
  readonly message: string;
  /** The next act of the person. */
  readonly help: string;
}

/** What a host needs of a port: Electron's MessagePortMain has it. */
export interface HostPort {
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  postMessage(data: unknown): void;
  start(): void;
  close(): void;
}

/**
 * Where the engine runs. A port that is handed over is served until either side closes it; when the engine
 * is lost its ports are closed, so that the renderer can ask again with a new port, which starts it anew.
 */
export interface EngineHost {
  connect(port: HostPort): void;
  /** Ends the engine and frees its files; safe to call twice. */
  close(): Promise<void>;
}
