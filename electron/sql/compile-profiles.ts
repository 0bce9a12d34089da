import { CUSTOMER_ID, type OutputColumn, outputName } from '../domain/audience.ts';
import { type ColumnType, TEXT, isNested } from '../domain/column-type.ts';
import { type Definitions, composeRules } from '../domain/composition.ts';
import type { Instant } from '../domain/duration.ts';
import type { ProfileIdentifier, ProfilePart } from '../domain/profile-api.ts';
import { compileFacts, factName } from './compile-facts.ts';
import { hashed } from './compile-mapped.ts';
import type { CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { planAudience } from './plan-audience.ts';

/** What the profiles of a part are asked with. `identifiers` are carried by one part alone. */
export interface ProfileRequest {
  readonly part: ProfilePart;
  readonly identifiers: readonly ProfileIdentifier[];
  readonly definitions: Definitions;
  readonly asOf: Instant;
}

/**
 * What a part tells of every customer, in one statement that reads each table once. All its columns are text: `customer_id`; `members`, a `1` or
 * `0` for each audience of the part in its order; `v0`, `v1` … the columns of the part, lists and structs as JSON; `i0`, `i1` … the identifiers.
 */
export interface ProfileQuery {
  readonly query: CompiledQuery;
  /** The columns of the part as they are told, in their order. */
  readonly told: readonly { readonly name: string; readonly type: ColumnType }[];
}

/** Compiles the statement of a part. @throws AppError RULE_INVALID, NOT_FOUND, AUDIENCE_CYCLE */
export function compileProfiles(
  { part, identifiers, definitions, asOf }: ProfileRequest,
  dialect: Dialect,
): ProfileQuery {
  const outputs: OutputColumn[] = [
    ...part.columns.map((column, at) => ({ ...column, as: `v${at}` })),
    ...identifiers.map(({ entity, column, path }, at) => ({
      kind: 'attribute' as const,
      entity,
      column,
      ...(path === undefined ? {} : { path }),
      as: `i${at}`,
    })),
  ];
  const rules = part.audiences.map((audience) => ({ kind: 'audience' as const, audience }));
  const composition = composeRules(rules, definitions);
  const plan = planAudience({ model: definitions.model, composition, outputs, asOf });
  const facts = compileFacts(plan, composition.roots, dialect);
  const typeOf = (name: string): ColumnType => facts.columns.find((each) => each.name === name)?.type ?? TEXT;
  const text = (value: string): string => `CAST(${value} AS ${dialect.castTypes.text})`;
  const flags = part.audiences.map((_, at) => `CASE WHEN ${factName(at)} THEN '1' ELSE '0' END`);
  const selected: readonly (readonly [expression: string, as: string])[] = [
    [CUSTOMER_ID, CUSTOMER_ID],
    [flags.length === 0 ? `''` : `concat(${flags.join(', ')})`, 'members'],
    ...part.columns.map((_, at) => {
      const name = `v${at}`;
      return [isNested(typeOf(name)) ? dialect.functions.json(name) : text(name), name] as const;
    }),
    ...identifiers.map(
      ({ form }, at) => [form === 'sha256' ? hashed(`i${at}`, dialect) : text(`i${at}`), `i${at}`] as const,
    ),
  ];
  return {
    query: {
      text: `SELECT\n  ${selected.map(([expression, as]) => (expression === as ? as : `${expression} AS ${as}`)).join(',\n  ')}\nFROM (\n${facts.text}\n) AS profiles`,
      values: facts.values,
      columns: selected.map(([, name]) => ({ name, type: TEXT })),
    },
    told: part.columns.map((column, at) => ({ name: outputName(column), type: typeOf(`v${at}`) })),
  };
}
