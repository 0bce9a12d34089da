/** One part of a multipart form. */
export interface FormPart {
  readonly name: string;
  readonly fileName: string | undefined;
  readonly content: Buffer;
}

/** The parts of a `multipart/form-data` body (RFC 7578), or undefined where it is none. */
export function readMultipart(contentType: string, body: Buffer): readonly FormPart[] | undefined {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`\r\n--${boundary}`);
  // The first boundary has no line before it; with one, all look the same.
  const whole = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: FormPart[] = [];
  let start = whole.indexOf(mark);
  while (start >= 0) {
    const from = start + mark.length;
    const end = whole.indexOf(mark, from);
    if (end < 0) return whole.subarray(from, from + 2).toString() === '--' ? parts : undefined;
    const part = whole.subarray(from + 2, end);
    const split = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, split).toString('utf8');
    const name = /content-disposition: form-data;.*?\bname="([^"]*)"/i.exec(head)?.[1];
    if (split < 0 || name === undefined) return undefined;
    parts.push({
      name,
      fileName: /\bfilename="([^"]*)"/i.exec(head)?.[1],
      content: part.subarray(split + 4),
    });
    start = end;
  }
  return undefined;
}
