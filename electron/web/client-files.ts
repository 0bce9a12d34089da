import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** One file of the built renderer. */
export interface ClientFile {
  readonly body: Buffer;
  readonly mimeType: string;
}

/**
 * Reads the file of the built renderer that a URL path names, or null when it names none.
 * A path that leaves `folder`, is badly encoded or has a type the renderer never uses names none.
 */
export async function readClientFile(folder: string, urlPath: string): Promise<ClientFile | null> {
  const path = decodePath(urlPath);
  if (path === null) return null;
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  const mimeType = MIME_TYPES[extname(file)];
  if (mimeType === undefined || !file.startsWith(normalize(folder + sep))) return null;
  try {
    return { body: await readFile(file), mimeType };
  } catch {
    // A file that cannot be read is answered like one that is not there: the page learns nothing about the disk.
    return null;
  }
}

function decodePath(urlPath: string): string | null {
  try {
    const path = decodeURIComponent(urlPath);
    return path.includes('\0') || path.includes('\\') ? null : path;
  } catch {
    // Not valid percent-encoding.
    return null;
  }
}
