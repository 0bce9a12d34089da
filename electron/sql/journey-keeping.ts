import { CUSTOMER_ID } from '../domain/audience.ts';
import { type Duration, type Instant, subtractDuration } from '../domain/duration.ts';
import type { FrequencyCap } from '../domain/journey.ts';
import { bindText } from './bind-value.ts';
import { factName } from './compile-facts.ts';
import type { BoundValue, CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import type { Edge, JourneyGraph } from './journey-graph.ts';
import { edgeName, isOneOf } from './journey-hops.ts';
import { keepFingerprint } from './journey-fingerprint.ts';
import { JOURNEY_COLUMNS, type JourneyTables } from './journey-tables.ts';
import { quoteTable } from './printer.ts';
import { usedOf } from './used-values.ts';

/** What is kept of a tick whose moves are found. */
export interface KeepingRequest {
  readonly journeyId: string;
  readonly number: number;
  readonly graph: JourneyGraph;
  readonly hops: number;
  readonly at: Instant;
}

/** What happens at a hop has places from the hop times this on. */
const PLACES_PER_HOP = 1_000;
/** The place of what is told of a step after what happened at it. */
const LAST_PLACE = PLACES_PER_HOP - 1;

/**
 * The statements that write a tick from its moves, in this order; each done again gives the same, since what it writes carries the tick's number and
 * goes first.
 */
export function compileKeeping(
  request: KeepingRequest,
  tables: JourneyTables,
  dialect: Dialect,
): CompiledQuery[] {
  return new Keeping(request, tables, dialect).statements();
}

class Keeping {
  readonly #request: KeepingRequest;
  readonly #tables: JourneyTables;
  readonly #dialect: Dialect;

  constructor(request: KeepingRequest, tables: JourneyTables, dialect: Dialect) {
    this.#request = request;
    this.#tables = tables;
    this.#dialect = dialect;
  }

  statements(): CompiledQuery[] {
    const { number } = this.#request;
    const [log, sends] = [this.#name('log'), this.#name('sends')];
    const mine = `journey = ${this.#p('journey')} AND tick = ${number}`;
    return [
      this.#statement(`DELETE FROM ${log} WHERE tick = ${number}`),
      this.#statement(
        `INSERT INTO ${log}\n${[...this.#passes(), ...this.#outcomes(), ...this.#lost(), this.#goals()].join('\nUNION ALL\n')}`,
      ),
      this.#statement(`DELETE FROM ${sends} WHERE ${mine}`),
      this.#statement(`INSERT INTO ${sends}
SELECT ${this.#p('journey')}, tick, occurred_at, ${CUSTOMER_ID}, entry, version, step, ${this.#channelOfStep()}
FROM ${log} WHERE tick = ${number} AND kind = 'sent'`),
      this.#mergeState(),
      ...keepFingerprint(this.#request, this.#tables, this.#dialect),
    ];
  }

  /** One row for each edge that was taken: `entered`, `passed` or `left`. */
  #passes(): string[] {
    const { graph } = this.#request;
    const told = graph.edges.map((edge) => {
      const kind = edge.ends === undefined ? (edge === graph.entering ? 'entered' : 'passed') : 'left';
      const way = kind === 'left' ? undefined : edge.way;
      const words = [`'${kind}'`, text(edge.from?.version), quoted(edge.from?.step.id)];
      const more = [quoted(way), quoted(edge.to?.step.id), quoted(edge.ends)];
      return `(${[edge.number, ...words, ...more].map((each) => each ?? 'NULL').join(', ')})`;
    });
    const names = 'told(edge, kind, version, step, way, next_step, reason)';
    return this.#hops().map(
      (
        hop,
      ) => `SELECT ${this.#common(hop * PLACES_PER_HOP + LAST_PLACE)}, told.kind, coalesce(told.version, m.left_version), coalesce(told.step, m.from_step), told.way, told.next_step, told.reason
FROM ${this.#name('moves')} AS m
JOIN (VALUES ${told.join(', ')}) AS ${names} ON told.edge = m.${edgeName(hop)}`,
    );
  }

  /** Sends and non-sends at the steps that activate, and those who are held out. */
  #outcomes(): string[] {
    const { graph } = this.#request;
    const heldOut = graph.edges.filter(({ ends }) => ends === 'held-out');
    const sends = graph.sends.map(({ edge }) => edge);
    return this.#hops().flatMap((hop) => {
      const edge = `m.${edgeName(hop)}`;
      const at = (edges: readonly Edge[], kind: string, reason: string, from: string): string[] =>
        edges.length === 0
          ? []
          : [
              `SELECT ${this.#common(hop * PLACES_PER_HOP)}, ${kind}, ${this.#versionOf(edge, edges)}, ${this.#stepOf(edge, edges)}, ${this.#null()}, ${this.#null()}, ${reason}
FROM ${from} WHERE ${isOneOf(edge, edges)}`,
            ];
      return [
        ...at(heldOut, "'not-sent'", "'held-out'", `${this.#name('moves')} AS m`),
        ...at(
          sends,
          "CASE WHEN m.refused IS NULL THEN 'sent' ELSE 'not-sent' END",
          'm.refused',
          this.#judged(hop),
        ),
      ];
    });
  }

  /** The moves with why nothing is sent at a hop's activate step. */
  #judged(hop: number): string {
    const { graph } = this.#request;
    const edge = edgeName(hop);
    const suppressed = graph.suppress.map(factName).join(' OR ');
    const caps = this.#capsInUse();
    const whens = [
      ...(suppressed === '' ? [] : [`WHEN ${suppressed} THEN 'suppressed'`]),
      ...graph.sends.flatMap((send) =>
        send.consent === undefined
          ? []
          : [`WHEN ${edge} = ${send.edge.number} AND NOT ${factName(send.consent)} THEN 'no-consent'`],
      ),
      ...caps.map(({ channel, sends }, at) => {
        const edges = graph.sends.filter((send) => send.channel === channel).map((send) => send.edge);
        const earlier = this.#earlier(hop, channel);
        return `WHEN ${isOneOf(edge, edges)} AND coalesce(before.n_${at}, 0)${earlier} >= ${sends} THEN 'capped'`;
      }),
    ];
    const refused = whens.length === 0 ? this.#null() : `CASE ${whens.join(' ')} END`;
    const moves = this.#name('moves');
    if (caps.length === 0) return `(SELECT *, ${refused} AS refused FROM ${moves}) AS m`;
    return `(SELECT own.*, ${refused} AS refused FROM ${moves} AS own LEFT JOIN (${this.#sentBefore(caps)}) AS before ON before.${CUSTOMER_ID} = own.${CUSTOMER_ID}) AS m`;
  }

  /** Sends in a channel at earlier hops of the same row, as a sum to add. Once a cap is reached every later send is over it as well. */
  #earlier(hop: number, channel: string): string {
    const { graph } = this.#request;
    const sends = graph.sends.filter((send) => send.channel === channel);
    return this.#hops()
      .filter((each) => each < hop)
      .map((each) => {
        const sent = sends.map(({ edge, consent }) => {
          const came = `${edgeName(each)} = ${edge.number}`;
          return consent === undefined ? came : `${came} AND ${factName(consent)}`;
        });
        return ` + CASE WHEN ${sent.join(' OR ')} THEN 1 ELSE 0 END`;
      })
      .join('');
  }

  /** How often each customer was sent something within the time of each cap, by any journey but this tick. */
  #sentBefore(caps: readonly FrequencyCap[]): string {
    const { at, number } = this.#request;
    const counted = caps.map(
      ({ channel }, index) =>
        `count(CASE WHEN channel = '${channel}' AND sent_at > ${this.#p(`cap_${index}`)} THEN 1 END) AS n_${index}`,
    );
    const longest = caps.map(({ per }) => per).reduce((one, other) => longer(one, other, at));
    const first = caps.findIndex(({ per }) => per === longest);
    return `SELECT ${CUSTOMER_ID}, ${counted.join(', ')} FROM ${this.#name('sends')} WHERE sent_at > ${this.#p(`cap_${first}`)} AND NOT (journey = ${this.#p('journey')} AND tick = ${number}) GROUP BY ${CUSTOMER_ID}`;
  }

  /** One row for each branch that somebody lost because another came before. */
  #lost(): string[] {
    const { lost } = this.#request.graph;
    if (lost.length === 0) return [];
    const nth = new Map<Edge, number>();
    const branches = lost.map((each) => {
      const place = nth.get(each.edge) ?? 0;
      nth.set(each.edge, place + 1);
      return { ...each, place };
    });
    return this.#hops().flatMap((hop) =>
      Array.from({ length: Math.max(...nth.values()) }, (_, place) => {
        const edge = `m.${edgeName(hop)}`;
        const here = branches.filter((each) => each.place === place);
        const whens = here.map(
          (each) => `WHEN ${edge} = ${each.edge.number} AND ${factName(each.fact)} THEN '${each.way}'`,
        );
        const edges = [...new Set(here.map((each) => each.edge))];
        return `SELECT ${this.#common(hop * PLACES_PER_HOP + place)}, 'not-sent', ${this.#versionOf(edge, edges)}, ${this.#stepOf(edge, edges)}, m.lost_way, ${this.#null()}, 'priority'
FROM (SELECT m.*, CASE ${whens.join(' ')} END AS lost_way FROM ${this.#name('moves')} AS m) AS m WHERE m.lost_way IS NOT NULL`;
      }),
    );
  }

  #goals(): string {
    const { number } = this.#request;
    return `SELECT ${number}, ${this.#p('at')}, ${CUSTOMER_ID}, goal_entry, -1, 'goal', from_version, from_step, ${this.#null()}, ${this.#null()}, ${this.#null()} FROM ${this.#name('moves')} WHERE goal_entry IS NOT NULL`;
  }

  #mergeState(): CompiledQuery {
    const { graph, hops, number } = this.#request;
    const taken = Array.from({ length: hops }, (_, hop) => edgeName(hop)).reverse();
    const last = taken.length === 1 ? taken.join() : `coalesce(${taken.join(', ')})`;
    const due = graph.places.flatMap((place) => {
      const at = graph.dueAt(place);
      return at === undefined ? [] : [{ place, at }];
    });
    const dueWhens = due.map(({ place }, index) => {
      const to = graph.edges.filter((edge) => edge.to === place);
      return to.length === 0 ? '' : ` WHEN ${isOneOf('m.last_edge', to)} THEN ${this.#p(`due_${index}`)}`;
    });
    const dueAt = dueWhens.join('') === '' ? this.#nullTime() : `CASE${dueWhens.join('')} END`;
    const into = (pick: (edge: Edge) => string | undefined, otherwise: string): string => {
      const whens = groupBy(graph.edges, pick).map(
        ([value, edges]) => ` WHEN ${isOneOf('m.last_edge', edges)} THEN ${value}`,
      );
      return whens.length === 0 ? otherwise : `CASE${whens.join('')} ELSE ${otherwise} END`;
    };
    const version = into((edge) => text((edge.to ?? edge.from)?.version), 'm.left_version');
    const step = into((edge) => quoted((edge.to ?? edge.from)?.step.id), 'm.from_step');
    const why = into((edge) => quoted(edge.ends), this.#null());
    const ending = graph.edges.filter(({ ends }) => ends !== undefined);
    const ended = ending.length === 0 ? 'FALSE' : `coalesce(${isOneOf('m.last_edge', ending)}, FALSE)`;
    const source = `SELECT m.${CUSTOMER_ID}, m.entry, m.entered_at, m.goal_at, m.last_edge IS NOT NULL AS moves, ${ended} AS ends, ${version} AS version, ${step} AS step, ${dueAt} AS due_at, ${why} AS why
FROM (SELECT *, ${last} AS last_edge FROM ${this.#name('moves')}) AS m`;
    const kept = (column: string, moved: string): string =>
      `${column} = CASE WHEN u.moves THEN ${moved} ELSE s.${column} END`;
    const at = this.#p('at');
    const none = this.#nullTime();
    const sets = [
      'entry = u.entry',
      kept('version', 'u.version'),
      kept('step', 'u.step'),
      kept('since', `CASE WHEN u.ends THEN ${none} ELSE ${at} END`),
      kept('due_at', `CASE WHEN u.ends THEN ${none} ELSE u.due_at END`),
      'entered_at = u.entered_at',
      'goal_at = u.goal_at',
      kept('ended_at', `CASE WHEN u.ends THEN ${at} ELSE ${none} END`),
      kept('ended_why', 'u.why'),
      `tick = ${number}`,
    ];
    const columns = Object.keys(JOURNEY_COLUMNS.state);
    const values = [
      `u.${CUSTOMER_ID}`,
      'u.entry',
      'u.version',
      'u.step',
      `CASE WHEN u.ends THEN ${none} ELSE ${at} END`,
      `CASE WHEN u.ends THEN ${none} ELSE u.due_at END`,
      'u.entered_at',
      'u.goal_at',
      `CASE WHEN u.ends THEN ${at} ELSE ${none} END`,
      'u.why',
      String(number),
    ];
    const dues = Object.fromEntries(
      due.map(({ at: value }, index) => [`due_${index}`, { type: 'timestamp', value } as const]),
    );
    return this.#statement(
      `MERGE INTO ${this.#name('state')} AS s
USING (${source}) AS u
ON s.${CUSTOMER_ID} = u.${CUSTOMER_ID}
WHEN MATCHED AND s.tick < ${number} THEN UPDATE SET ${sets.join(', ')}
WHEN NOT MATCHED THEN INSERT (${columns.join(', ')}) VALUES (${values.join(', ')})`,
      dues,
    );
  }

  #hops(): number[] {
    return Array.from({ length: this.#request.hops }, (_, hop) => hop);
  }

  /** The columns that every row of the log begins with. */
  #common(place: number): string {
    return `${this.#request.number}, ${this.#p('at')}, m.${CUSTOMER_ID}, m.entry, ${place}`;
  }

  #versionOf(column: string, edges: readonly Edge[]): string {
    return pickBy(column, edges, ({ from }) => text(from?.version));
  }

  #stepOf(column: string, edges: readonly Edge[]): string {
    return pickBy(column, edges, ({ from }) => quoted(from?.step.id));
  }

  #channelOfStep(): string {
    const { sends } = this.#request.graph;
    if (sends.length === 0) return this.#null();
    const whens = sends.map(
      ({ place, channel }) =>
        ` WHEN version = ${place.version} AND step = '${place.step.id}' THEN '${channel}'`,
    );
    return `CASE${whens.join('')} END`;
  }

  #null(): string {
    return `CAST(NULL AS ${this.#dialect.castTypes.text})`;
  }

  #nullTime(): string {
    return `CAST(NULL AS ${this.#dialect.castTypes.timestamp})`;
  }

  #name(table: keyof JourneyTables): string {
    return quoteTable(this.#tables[table], this.#dialect);
  }

  #p(name: string): string {
    return this.#dialect.parameterPrefix + name;
  }

  #statement(text: string, more: Readonly<Record<string, BoundValue>> = {}): CompiledQuery {
    const { at, journeyId } = this.#request;
    const values: Record<string, BoundValue> = {
      at: { type: 'timestamp', value: at },
      journey: bindText(journeyId),
      ...bindCaps(this.#capsInUse(), at),
      ...more,
    };
    return { text, values: usedOf(values, text, this.#dialect), columns: [] };
  }

  #capsInUse(): readonly FrequencyCap[] {
    const { graph } = this.#request;
    const channels = new Set(graph.sends.map(({ channel }) => channel));
    return graph.newest.caps.filter(({ channel }) => channels.has(channel));
  }
}

