import { CUSTOMER_ID, type OutputColumn } from '../domain/audience.ts';
import { TEXT } from '../domain/column-type.ts';
import type { FieldMapping } from '../domain/activation.ts';
import type { CompiledQuery, ResultColumn } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { quoteIdentifier } from './printer.ts';

/** The columns that an audience is planned with for these fields: `f1`, `f2` … by the places of the fields; the customer's id needs none. */
export function outputsOf(fields: readonly FieldMapping[]): OutputColumn[] {
  return fields.flatMap(({ from }, at) =>
    from.kind === 'customer-id' ? [] : [{ ...from, as: `f${at + 1}` }],
  );
}

/** Members, of which every column is text, as rows to send: `customer_id`, then a column for each field; by the id where `isOrdered`. */
export function compileMappedRows(
  members: CompiledQuery,
  fields: readonly FieldMapping[],
  isOrdered: boolean,
): CompiledQuery {
  const names = fields.map((_, at) => `f${at + 1}`);
  const columns = [
    CUSTOMER_ID,
    ...fields.map(({ from }, at) =>
      from.kind === 'customer-id' ? `${CUSTOMER_ID} AS f${at + 1}` : `f${at + 1}`,
    ),
  ];
  return {
    text: `SELECT ${columns.join(', ')}\nFROM (\n${members.text}\n) AS mapped${isOrdered ? '\nORDER BY 1' : ''}`,
    values: members.values,
    columns: [CUSTOMER_ID, ...names].map((name) => ({ name, type: TEXT })),
  };
}

/** Members as the columns of a file, in the order and under the names of the fields, hashed by the warehouse where a field asks for it. */
export function compileMappedFile(
  members: CompiledQuery,
  fields: readonly FieldMapping[],
  dialect: Dialect,
): CompiledQuery {
  const types = new Map(members.columns.map(({ name, type }) => [name, type]));
  const columns: ResultColumn[] = [];
  const texts = fields.map(({ to, from, form }, at) => {
    const source = from.kind === 'customer-id' ? CUSTOMER_ID : `f${at + 1}`;
    const isHashed = form === 'sha256';
    columns.push({ name: to, type: isHashed ? TEXT : (types.get(source) ?? TEXT) });
    return `${isHashed ? hashed(source, dialect) : source} AS ${quoteIdentifier(to, dialect)}`;
  });
  return {
    text: `SELECT\n  ${texts.join(',\n  ')}\nFROM (\n${members.text}\n) AS mapped`,
    values: members.values,
    columns,
  };
}

/** SHA-256 of the text without blanks around it and in lower case; NULL where nothing is left. */
export function hashed(source: string, dialect: Dialect): string {
  const text = `nullif(lower(trim(CAST(${source} AS ${dialect.castTypes.text}))), '')`;
  return dialect.hashes.sha256(text);
}
