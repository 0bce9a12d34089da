import { CUSTOMER_ID } from '../domain/audience.ts';
import { BOOLEAN, TEXT } from '../domain/column-type.ts';
import type { BooleanExpression } from '../domain/composition.ts';
import type { AudiencePlan } from './audience-plan.ts';
import type { CompiledQuery, ResultColumn } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import { type Expression, asText, column } from './expression.ts';
import { NOT_NARROWED, conditionOf, findOutput, flagsByBit, joinScans, readOutput } from './join-scans.ts';
import { maskedExpression } from './mask-expression.ts';
import { printQuery } from './printer.ts';
import { KEY } from './scan-select.ts';

/** How facts are wanted. */
export interface FactsOptions {
  /** The id of the one customer that is asked for; all where absent. */
  readonly customer?: string;
  /** Personal columns leave the warehouse masked, as text. */
  readonly maskPii?: boolean;
}

/** The name of a fact among the columns of {@link compileFacts}. */
export function factName(index: number): string {
  return `a${index}`;
}

/**
 * What is true of every customer, in one statement that reads each table once: `customer_id` as text, `a0`, `a1` … for the roots (never NULL), then
 * the outputs of the plan under their own names.
 */
export function compileFacts(
  plan: AudiencePlan,
  roots: readonly BooleanExpression[],
  dialect: Dialect,
  { customer, maskPii = false }: FactsOptions = {},
): CompiledQuery {
  const flags = flagsByBit(plan);
  const id: Expression = { kind: 'cast', of: column(KEY, plan.customer.name), to: { type: 'text' } };
  const outputs = plan.outputOrder.map((name) => findOutput(plan, name));
  const columns = [
    { expression: id, as: CUSTOMER_ID },
    ...roots.map((root, at) => ({ expression: conditionOf(root, flags, true), as: factName(at) })),
    ...outputs.map(({ scan, output }) => {
      const read = readOutput(scan, output);
      const isMasked = maskPii && output.pii !== undefined;
      return { expression: isMasked ? maskedExpression(asText(read, output.type)) : read, as: output.as };
    }),
  ];
  const result: ResultColumn[] = [
    { name: CUSTOMER_ID, type: TEXT },
    ...roots.map((_, at) => ({ name: factName(at), type: BOOLEAN })),
    ...outputs.map(({ output }) => ({
      name: output.as,
      type: maskPii && output.pii !== undefined ? TEXT : output.type,
    })),
  ];
  const narrowed = customer === undefined ? NOT_NARROWED : { ...NOT_NARROWED, customer };
  return printQuery({ ...joinScans(plan, narrowed), columns }, dialect, result);
}
