import { bindText } from './bind-value.ts';
import { type Expression, call, value } from './expression.ts';

/**
 * A personal text so that it can be recognised but not read: its first character, then three bullets. Masked in the warehouse, the rest
 * never leaves it. NULL stays NULL.
 */
export function maskedExpression(text: Expression): Expression {
  const first = call('substr', text, { kind: 'literal', value: 1 }, { kind: 'literal', value: 1 });
  return {
    kind: 'case',
    when: { kind: 'is-null', of: text, negated: true },
    then: call('concat', first, value(bindText('•••'))),
  };
}
