import type { FilePlace } from '../../../../electron/destinations/destination.ts';

/** A place in memory, in the order of writing. */
export function openMemory(): FilePlace & { readonly files: Map<string, Buffer> } {
  const files = new Map<string, Buffer>();
  return {
    files,
    async write(name, content, signal) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) {
        signal.throwIfAborted();
        chunks.push(chunk);
      }
      const whole = Buffer.concat(chunks);
      files.set(name, whole);
      return whole.length;
    },
    close: async () => undefined,
  };
}

/** Bytes in chunks of these sizes, over and over. */
export async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
