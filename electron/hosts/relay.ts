import type { EngineLoss, HostConfig } from './host.ts';

/** What main tells the child. Config travels here and never in the environment, which other processes can read. */
export type ToChild =
  | { readonly kind: 'start'; readonly config: HostConfig }
  | { readonly kind: 'open'; readonly port: number }
  | { readonly kind: 'message'; readonly port: number; readonly data: RelayedData }
  | { readonly kind: 'close'; readonly port: number }
  | { readonly kind: 'stop' };

/** What the child tells main. */
export type FromChild =
  | { readonly kind: 'message'; readonly port: number; readonly data: RelayedData }
  | { readonly kind: 'failed'; readonly loss: EngineLoss };

/**
 * A message of a port as it crosses the processes, as JSON: text as it is. (With Node's `advanced` serialization an Electron that keeps V8's memory
 * in a cage dies when it collects the buffers that messages were read from.)
 */
export type RelayedData = string | { readonly base64: string };

/** Makes a port's message fit to cross. */
export function relay(data: string | Uint8Array): RelayedData {
  return typeof data === 'string' ? data : { base64: Buffer.from(data).toString('base64') };
}

/** The port's message again. */
export function unrelay(data: RelayedData): string | Uint8Array {
  return typeof data === 'string' ? data : new Uint8Array(Buffer.from(data.base64, 'base64'));
}
