import { CUSTOMER_ID } from '../domain/audience.ts';
import { type Duration, type Instant, subtractDuration } from '../domain/duration.ts';
import type { FrequencyCap } from '../domain/journey.ts';
import { bindText } from './bind-value.ts';
import { factName } from './compile-facts.ts';
import type { BoundValue, CompiledQuery } from './compiled-query.ts';
import type { Dialect } from './dialect.ts';
import type { Edge, JourneyGraph, SendPoint } from './journey-graph.ts';
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
      this.#statement(`DROP TABLE IF EXISTS ${this.#name('moves')}`),
    ];
  }

  /** One row for each edge that was taken: `entered`, `passed` or `left`. */
  #passes(): string[] {
    const { graph } = this.#request;
    const told = graph.edges.map((edge) => {
      const kind = edge.ends === undefined ? (edge === graph.entering ? 'entered' : 'passed') : 'left';
      const way = kind === 'left' ? null : edge.way;
      return [edge.number, kind, way, edge.to?.step.id ?? null, edge.ends ?? null] as const;
    });
    const rows = told.map(
      ([edge, kind, way, next, why]) =>
        `(${edge}, '${kind}', ${this.#word(way)}, ${this.#word(next)}, ${this.#word(why)})`,
    );
    const text = this.#dialect.castTypes.text;
    return [
      `SELECT ${this.#common(`taken.hop * ${PLACES_PER_HOP} + ${LAST_PLACE}`)}, told.kind, ${this.#versionOf('taken.edge')}, ${this.#stepOf('taken.edge')}, CAST(told.way AS ${text}), CAST(told.next_step AS ${text}), CAST(told.reason AS ${text})
FROM (${this.#taken()}) AS taken
JOIN (VALUES ${rows.join(', ')}) AS told(edge, kind, way, next_step, reason) ON told.edge = taken.edge`,
    ];
  }

  /** Sends and non-sends at the steps that activate, and those who are held out. */
  #outcomes(): string[] {
    const { graph } = this.#request;
    const heldOut = graph.edges.filter(({ ends }) => ends === 'held-out');
    const held =
      heldOut.length === 0
        ? []
        : [
            `SELECT ${this.#common(`taken.hop * ${PLACES_PER_HOP}`)}, 'not-sent', ${this.#versionOf('taken.edge')}, ${this.#stepOf('taken.edge')}, ${this.#null()}, ${this.#null()}, 'held-out'
FROM (${this.#taken(heldOut)}) AS taken`,
          ];
    if (graph.sends.length === 0) return held;
    return [
      ...held,
      `SELECT ${this.#common(`taken.hop * ${PLACES_PER_HOP}`)}, CASE WHEN reason IS NULL THEN 'sent' ELSE 'not-sent' END, ${this.#versionOf('taken.edge')}, ${this.#stepOf('taken.edge')}, ${this.#null()}, ${this.#null()}, reason
FROM (${this.#judged()}) AS taken`,
    ];
  }

  /** The customers who come to an activate step, each with why nothing is sent. */
  #judged(): string {
    const { graph, at } = this.#request;
    const edges = graph.sends.map(({ edge }) => edge);
    const suppressed = graph.suppress.map(factName).join(' OR ');
    const refuses = [
      ...(suppressed === '' ? [] : [`WHEN ${suppressed} THEN 'suppressed'`]),
      ...graph.sends
        .filter(({ consent }) => consent !== undefined)
        .map(
          ({ edge, consent }) =>
            `WHEN edge = ${edge.number} AND NOT ${factName(consent ?? 0)} THEN 'no-consent'`,
        ),
    ];
    const refused = refuses.length === 0 ? this.#null() : `CASE ${refuses.join(' ')} END`;
    const came = `SELECT *, ${refused} AS refused, ${this.#channelOfEdge(graph.sends)} AS channel FROM (${this.#taken(edges)}) AS came`;
    const caps = this.#capsInUse();
    if (caps.length === 0) return `SELECT *, refused AS reason FROM (${came}) AS heard`;
    // Those sent before on the same way; who was refused counts for nothing. Once a cap is reached every later send is over it as well.
    const ranked = `SELECT *, coalesce(sum(CASE WHEN refused IS NULL THEN 1 ELSE 0 END) OVER (PARTITION BY ${CUSTOMER_ID}, channel ORDER BY hop ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier FROM (${came}) AS heard`;
    const counted = caps.map(
      ({ channel }, at) =>
        `count(CASE WHEN channel = '${channel}' AND sent_at > ${this.#p(`cap_${at}`)} THEN 1 END) AS n_${at}`,
    );
    const mine = `NOT (journey = ${this.#p('journey')} AND tick = ${this.#request.number})`;
    const since = caps.map(({ per }) => per).reduce((one, other) => longer(one, other, at));
    const first = caps.findIndex(({ per }) => per === since);
    const before = `SELECT ${CUSTOMER_ID}, ${counted.join(', ')} FROM ${this.#name('sends')} WHERE sent_at > ${this.#p(`cap_${first}`)} AND ${mine} GROUP BY ${CUSTOMER_ID}`;
    const over = caps.map(
      ({ channel, sends }, at) =>
        `ranked.channel = '${channel}' AND coalesce(sent.n_${at}, 0) + ranked.earlier >= ${sends}`,
    );
    return `SELECT ranked.*, CASE WHEN refused IS NOT NULL THEN refused WHEN ${over.join(' OR ')} THEN 'capped' END AS reason FROM (${ranked}) AS ranked LEFT JOIN (${before}) AS sent ON sent.${CUSTOMER_ID} = ranked.${CUSTOMER_ID}`;
  }

  /** One row for each branch that somebody lost because another came before. */
  #lost(): string[] {
    const { lost } = this.#request.graph;
    const byEdge = new Map<Edge, { readonly way: string; readonly fact: number }[]>();
    for (const { edge, way, fact } of lost) byEdge.set(edge, [...(byEdge.get(edge) ?? []), { way, fact }]);
    if (byEdge.size === 0) return [];
    const most = Math.max(...[...byEdge.values()].map((each) => each.length));
    const places = Array.from({ length: most }, (_, at) => `(${at})`).join(', ');
    const whens = [...byEdge].flatMap(([edge, branches]) =>
      branches.map(
        ({ way, fact }, at) =>
          `WHEN taken.edge = ${edge.number} AND nth.place = ${at} AND ${factName(fact)} THEN '${way}'`,
      ),
    );
    const rows = `SELECT taken.*, nth.place AS nth, CASE ${whens.join(' ')} END AS lost_way FROM (${this.#taken([...byEdge.keys()])}) AS taken CROSS JOIN (VALUES ${places}) AS nth(place)`;
    return [
      `SELECT ${this.#common(`taken.hop * ${PLACES_PER_HOP} + taken.nth`)}, 'not-sent', ${this.#versionOf('taken.edge')}, ${this.#stepOf('taken.edge')}, taken.lost_way, ${this.#null()}, 'priority'
FROM (${rows}) AS taken WHERE taken.lost_way IS NOT NULL`,
    ];
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
    const version = into((edge) => text((edge.to ?? edge.from)?.version), 'm.from_version');
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

  /** The moves with one row for each edge, of these only where they are given. */
  #taken(edges?: readonly Edge[]): string {
    const { hops } = this.#request;
    const whens = Array.from({ length: hops }, (_, hop) => `WHEN ${hop} THEN m.${edgeName(hop)}`);
    const places = Array.from({ length: hops }, (_, hop) => `(${hop})`).join(', ');
    const which =
      edges === undefined ? 'edge IS NOT NULL' : edges.length === 0 ? 'FALSE' : isOneOf('edge', edges);
    return `SELECT * FROM (SELECT m.*, hops.hop, CASE hops.hop ${whens.join(' ')} END AS edge FROM ${this.#name('moves')} AS m CROSS JOIN (VALUES ${places}) AS hops(hop)) AS each WHERE ${which}`;
  }

  /** The columns that every row of the log begins with. */
  #common(place: string): string {
    return `${this.#request.number}, ${this.#p('at')}, taken.${CUSTOMER_ID}, taken.entry, ${place}`;
  }

  #versionOf(edge: string): string {
    return this.#ofEdge(edge, ({ from }) => text(from?.version), 'taken.from_version');
  }

  #stepOf(edge: string): string {
    return this.#ofEdge(edge, ({ from }) => quoted(from?.step.id), 'taken.from_step');
  }

  #ofEdge(column: string, pick: (edge: Edge) => string | undefined, otherwise: string): string {
    const whens = groupBy(this.#request.graph.edges, pick).map(
      ([value, edges]) => ` WHEN ${isOneOf(column, edges)} THEN ${value}`,
    );
    return whens.length === 0 ? otherwise : `CASE${whens.join('')} ELSE ${otherwise} END`;
  }

  #channelOfEdge(sends: readonly SendPoint[]): string {
    const whens = groupBy(
      sends.map(({ edge }) => edge),
      (edge) => quoted(sends.find((each) => each.edge === edge)?.channel),
    ).map(([value, edges]) => ` WHEN ${isOneOf('edge', edges)} THEN ${value}`);
    return `CASE${whens.join('')} END`;
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

  #word(value: string | null): string {
    return value === null ? 'NULL' : `'${value}'`;
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

/** Edges by what is picked of them, so that a CASE has one WHEN for each answer. */
function groupBy(edges: readonly Edge[], pick: (edge: Edge) => string | undefined): [string, Edge[]][] {
  const groups = new Map<string, Edge[]>();
  for (const edge of edges) {
    const value = pick(edge);
    if (value !== undefined) groups.set(value, [...(groups.get(value) ?? []), edge]);
  }
  return [...groups];
}
