import type { EgressEntry } from '../../../electron/domain/egress.ts';

const WHATS: Record<EgressEntry['what'], string> = {
  batch: 'Batch',
  'file-begun': 'File begun',
  file: 'File complete',
  export: 'Export',
};

/** What left, in words. */
export function describeWhat(what: EgressEntry['what']): string {
  return WHATS[what];
}

/** The first digits of a digest; a dash while it is not known. */
export function shortenDigest(digest: string): string {
  return digest === '' ? '–' : `${digest.slice(0, 10)}…`;
}
