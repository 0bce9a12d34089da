import { AppError, unreachable } from '../domain/app-error.ts';
import { Identifier, type TablePath } from '../domain/table-path.ts';
import type { BoundValue, CompiledQuery, ResultColumn } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import type { CastTarget, Expression } from './expression.ts';
import type { Relation, Select, UnionAll } from './select.ts';

const INDENT = '  ';
/** A condition longer than this is written over several lines. */
const LONGEST_LINE = 96;

/**
 * Turns a SELECT tree into text and bound values. Values never enter the text; every name passes {@link quoteIdentifier}.
 * @throws AppError IDENTIFIER_INVALID for a name that no engine accepts.
 */
export function printQuery(query: Select, dialect: Dialect, columns: readonly ResultColumn[]): CompiledQuery {
  const printer = new Printer(dialect);
  const text = printer.select(query, '');
  return { text, values: printer.values(), columns };
}

/** A quoted identifier. @throws AppError IDENTIFIER_INVALID */
export function quoteIdentifier(name: string, dialect: Dialect): string {
  const parsed = Identifier.safeParse(name);
  if (!parsed.success) {
    throw new AppError({
      code: 'IDENTIFIER_INVALID',
      message: `“${name.slice(0, 80)}” cannot be the name of a table or column.`,
      help: 'Choose a name without control characters, 255 characters at most.',
      retry: 'after-fix',
    });
  }
  const quote = dialect.identifierQuote;
  return quote + parsed.data.replaceAll(quote, quote + quote) + quote;
}

/** A quoted three-part table name, under the engine's own name of the catalog. */
export function quoteTable(path: TablePath, dialect: Dialect): string {
  const catalog = dialect.catalogAliases[path.catalog] ?? path.catalog;
  return [catalog, path.schema, path.table].map((part) => quoteIdentifier(part, dialect)).join('.');
}

/** Binding strength, so that parentheses are written only where they are needed. */
const STRENGTH = { or: 1, and: 2, not: 3, compare: 4, add: 5, atom: 6 } as const;

class Printer {
  readonly #dialect: Dialect;
  readonly #bound = new Map<string, { name: string; value: BoundValue }>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  values(): Record<string, BoundValue> {
    return Object.fromEntries([...this.#bound.values()].map(({ name, value }) => [name, value]));
  }

  select(query: Select, indent: string): string {
    const inner = indent + INDENT;
    const lines: string[] = [];
    const named = query.with ?? [];
    named.forEach(({ name, query: body }, at) => {
      const head = at === 0 ? 'WITH ' : '';
      const tail = at === named.length - 1 ? ')' : '),';
      lines.push(`${indent}${head}${this.#name(name)} AS (`, this.#rows(body, inner), indent + tail);
    });
    const columns = query.columns.map(({ expression, as }) => {
      const text = this.#expression(expression, 0, inner);
      return text === this.#name(as) || text.endsWith(`.${this.#name(as)}`)
        ? text
        : `${text} AS ${this.#name(as)}`;
    });
    lines.push(`${indent}SELECT${query.distinct === true ? ' DISTINCT' : ''}`);
    lines.push(columns.map((text) => inner + text).join(',\n'));
    lines.push(`${indent}FROM ${this.#relation(query.from)}`);
    for (const join of query.joins ?? []) {
      lines.push(`${indent}${join.kind} JOIN ${this.#relation(join.relation)}`);
      lines.push(`${inner}ON ${this.#expression(join.on, 0, inner)}`);
    }
    if (query.where !== undefined) lines.push(`${indent}WHERE ${this.#expression(query.where, 0, indent)}`);
    if (query.groupBy !== undefined && query.groupBy.length > 0) {
      lines.push(`${indent}GROUP BY ${query.groupBy.map((by) => this.#place(by, indent)).join(', ')}`);
    }
    if (query.having !== undefined)
      lines.push(`${indent}HAVING ${this.#expression(query.having, 0, indent)}`);
    if (query.orderBy !== undefined && query.orderBy.length > 0) {
      const orders = query.orderBy.map(
        ({ by, descending }) => this.#place(by, indent) + (descending === true ? ' DESC' : ''),
      );
      lines.push(`${indent}ORDER BY ${orders.join(', ')}`);
    }
    if (query.limit !== undefined) lines.push(`${indent}LIMIT ${Math.trunc(query.limit)}`);
    return lines.join('\n');
  }

  #rows(query: Select | UnionAll, indent: string): string {
    if (!('unionAll' in query)) return this.select(query, indent);
    return query.unionAll.map((each) => this.select(each, indent)).join(`\n${indent}UNION ALL\n`);
  }

  #place(by: Expression | number, indent: string): string {
    return typeof by === 'number' ? String(by) : this.#expression(by, 0, indent);
  }

  #name(name: string): string {
    return quoteIdentifier(name, this.#dialect);
  }

  #relation(relation: Relation): string {
    if (relation.kind === 'named') return this.#name(relation.name);
    const table = quoteTable(relation.path, this.#dialect);
    return relation.as === undefined ? table : `${table} AS ${this.#name(relation.as)}`;
  }

