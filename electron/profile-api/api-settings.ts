import type { ToldType } from '../domain/told-type.ts';
import type { ProfileKey } from '../domain/profile-api.ts';

/** What a server is told: plain data, so that it crosses to a thread. */
export interface ApiSettings {
  /** Loopback only: `127.0.0.1`. Port 0 takes a free one. */
  readonly port: number;
  readonly parts: readonly ApiPart[];
  /** The names of identifiers that customers are found by. */
  readonly identifiers: readonly string[];
  readonly keys: readonly ProfileKey[];
  readonly origins: readonly string[];
  readonly requestsPerSecond: number;
  readonly version: string;
}

/** A part as a server knows it: what the keys in a document are is told in the OpenAPI document. */
export interface ApiPart {
  readonly id: string;
  readonly name: string;
  /** Names and JSON types of its attributes. */
  readonly attributes: readonly {
    readonly name: string;
    readonly type: ToldType;
  }[];
  readonly audiences: readonly { readonly id: string; readonly name: string }[];
}
