import { CUSTOMER_ID } from '../domain/audience.ts';
import { TEXT } from '../domain/column-type.ts';
import type { AudiencePlan } from './audience-plan.ts';
import type { CompiledQuery, ResultColumn } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type Expression, TRUE, asText, column } from './expression.ts';
import {
  conditionOf,
  findOutput,
  flagsByBit,
  isUniqueLate,
  joinScans,
  readLast,
  readOutput,
} from './join-scans.ts';
import { maskedExpression } from './mask-expression.ts';
import { narrow, untouched } from './narrow-audience.ts';
import { printQuery } from './printer.ts';
import { KEY, keyExpression } from './scan-select.ts';
import type { Select } from './select.ts';

/** How the members of an audience are wanted. */
export interface MembersOptions {
  /** The first so many by their id, for previews; all, in no order, where absent. */
  readonly limit?: number;
  /** Personal columns leave the warehouse masked, as text. */
  readonly maskPii?: boolean;
  /** All columns as text, to be sent or held as such. */
  readonly asText?: boolean;
}

/** The statement that returns the distinct ids of an audience's members with its output columns. */
export function compileMembers(
  plan: AudiencePlan,
  dialect: Dialect,
  options: MembersOptions = {},
): CompiledQuery {
  const { plan: trimmed, narrowed } = dialect.narrowsCustomers ? narrow(plan) : untouched(plan);
  const { last } = narrowed;
  const mask = options.maskPii === true;
  const key = column(KEY, plan.customer.name);
  const id: Expression = {
    kind: 'cast',
    of: last === undefined ? key : keyExpression(last.scan),
    to: { type: 'text' },
  };
  const columns = [{ expression: mask && plan.idIsPersonal ? maskedExpression(id) : id, as: CUSTOMER_ID }];
  const result: ResultColumn[] = [{ name: CUSTOMER_ID, type: TEXT }];
  for (const name of plan.outputOrder) {
    const { scan, output } = findOutput(plan, name);
    const masked = mask && output.pii !== undefined;
    const isText = masked || options.asText === true;
    const read = readOutput(scan, output);
    const shown = isText ? asText(read, output.type) : read;
    columns.push({ expression: masked ? maskedExpression(shown) : shown, as: output.as });
    result.push({ name: output.as, type: isText ? TEXT : output.type });
  }
  const where = conditionOf(trimmed.root, flagsByBit(trimmed), false);
  const joined = { ...joinScans(trimmed, narrowed), ...(where === TRUE ? {} : { where }) };
  const members =
    last === undefined
      ? { ...joined, ...(isUniqueLate(trimmed, narrowed) ? { groupBy: [key] } : {}) }
      : readLast(last, { ...joined, columns: [{ expression: key, as: KEY }] }, plan.asOf);
  const query: Select = {
    ...members,
    columns,
    ...(options.limit === undefined ? {} : { orderBy: [{ by: 1 }], limit: options.limit }),
  };
  return printQuery(query, dialect, result);
}
