import fc from 'fast-check';
import type { Instant } from '../../../electron/domain/duration.ts';
import type { World } from '../oracle/evaluate.ts';
import type { Cell, Row } from '../oracle/values.ts';
import { sometimes, when } from './step-arbitrary.ts';
import { EVENT_KINDS, YES_NO } from './world.ts';

/** Ids that are alike to whoever takes them for numbers, folds their case, trims or composes them, or reads them as SQL. */
export const CUSTOMER_IDS = [
  '1',
  '01',
  '001',
  '1.0',
  '+1',
  '-1',
  ' 1',
  '1 ',
  '0',
  '00',
  '1e0',
  '0x1',
  'a',
  'A',
  'á',
  'a\u0301',
  'ß',
  'ss',
  'SS',
  'ı',
  'i',
  'I',
  'İ',
  "'",
  "''",
  '"',
  '`',
  '\\',
  '\\\\',
  "x'; DROP TABLE customer; --",
  '$p1',
  ':p1',
  '%',
  '_',
  'NULL',
  'null',
  'true',
  '😀',
  '日本',
  'a\tb',
  '',
  'a\nb',
  '٣',
  '\u200b',
  '9007199254740993',
  '9007199254740992',
  ':',
  'a:1',
  'entry',
] as const;

interface Person {
  readonly cells: readonly (boolean | null)[];
  readonly opted: boolean | null | undefined;
  /** The acts at which they are not in the table. */
  readonly absent: readonly number[];
  readonly flips: readonly {
    readonly from: number;
    readonly column: number;
    readonly value: boolean | null;
  }[];
}

interface Happening {
  readonly customer: number;
  readonly kind: string;
  readonly at: ((ticks: readonly Instant[]) => Instant) | undefined;
  /** The act from which on the row is in the table, which may be long after its time. */
  readonly from: number;
  readonly entity: 'events' | 'days';
}

/** Customers and their events, as they change from act to act. */
export interface Population {
  readonly people: readonly Person[];
  readonly happenings: readonly Happening[];
}

const yesNo = fc.constantFrom(true, true, true, false, false, null);
const atAct = fc.nat(7);

const person: fc.Arbitrary<Person> = fc.record({
  cells: fc.array(yesNo, { minLength: YES_NO.length, maxLength: YES_NO.length }),
  opted: fc.constantFrom(true, true, false, null, undefined),
  absent: fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.array(atAct, { maxLength: 4 }) },
  ),
  flips: fc.array(fc.record({ from: atAct, column: fc.nat(YES_NO.length - 1), value: yesNo }), {
    maxLength: 6,
    size: 'max',
  }),
});

/** So many customers at most, and half as many events again. */
export function population(customers: number): fc.Arbitrary<Population> {
  return fc.record({
    people: fc.array(person, { maxLength: customers, size: 'max' }),
    happenings: fc.array(
      fc.record({
        customer: fc.nat(customers),
        kind: fc.constantFrom(...EVENT_KINDS, 'buy', 'buy'),
        at: sometimes(9, when),
        from: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: atAct }),
        entity: fc.constantFrom('events' as const, 'events' as const, 'days' as const),
      }),
      { maxLength: Math.ceil(customers * 1.5), size: 'max' },
    ),
  });
}

/** The rows of all tables at an act. */
export function populate(
  { people, happenings }: Population,
  act: number,
  ticks: readonly Instant[],
): World['rows'] {
  return {
    customer: people.flatMap((each, at) => (each.absent.includes(act) ? [] : [customerRow(each, at, act)])),
    profiles: people.flatMap(({ opted }, at) =>
      opted === undefined ? [] : [{ customer_id: text(idAt(at)), opted: truth(opted) }],
    ),
    events: rowsOf('events', happenings, act, ticks),
    days: rowsOf('days', happenings, act, ticks),
  };
}

function customerRow({ cells, flips }: Person, at: number, act: number): Row {
  const now = YES_NO.map((_, column) => {
    const flipped = flips.filter((flip) => flip.column === column && flip.from <= act);
    const value = flipped.length === 0 ? cells[column] : flipped.at(-1)?.value;
    return truth(value ?? null);
  });
  return {
    customer_id: text(idAt(at)),
    ...Object.fromEntries(YES_NO.map((name, column) => [name, now[column] ?? null])),
  };
}

function rowsOf(
  entity: Happening['entity'],
  happenings: readonly Happening[],
  act: number,
  ticks: readonly Instant[],
): Row[] {
  return happenings
    .filter((each) => each.entity === entity && each.from <= act)
    .map(({ customer, kind, at }) => {
      const time = at?.(ticks);
      const common = { customer_id: text(idAt(customer)), kind: text(kind) };
      if (entity === 'days')
        return { ...common, day: time === undefined ? null : { kind: 'date', day: time.slice(0, 10) } };
      return { ...common, at: time === undefined ? null : { kind: 'timestamp', at: Date.parse(time) } };
    });
}

function idAt(at: number): string {
  return CUSTOMER_IDS[at] ?? `c${at}`;
}

function text(each: string): Cell {
  return { kind: 'text', text: each };
}

function truth(each: boolean | null): Cell {
  return each === null ? null : { kind: 'boolean', truth: each };
}
