import { AppError } from '../domain/app-error.ts';
import type { DestinationKind } from './destination.ts';
import { facebook } from './facebook.ts';
import { file } from './file.ts';
import { pinterest } from './pinterest.ts';
import { s3 } from './s3.ts';
import { sftp } from './sftp.ts';
import { sparkpost } from './sparkpost.ts';
import { tiktokFile } from './tiktok-file.ts';
import { tiktok } from './tiktok.ts';
import { webhook } from './webhook.ts';

/** Every kind of destination, in the order in which the form offers them. A new one is a line here. */
export const DESTINATIONS: readonly DestinationKind[] = [
  sparkpost,
  facebook,
  pinterest,
  tiktok,
  tiktokFile,
  file,
  sftp,
  s3,
  webhook,
];

/** The kind of this name. @throws AppError SETTINGS_INVALID where there is none, such as in a workspace file from a newer app. */
export function findDestination(kind: string): DestinationKind {
  const found = DESTINATIONS.find((each) => each.kind === kind);
  if (found !== undefined) return found;
  throw new AppError({
    code: 'SETTINGS_INVALID',
    message: `“${kind}” is not a kind of destination.`,
    help: `Use one of: ${DESTINATIONS.map((each) => each.kind).join(', ')}.`,
    retry: 'after-fix',
  });
}
