import type { Caller } from './api-keys.ts';

/** The ETag of what a store that knows its version tells of one path to one key. Made once for as long as both are the same. */
export class VersionTag {
  #version: string | undefined;
  #caller: Caller | undefined;
  #tag = '';

  /** @param version of the store */
  of(version: string, caller: Caller): string {
    if (version !== this.#version || caller !== this.#caller) {
      this.#version = version;
      this.#caller = caller;
      this.#tag = `"${version}-${caller.version}"`;
    }
    return this.#tag;
  }
}
