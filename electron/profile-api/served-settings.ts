import { writeApiDocument } from './api-document.ts';
import { KeyRing } from './api-keys.ts';
import type { ApiSettings } from './api-settings.ts';

/** Settings as requests look them up: made once when they change. */
export class ServedSettings {
  readonly keys: KeyRing;
  readonly keyIds: ReadonlySet<string>;
  readonly partIds: readonly string[];
  readonly origins: ReadonlySet<string>;
  readonly identifiers: ReadonlySet<string>;
  readonly requestsPerSecond: number;
  readonly #settings: ApiSettings;
  readonly #partsOfAudience = new Map<string, string[]>();
  #document: { readonly port: number; readonly text: string } | undefined;

  constructor(settings: ApiSettings) {
    this.#settings = settings;
    this.partIds = settings.parts.map(({ id }) => id);
    this.keys = new KeyRing(settings.keys, new Set(this.partIds));
    this.keyIds = new Set(settings.keys.map(({ id }) => id));
    this.origins = new Set(settings.origins);
    this.identifiers = new Set(settings.identifiers);
    this.requestsPerSecond = settings.requestsPerSecond;
    for (const part of settings.parts) {
      for (const { id } of part.audiences) {
        this.#partsOfAudience.set(id, [...this.partsOfAudience(id), part.id]);
      }
    }
  }

  /** Ids of the parts that tell an audience's members; none for an unknown audience. */
  partsOfAudience(audienceId: string): readonly string[] {
    return this.#partsOfAudience.get(audienceId) ?? [];
  }

  /** The OpenAPI document as text. */
  document(port: number): string {
    if (this.#document?.port !== port) {
      this.#document = { port, text: JSON.stringify(writeApiDocument(this.#settings, port)) };
    }
    return this.#document.text;
  }
}
