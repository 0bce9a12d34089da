type Payload = string | Uint8Array;

/**
 * One end of a port whose other end is in the parent process, in the shape of Electron's MessagePortMain.
 * `post` carries a message to the parent; `receive` and `end` are called for what comes from it.
 */
export class RelayedPort {
  readonly #post: (data: Payload) => void;
  readonly #onMessage: ((event: { data: Payload }) => void)[] = [];
  readonly #onClose: (() => void)[] = [];

  constructor(post: (data: Payload) => void) {
    this.#post = post;
  }

  on(event: string, listener: (event?: { data: unknown }) => void): void {
    if (event === 'message') this.#onMessage.push(listener);
    if (event === 'close') this.#onClose.push(listener);
  }

  postMessage(data: Payload): void {
    this.#post(data);
  }

  receive(data: Payload): void {
    for (const listener of this.#onMessage) listener({ data });
  }

  end(): void {
    for (const listener of this.#onClose) listener();
  }
}
