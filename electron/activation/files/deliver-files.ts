import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { FilePlace } from '../../destinations/destination.ts';
import { nameManifest, type FileNameValues } from '../../domain/file-name.ts';
import { readNaming, type FileOptions } from './file-options.ts';
import { makeFiles, type FileSource } from './make-files.ts';

/** A file as it arrived. */
export interface DeliveredFile {
  readonly name: string;
  readonly rows: number;
  /** Its size as it lies at its place, compressed where it is. */
  readonly bytes: number;
  /** Of these bytes, lower-case hex. */
  readonly sha256: string;
}

/** What a run delivered; the manifest file holds the same as JSON. No row, and no value of one. */
export interface FileManifest {
  readonly run: string;
  readonly activation: string;
  readonly audience: string;
  /** ISO 8601, the instant that stands in the names. */
  readonly createdAt: string;
  readonly columns: readonly string[];
  readonly files: readonly DeliveredFile[];
  readonly rows: number;
}

/** What a delivery of files needs. */
export interface FileDeliveryRequest extends FileSource {
  readonly place: FilePlace;
  readonly columns: readonly string[];
  readonly signal: AbortSignal;
  /** Told of each file once it is at its place. */
  readonly onFile?: (file: DeliveredFile) => void;
  /** Told of rows as they are handed to the place, counted over all files. */
  readonly onRows?: (rows: number) => void;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Writes the files of a run to a place, one after the other, then the manifest where it is wanted. Names follow from the run: doing it again
 * from a new source replaces what is there.
 * @throws what the place throws; files written before stay
 */
export async function deliverFiles(request: FileDeliveryRequest): Promise<FileManifest> {
  const { place, options, names, columns, signal } = request;
  const files: DeliveredFile[] = [];
  let before = 0;
  for await (const made of makeFiles(request)) {
    const hash = createHash('sha256');
    const told = tellRows(made.content, () => request.onRows?.(before + made.rows()));
    const content = options.compression === 'gzip' ? compress(told) : told;
    const bytes = await place.write(made.name, digest(content, hash), signal);
    const file = { name: made.name, rows: made.rows(), bytes, sha256: hash.digest('hex') };
    before += file.rows;
    files.push(file);
    request.onFile?.(file);
  }
  const manifest = describeFiles(names, columns, files);
  if (options.manifest) await writeManifest(place, manifest, options, names, signal);
  return manifest;
}

/** The manifest of files that are at their place. */
export function describeFiles(
  names: FileNameValues,
  columns: readonly string[],
  files: readonly DeliveredFile[],
): FileManifest {
  const { run, activation, audience, at } = names;
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return { run, activation, audience, createdAt: at, columns, files, rows };
}

/** Writes the manifest beside its files; the last thing a run writes, so that a reader may wait for it. */
export async function writeManifest(
  place: FilePlace,
  manifest: FileManifest,
  options: FileOptions,
  names: FileNameValues,
  signal: AbortSignal,
): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, undefined, 2)}\n`);
  async function* content(): AsyncGenerator<Uint8Array> {
    yield text;
  }
  await place.write(nameManifest(readNaming(options), names), content(), signal);
}

async function* tellRows(
  content: AsyncIterable<Uint8Array>,
  tell: () => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of content) {
    yield chunk;
    tell();
  }
}

async function* digest(
  content: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* compress(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const gzip = createGzip({ chunkSize: CHUNK_BYTES });
  const feeding = pipeline(content, gzip);
  // Its failure is met by the reading below, too.
  feeding.catch(() => undefined);
  for await (const chunk of gzip) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
  await feeding;
}
