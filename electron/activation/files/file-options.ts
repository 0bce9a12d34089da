import { z } from 'zod';
import { AppError } from '../../domain/app-error.ts';
import type { Settings } from '../../domain/field-spec.ts';
import { DEFAULT_FILE_NAME, type FileNaming, checkFileNamePattern } from '../../domain/file-name.ts';
import { FileFormat } from '../../domain/run.ts';

const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
const MEGABYTE = 1_000_000;

/** How the files of an activation are written, as its target says. */
export interface FileOptions {
  readonly pattern: string;
  readonly format: FileFormat;
  /** One ASCII character; of CSV alone. */
  readonly delimiter: (typeof DELIMITERS)[keyof typeof DELIMITERS];
  /** Whether a CSV file begins with the names of its columns. */
  readonly header: boolean;
  readonly compression: 'none' | 'gzip';
  /** No file holds more bytes than this before compression, unless one row does; 0 for one file. */
  readonly splitBytes: number;
  readonly manifest: boolean;
}

const Target = z.object({
  fileName: z.string().trim().min(1).catch(DEFAULT_FILE_NAME),
  format: FileFormat.catch('csv'),
  delimiter: z.enum(['comma', 'semicolon', 'tab', 'pipe']).catch('comma'),
  header: z.union([z.boolean(), z.stringbool()]).catch(true),
  compression: z.enum(['none', 'gzip']).catch('none'),
  splitMegabytes: z.coerce.number().min(0).catch(0),
  manifest: z.union([z.boolean(), z.stringbool()]).catch(false),
});

/** Reads the target fields of a destination that takes files. Parquet is neither split nor compressed again. @throws AppError SETTINGS_INVALID */
export function readFileOptions(target: Settings): FileOptions {
  const read = Target.parse(target);
  const problem = checkFileNamePattern(read.fileName);
  if (problem !== undefined) {
    throw new AppError({
      code: 'SETTINGS_INVALID',
      message: problem,
      help: 'Correct the file name of the activation.',
      retry: 'after-fix',
      where: 'target.fileName',
    });
  }
  const isText = read.format !== 'parquet';
  return {
    pattern: read.fileName,
    format: read.format,
    delimiter: read.format === 'csv' ? DELIMITERS[read.delimiter] : ',',
    header: read.header,
    compression: isText ? read.compression : 'none',
    splitBytes: isText ? Math.floor(read.splitMegabytes * MEGABYTE) : 0,
    manifest: read.manifest,
  };
}

/** True where the file goes out byte by byte as the warehouse writes it, so that the warehouse may write it to its place itself. */
export function isUnchanged({ format, delimiter, header, compression, splitBytes }: FileOptions): boolean {
  return compression === 'none' && splitBytes === 0 && (format !== 'csv' || (delimiter === ',' && header));
}

/** What decides the names of the files. */
export function readNaming({ pattern, format, compression, splitBytes }: FileOptions): FileNaming {
  return { pattern, format, compression, isSplit: splitBytes > 0 };
}