  #bind(value: BoundValue): string {
    const key = JSON.stringify([value.type, value.value]);
    const bound = this.#bound.get(key) ?? { name: `p${this.#bound.size + 1}`, value };
    this.#bound.set(key, bound);
    return this.#dialect.parameterPrefix + bound.name;
  }

  #expression(expression: Expression, strength: number, indent: string): string {
    const wrap = (own: number, text: string): string => (own < strength ? `(${text})` : text);
    switch (expression.kind) {
      case 'column': {
        const name = this.#name(expression.name);
        return expression.relation === undefined ? name : `${this.#name(expression.relation)}.${name}`;
      }
      case 'field':
        // The parentheses keep DuckDB from reading the column as a table of that name.
        return `(${this.#expression(expression.of, 0, indent)}).${this.#name(expression.name)}`;
      case 'value':
        return this.#bind(expression.value);
      case 'literal':
        return expression.value === null ? 'NULL' : String(expression.value).toUpperCase();
      case 'compare': {
        const { left, op, right } = expression;
        return wrap(STRENGTH.compare, `${this.#side(left, indent)} ${op} ${this.#side(right, indent)}`);
      }
      case 'arithmetic': {
        // Engines rank `&` differently: it always stands in parentheses of its own.
        const isBits = expression.op === '&';
        const left = this.#expression(expression.left, isBits ? STRENGTH.atom : STRENGTH.add, indent);
        const right = this.#expression(expression.right, STRENGTH.atom, indent);
        const text = `${left} ${expression.op} ${right}`;
        return isBits ? `(${text})` : wrap(STRENGTH.add, text);
      }
      case 'all':
      case 'any': {
        const own = expression.kind === 'all' ? STRENGTH.and : STRENGTH.or;
        return wrap(own, this.#junction(expression.kind, expression.of, own, indent));
      }
      case 'not':
        return wrap(STRENGTH.not, `NOT ${this.#expression(expression.of, STRENGTH.atom, indent)}`);
      case 'is-null': {
        const of = this.#side(expression.of, indent);
        return wrap(STRENGTH.compare, `${of} IS ${expression.negated ? 'NOT ' : ''}NULL`);
      }
      case 'in': {
        const values = expression.values.map((each) => this.#bind(each)).join(', ');
        const of = this.#side(expression.of, indent);
        return wrap(STRENGTH.compare, `${of} ${expression.negated ? 'NOT ' : ''}IN (${values})`);
      }
      case 'case': {
        const when = this.#expression(expression.when, 0, indent);
        const then = this.#expression(expression.then, 0, indent);
        const { otherwise } = expression;
        const tail = otherwise === undefined ? '' : ` ELSE ${this.#expression(otherwise, 0, indent)}`;
        return `CASE WHEN ${when} THEN ${then}${tail} END`;
      }
      case 'cast': {
        const name = expression.safe === true ? this.#dialect.tryCast : 'CAST';
        return `${name}(${this.#expression(expression.of, 0, indent)} AS ${this.#type(expression.to)})`;
      }
      case 'call':
        return `${expression.name}(${this.#list(expression.args, indent)})`;
      case 'dialect-call': {
        const form = this.#dialect.functions[expression.name];
        if (typeof form === 'string') return `${form}(${this.#list(expression.args, indent)})`;
        const [first = 'NULL', second = 'NULL'] = expression.args.map((arg) =>
          this.#expression(arg, 0, indent),
        );
        return form(first, second);
      }
      case 'aggregate':
        return this.#aggregate(expression, indent);
      default:
        return unreachable(expression);
    }
  }

  #side(expression: Expression, indent: string): string {
    return this.#expression(expression, STRENGTH.add, indent);
  }

  #list(expressions: readonly Expression[], indent: string): string {
    return expressions.map((each) => this.#expression(each, 0, indent)).join(', ');
  }

  #type(to: CastTarget): string {
    return to.type === 'decimal' ? `DECIMAL(${to.precision}, ${to.scale})` : this.#dialect.castTypes[to.type];
  }

  #junction(kind: 'all' | 'any', of: readonly Expression[], strength: number, indent: string): string {
    const word = kind === 'all' ? 'AND' : 'OR';
    const inner = indent + INDENT;
    // One stronger than the junction itself: mixed AND and OR are always written with parentheses.
    const parts = of.map((each) =>
      this.#expression(each, each.kind === kind ? strength : STRENGTH.not, inner),
    );
    const line = parts.join(` ${word} `);
    return line.length + indent.length <= LONGEST_LINE && !line.includes('\n')
      ? line
      : parts.join(`\n${inner}${word} `);
  }

  #aggregate(expression: Extract<Expression, { kind: 'aggregate' }>, indent: string): string {
    const { name, of, filter, distinct } = expression;
    const start = `${name}(${distinct === true ? 'DISTINCT ' : ''}`;
    if (filter === undefined || this.#dialect.aggregateFilter) {
      const text = `${start}${of === '*' ? '*' : this.#expression(of, 0, indent)})`;
      return filter === undefined ? text : `${text} FILTER (WHERE ${this.#expression(filter, 0, indent)})`;
    }
    const then: Expression = of === '*' ? { kind: 'literal', value: 1 } : of;
    return `${start}${this.#expression({ kind: 'case', when: filter, then }, 0, indent)})`;
  }
}
