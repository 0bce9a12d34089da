/** A JSON object whose values are still to be looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for `{…}`, not for arrays or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** True for `[…]`, its items still to be looked at. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** True for a list of texts. */
export function isTextList(value: unknown): value is readonly string[] {
  return isList(value) && value.every((item) => typeof item === 'string');
}

/** The value of a JSON text, or undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // A text that is no JSON is an answer of its own: each vendor refuses it in its own form.
    return undefined;
  }
}

/** The keys of an object that are not among the known ones. */
export function unknownKeys(value: JsonObject, known: readonly string[]): string[] {
  return Object.keys(value).filter((key) => !known.includes(key));
}

/** True for a lower-case hex digest of so many digits: 32 for MD5, 40 for SHA-1, 64 for SHA-256. */
export function isDigest(value: unknown, ...lengths: readonly number[]): boolean {
  return typeof value === 'string' && lengths.includes(value.length) && /^[0-9a-f]+$/.test(value);
}

/** Length in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The text of a field, or a fallback where it is none. */
export function textOf(value: unknown, fallback = ''): string {
  return typeof value === 'string' ? value : fallback;
}
