import type { Consent } from '../../../electron/domain/activation.ts';
import type { Audience } from '../../../electron/domain/audience.ts';
import { type ColumnType, TEXT } from '../../../electron/domain/column-type.ts';
import type { Channel, Destination } from '../../../electron/domain/destination.ts';
import type { Instant } from '../../../electron/domain/duration.ts';
import type { AwaitedThing } from '../../../electron/domain/journey.ts';
import type { CustomerModel } from '../../../electron/domain/model.ts';
import { type World, customerIds, keyText, members } from '../oracle/evaluate.ts';
import { type Cell, type Row, passes } from '../oracle/values.ts';

/** The flags of a customer, each true, false or NULL. */
export const FLAGS = ['f1', 'f2', 'f3', 'f4', 'f5', 'f6'] as const;

/** The columns of a customer that hold yes, no or nothing. */
export const YES_NO = [...FLAGS, 'consent'] as const;

export const EVENT_KINDS = ['buy', 'visit', 'BUY', ''] as const;

/** Where statements find the tables of a world. */
export interface Place {
  readonly catalog: string;
  readonly schema: string;
}

const BOOLEAN: ColumnType = { kind: 'boolean', native: 'BOOLEAN' };
const VARCHAR: ColumnType = { ...TEXT, native: 'VARCHAR' };
const DATE: ColumnType = { kind: 'date', native: 'DATE' };

/** The model over the tables of a world. `zoned`: times of events are instants, not wall clocks of UTC. */
export function worldModel(place: Place, zoned = false): CustomerModel {
  const table = (name: string) => ({ ...place, table: name });
  const attribute = (column: string, type: ColumnType) => ({ column, label: column, type });
  const id = attribute('customer_id', VARCHAR);
  const at: ColumnType = zoned
    ? { kind: 'timestamp', native: 'TIMESTAMP WITH TIME ZONE', zoned }
    : { kind: 'timestamp', native: 'TIMESTAMP', zoned };
  return {
    customer: {
      label: 'Customer',
      table: table('customer'),
      idColumn: 'customer_id',
      attributes: [id, ...YES_NO.map((flag) => attribute(flag, BOOLEAN))],
    },
    entities: [
      {
        id: 'profiles',
        label: 'Profile',
        table: table('profiles'),
        key: 'customer_id',
        cardinality: 'one-to-one',
        attributes: [id, attribute('opted', BOOLEAN)],
      },
      {
        id: 'events',
        label: 'Event',
        table: table('events'),
        key: 'customer_id',
        cardinality: 'one-to-many',
        timeColumn: 'at',
        attributes: [id, attribute('kind', VARCHAR), attribute('at', at)],
      },
      {
        id: 'days',
        label: 'Day',
        table: table('days'),
        key: 'customer_id',
        cardinality: 'one-to-many',
        timeColumn: 'day',
        attributes: [id, attribute('kind', VARCHAR), attribute('day', DATE)],
      },
    ],
    traits: [],
  };
}

const CHANNELS: Readonly<Record<string, Channel>> = {
  mail: 'email',
  letters: 'email',
  ads: 'paid-media',
  hook: 'webhook',
};

/** The destinations that steps may send to. */
export const DESTINATIONS: readonly Destination[] = Object.keys(CHANNELS).map((id) => ({
  id,
  label: id,
  kind: id,
  settings: {},
}));

/** The channel of one of {@link DESTINATIONS}. */
export function channelOf(destination: string): Channel {
  const channel = CHANNELS[destination];
  if (channel === undefined) throw new Error(`no destination ${destination}`);
  return channel;
}

/** What holds for customers at one instant. */
export interface Facts {
  readonly customers: ReadonlySet<string>;
  readonly isMember: (audience: string, customer: string) => boolean;
  readonly consents: (consent: Consent, customer: string) => boolean;
  /** Whether a row that meets the filters lies after the one and before the other instant. */
  readonly happened: (
    awaited: Extract<AwaitedThing, { kind: 'event' }>,
    customer: string,
    after: Instant,
    before: Instant,
  ) => boolean;
}

/** The facts of a world, by the naive evaluator that rules are held to. */
export function factsOf(world: World): Facts {
  const known = new Map<string, ReadonlySet<string>>();
  const membersOf = (id: string): ReadonlySet<string> => {
    const found = known.get(id) ?? members(requireAudience(world.audiences, id).rule, world);
    known.set(id, found);
    return found;
  };
  return {
    customers: customerIds(world),
    isMember: (audience, customer) => membersOf(audience).has(customer),
    consents: ({ entity, column }, customer) =>
      rowsOf(world, entity, customer).some((row) => isTrue(row[column])),
    happened: ({ entity, where }, customer, after, before) => {
      const column = world.model.entities.find((each) => each.id === entity)?.timeColumn ?? '';
      return rowsOf(world, entity, customer)
        .filter((row) => where.every((filter) => passes(row[filter.column] ?? null, filter.test, world.asOf)))
        .map((row) => timeOf(row[column]))
        .some((time) => time !== undefined && time > Date.parse(after) && time < Date.parse(before));
    },
  };
}

function requireAudience(audiences: readonly Audience[], id: string): Audience {
  const audience = audiences.find((each) => each.id === id);
  if (audience === undefined) throw new Error(`no audience ${id}`);
  return audience;
}

function rowsOf(world: World, entity: string, customer: string): Row[] {
  return (world.rows[entity] ?? []).filter((row) => keyText(row['customer_id']) === customer);
}

function isTrue(cell: Cell | undefined): boolean {
  return cell?.kind === 'boolean' && cell.truth;
}

/** Milliseconds since 1970; undefined for NULL. */
function timeOf(cell: Cell | undefined): number | undefined {
  if (cell?.kind === 'timestamp') return cell.at;
  if (cell?.kind === 'date') return Date.parse(`${cell.day}T00:00:00Z`);
  return undefined;
}
