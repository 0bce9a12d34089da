import type { EngineLoss, HostConfig } from './host.ts';

/** What main tells the child. Config travels here and never in the environment, which other processes can read. */
export type ToChild =
  | { readonly kind: 'start'; readonly config: HostConfig }
  | { readonly kind: 'open'; readonly port: number }
  | { readonly kind: 'message'; readonly port: number; readonly data: string | Uint8Array }
  | { readonly kind: 'close'; readonly port: number }
  | { readonly kind: 'stop' };

/** What the child tells main. */
export type FromChild =
  | { readonly kind: 'message'; readonly port: number; readonly data: string | Uint8Array }
  | { readonly kind: 'failed'; readonly loss: EngineLoss };