function bindCaps(caps: readonly FrequencyCap[], at: Instant): Record<string, BoundValue> {
  return Object.fromEntries(
    caps.map(({ per }, index) => [
      `cap_${index}`,
      { type: 'timestamp', value: subtractDuration(at, per) } as const,
    ]),
  );
}

function longer(one: Duration, other: Duration, at: Instant): Duration {
  return subtractDuration(at, one) <= subtractDuration(at, other) ? one : other;
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** An id or word of the app's own as text: its form holds no quote. */
function quoted(value: string | undefined): string | undefined {
  if (value !== undefined && !/^[a-z0-9-]+$/.test(value))
    throw new RangeError('Only words are written as text.');
  return value === undefined ? undefined : `'${value}'`;
}

/** What is picked of the edge whose number a column holds, one of these. */
function pickBy(column: string, edges: readonly Edge[], pick: (edge: Edge) => string | undefined): string {
  const [first, ...others] = groupBy(edges, pick);
  if (first !== undefined && others.length === 0) return first[0];
  const whens = [first, ...others].flatMap((group) =>
    group === undefined ? [] : [` WHEN ${isOneOf(column, group[1])} THEN ${group[0]}`],
  );
  return `CASE${whens.join('')} END`;
}

/** Edges by what is picked of them, so that a CASE has one WHEN for each answer. */
function groupBy(edges: readonly Edge[], pick: (edge: Edge) => string | undefined): [string, Edge[]][] {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const value = pick(edge);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), edge]);
  }
  return [...groups];
}
