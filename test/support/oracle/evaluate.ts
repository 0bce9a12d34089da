import type { Audience } from '../../../electron/domain/audience.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import type { Filter, Measure, Rule, Window } from '../../../electron/domain/rule.ts';
import { type Cell, type Row, compareBigints, compareDoubles, move, passes, toScaled } from './values.ts';

/** A lakehouse in memory: the rows of each entity by its id, `customer` among them. */
export interface World {
  readonly model: CustomerModel;
  readonly audiences: readonly Audience[];
  readonly rows: Readonly<Record<string, readonly Row[]>>;
  readonly asOf: string;
}

/** The text of a key cell, or undefined for NULL: keys of different types are equal where their texts are. */
export function keyText(cell: Cell | undefined): string | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (cell.kind === 'text') return cell.text;
  if (cell.kind === 'exact') return String(cell.scaled / 10n ** 18n);
  throw new Error(`not a key: ${cell.kind}`);
}

/** Every customer's id. */
export function customerIds(world: World): Set<string> {
  const { idColumn } = world.model.customer;
  const ids = (world.rows['customer'] ?? []).map((row) => keyText(row[idColumn]));
  return new Set(ids.filter((id) => id !== undefined));
}

/** The ids of the customers that a rule holds for. */
export function members(rule: Rule, world: World): Set<string> {
  return new Set([...customerIds(world)].filter((id) => holds(rule, id, world)));
}

function holds(rule: Rule, id: string, world: World): boolean {
  switch (rule.kind) {
    case 'all':
      return rule.rules.every((each) => holds(each, id, world));
    case 'any':
      return rule.rules.some((each) => holds(each, id, world));
    case 'not':
      return !holds(rule.rule, id, world);
    case 'audience': {
      const audience = world.audiences.find((each) => each.id === rule.audience);
      if (audience === undefined) throw new Error(`no audience ${rule.audience}`);
      return holds(audience.rule, id, world);
    }
    case 'condition':
      return conditionHolds(rule.condition, id, world);
  }
}

function conditionHolds(
  condition: Extract<Rule, { kind: 'condition' }>['condition'],
  id: string,
  world: World,
): boolean {
  if (condition.kind === 'attribute') {
    const rows = rowsOf(condition.entity, id, world);
    if (rows.length === 0) return condition.test.op === 'is-empty';
    return rows.some((row) => passes(read(row, condition), condition.test, world.asOf));
  }
  if (condition.kind === 'trait') {
    const trait = world.model.traits.find((each) => each.id === condition.trait);
    if (trait === undefined) throw new Error(`no trait ${condition.trait}`);
    if (trait.measure.of === 'exists' || trait.measure.of === 'not-exists') {
      const truth = measured({ ...trait }, id, world);
      const wanted = condition.test.op === 'is-true' || condition.test.op === 'is-not-empty';
      return (truth?.kind === 'boolean' && truth.truth) === wanted;
    }
    return passes(measured(trait, id, world), condition.test, world.asOf);
  }
  const cell = measured(condition, id, world);
  if (condition.test === undefined) return cell?.kind === 'boolean' && cell.truth;
  return passes(cell, condition.test, world.asOf);
}

function read(row: Row, ref: { column: string; path?: string[] | undefined }): Cell {
  let cell: Cell = row[ref.column] ?? null;
  for (const name of ref.path ?? []) cell = cell?.kind === 'struct' ? (cell.fields[name] ?? null) : null;
  return cell;
}

function rowsOf(entity: string, id: string, world: World): Row[] {
  const key =
    entity === 'customer'
      ? world.model.customer.idColumn
      : world.model.entities.find((each) => each.id === entity)?.key;
  return (world.rows[entity] ?? []).filter((row) => keyText(row[key ?? '']) === id);
}

