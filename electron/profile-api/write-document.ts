import { type ColumnType, isNested } from '../domain/column-type.ts';

/** Writes the document of a customer: `values` as text in the order of the columns, `members` with a `1` or `0` for each audience. */
export type DocumentWriter = (values: readonly (string | null)[], members: string) => string;

/**
 * Makes the writer of a part's documents, `{"attributes":{…},"audiences":[…]}`. It writes text itself, since it is called for every customer: names
 * and audiences are turned into JSON once.
 */
export function documentWriter(
  columns: readonly { readonly name: string; readonly type: ColumnType }[],
  audiences: readonly string[],
): DocumentWriter {
  const keys = columns.map(({ name }, at) => `${at === 0 ? '' : ','}${JSON.stringify(name)}:`);
  const write = columns.map(({ type }) => valueWriter(type));
  const ids = audiences.map((id) => JSON.stringify(id));
  return (values, members) => {
    let text = '{"attributes":{';
    for (let at = 0; at < keys.length; at += 1) {
      const value = values[at] ?? null;
      text += keys[at] ?? '';
      text += value === null ? 'null' : (write[at]?.(value) ?? 'null');
    }
    text += '},"audiences":[';
    let isFirst = true;
    for (let at = 0; at < ids.length; at += 1) {
      if (members[at] !== '1') continue;
      text += isFirst ? (ids[at] ?? '') : `,${ids[at] ?? ''}`;
      isFirst = false;
    }
    return `${text}]}`;
  };
}

/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15;
/** A number as JSON writes it: `.5` and `NaN`, which engines give as well, are none. */
const JSON_NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function valueWriter(type: ColumnType): (value: string) => string {
  if (isNested(type)) return (value) => value;
  switch (type.kind) {
    case 'boolean':
      return (value) => (value.toLowerCase() === 'true' ? 'true' : 'false');
    case 'integer':
      return (value) => (value.length <= SAFE_DIGITS && JSON_NUMBER.test(value) ? value : `"${value}"`);
    case 'float':
      // JSON has no infinity and no NaN.
      return (value) => (JSON_NUMBER.test(value) ? value : 'null');
    case 'timestamp':
      return (value) => JSON.stringify(instantOf(value));
    case 'text':
    case 'decimal':
    case 'date':
    case 'binary':
    case 'other':
      return (value) => JSON.stringify(value);
  }
}

/** `2026-11-01 06:00:00.5` and `2026-11-01 06:00:00+00`, as engines write a time in UTC, as ISO text. */
function instantOf(text: string): string {
  return `${text.replace(' ', 'T').replace(/(?:Z|\+00(?::?00)?)$/, '')}Z`;
}