/** A measure's value for one customer; counts of nothing are zero, everything else of nothing is NULL. */
export function measured(
  source: { entity: string; where: readonly Filter[]; window?: Window | undefined; measure: Measure },
  id: string,
  world: World,
): Cell {
  const time = world.model.entities.find((each) => each.id === source.entity)?.timeColumn;
  const rows = rowsOf(source.entity, id, world).filter(
    (row) =>
      source.where.every((filter) => passes(read(row, filter), filter.test, world.asOf)) &&
      inWindow(row[source.window?.column ?? time ?? ''] ?? null, source.window, world.asOf),
  );
  const { measure } = source;
  if (!('column' in measure)) {
    if (measure.of === 'count') return count(rows.length);
    return { kind: 'boolean', truth: rows.length > 0 === (measure.of === 'exists') };
  }
  const known = rows.filter((row) => (row[measure.column] ?? null) !== null);
  const cells = known.map((row) => row[measure.column] ?? null);
  switch (measure.of) {
    case 'count-distinct':
      return count(
        new Set(
          cells.map((cell) =>
            JSON.stringify(cell, (_, each: unknown) =>
              typeof each === 'bigint' ? String(each) : Number.isNaN(each) ? 'NaN' : each,
            ),
          ),
        ).size,
      );
    case 'sum':
      return sum(cells)?.total ?? null;
    case 'avg': {
      const added = sum(cells);
      if (added === undefined) return null;
      // 10^18 is more than a double holds exactly; the numbers here have six decimals at most.
      const total = Number(added.total.scaled / 10n ** 12n) / 1e6;
      return { kind: 'double', number: total / added.count };
    }
    case 'min':
      return cells.reduce<Cell>(
        (best, cell) => (best === null || compareCells(cell, best) < 0 ? cell : best),
        null,
      );
    case 'max':
      return cells.reduce<Cell>(
        (best, cell) => (best === null || compareCells(cell, best) > 0 ? cell : best),
        null,
      );
    case 'latest': {
      const dated = known.filter((row) => (row[time ?? ''] ?? null) !== null);
      dated.sort((left, right) => {
        const byTime = compareCells(left[time ?? ''] ?? null, right[time ?? ''] ?? null);
        return byTime !== 0
          ? byTime
          : compareCells(left[measure.column] ?? null, right[measure.column] ?? null);
      });
      return dated.at(-1)?.[measure.column] ?? null;
    }
  }
}

function inWindow(cell: Cell, window: Window | undefined, asOf: string): boolean {
  if (window?.last === undefined && window?.from === undefined && window?.to === undefined) return true;
  const at =
    cell?.kind === 'timestamp'
      ? cell.at
      : cell?.kind === 'date'
        ? Date.parse(`${cell.day}T00:00:00Z`)
        : undefined;
  if (at === undefined) return false;
  const now = Date.parse(asOf);
  if (window.last !== undefined && (at < move(now, window.last, -1) || at > now)) return false;
  if (window.from !== undefined && at < Date.parse(window.from)) return false;
  return window.to === undefined || at < Date.parse(window.to);
}

function count(number: number): Cell {
  return { kind: 'exact', scaled: toScaled(String(number)) };
}

function sum(
  cells: readonly Cell[],
): { total: { kind: 'exact'; scaled: bigint }; count: number } | undefined {
  const numbers = cells.flatMap((cell) => {
    if (cell?.kind === 'exact') return [cell.scaled];
    // Sums of doubles are sums of decimals with six places; NaN counts as empty.
    if (cell?.kind === 'double')
      return Number.isFinite(cell.number) ? [toScaled(cell.number.toFixed(6))] : [];
    return [];
  });
  if (numbers.length === 0) return undefined;
  return {
    total: { kind: 'exact', scaled: numbers.reduce((left, right) => left + right, 0n) },
    count: numbers.length,
  };
}

function compareCells(left: Cell, right: Cell): number {
  if (left === null || right === null) return left === right ? 0 : left === null ? -1 : 1;
  if (left.kind === 'exact' && right.kind === 'exact') return compareBigints(left.scaled, right.scaled);
  if (left.kind === 'double' && right.kind === 'double') return compareDoubles(left.number, right.number);
  if (left.kind === 'timestamp' && right.kind === 'timestamp') return left.at - right.at;
  if (left.kind === 'date' && right.kind === 'date')
    return left.day < right.day ? -1 : left.day > right.day ? 1 : 0;
  if (left.kind === 'boolean' && right.kind === 'boolean') return Number(left.truth) - Number(right.truth);
  if (left.kind === 'text' && right.kind === 'text') return compareTexts(left.text, right.text);
  throw new Error(`not comparable: ${left.kind}, ${right.kind}`);
}

/** Engines order text by its UTF-8 bytes, which is the order of code points; JavaScript orders by UTF-16 units. */
function compareTexts(left: string, right: string): number {
  const [a, b] = [Array.from(left), Array.from(right)];
  const at = a.findIndex((character, index) => character !== b[index]);
  if (at < 0) return a.length - b.length;
  return (a[at]?.codePointAt(0) ?? 0) - (b[at]?.codePointAt(0) ?? -1);
}
