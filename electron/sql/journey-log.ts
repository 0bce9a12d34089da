import { CUSTOMER_ID } from '../domain/audience.ts';
import { type Duration, type Instant, subtractDuration } from '../domain/duration.ts';
import type { FrequencyCap } from '../domain/journey.ts';
import { bindInstant, bindText } from './bind-value.ts';
import { factName } from './compile-facts.ts';
import type { BoundValue, CompiledQuery } from './compiled-query.ts';
import type { Edge } from './journey-graph.ts';
import { edgeName, isOneOf } from './journey-hops.ts';
import type { MovedTick } from './journey-moves.ts';
import type { JourneyWriter } from './journey-tables.ts';
import { pickBy, quoted, text } from './journey-words.ts';

/** What happens at a hop has places from the hop times this on. */
const PLACES_PER_HOP = 1_000;
/** The place of what is told of a step after what happened at it. */
const LAST_PLACE = PLACES_PER_HOP - 1;

/** The statement that writes everything that happened at a tick to its log, from its moves. */
export function compileLog(request: MovedTick, writer: JourneyWriter): CompiledQuery {
  return new TickLog(request, writer).insert();
}

class TickLog {
  readonly #request: MovedTick;
  readonly #writer: JourneyWriter;

  constructor(request: MovedTick, writer: JourneyWriter) {
    this.#request = request;
    this.#writer = writer;
  }

  insert(): CompiledQuery {
    const { at, journeyId } = this.#request;
    const parts = [...this.#passes(), ...this.#outcomes(), ...this.#lost(), this.#goals()];
    return this.#writer.statement(
      `INSERT INTO ${this.#writer.table('log')}\n${parts.join('\nUNION ALL\n')}`,
      { at: bindInstant(at), journey: bindText(journeyId), ...bindCaps(this.#capsInUse(), at) },
    );
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
FROM ${this.#writer.table('moves')} AS m
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
              `SELECT ${this.#common(hop * PLACES_PER_HOP)}, ${kind}, ${this.#versionOf(edge, edges)}, ${this.#stepOf(edge, edges)}, ${this.#writer.nullText}, ${this.#writer.nullText}, ${reason}
FROM ${from} WHERE ${isOneOf(edge, edges)}`,
            ];
      return [
        ...at(heldOut, "'not-sent'", "'held-out'", `${this.#writer.table('moves')} AS m`),
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
    const refused = whens.length === 0 ? this.#writer.nullText : `CASE ${whens.join(' ')} END`;
    const moves = this.#writer.table('moves');
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
        `count(CASE WHEN channel = '${channel}' AND sent_at > ${this.#writer.bound(`cap_${index}`)} THEN 1 END) AS n_${index}`,
    );
    const longest = caps.map(({ per }) => per).reduce((one, other) => longer(one, other, at));
    const first = caps.findIndex(({ per }) => per === longest);
    return `SELECT ${CUSTOMER_ID}, ${counted.join(', ')} FROM ${this.#writer.table('sends')} WHERE sent_at > ${this.#writer.bound(`cap_${first}`)} AND NOT (journey = ${this.#writer.bound('journey')} AND tick = ${number}) GROUP BY ${CUSTOMER_ID}`;
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
        return `SELECT ${this.#common(hop * PLACES_PER_HOP + place)}, 'not-sent', ${this.#versionOf(edge, edges)}, ${this.#stepOf(edge, edges)}, m.lost_way, ${this.#writer.nullText}, 'priority'
FROM (SELECT m.*, CASE ${whens.join(' ')} END AS lost_way FROM ${this.#writer.table('moves')} AS m) AS m WHERE m.lost_way IS NOT NULL`;
      }),
    );
  }

  #goals(): string {
    const { number } = this.#request;
    return `SELECT ${number}, ${this.#writer.bound('at')}, ${CUSTOMER_ID}, goal_entry, -1, 'goal', from_version, from_step, ${this.#writer.nullText}, ${this.#writer.nullText}, ${this.#writer.nullText} FROM ${this.#writer.table('moves')} WHERE goal_entry IS NOT NULL`;
  }

  #hops(): number[] {
    return Array.from({ length: this.#request.hops }, (_, hop) => hop);
  }

  /** The columns that every row of the log begins with. */
  #common(place: number): string {
    return `${this.#request.number}, ${this.#writer.bound('at')}, m.${CUSTOMER_ID}, m.entry, ${place}`;
  }

  #versionOf(column: string, edges: readonly Edge[]): string {
    return pickBy(column, edges, ({ from }) => text(from?.version));
  }

  #stepOf(column: string, edges: readonly Edge[]): string {
    return pickBy(column, edges, ({ from }) => quoted(from?.step.id));
  }

  #capsInUse(): readonly FrequencyCap[] {
    const { graph } = this.#request;
    const channels = new Set(graph.sends.map(({ channel }) => channel));
    return graph.newest.caps.filter(({ channel }) => channels.has(channel));
  }
}

function bindCaps(caps: readonly FrequencyCap[], at: Instant): Record<string, BoundValue> {
  return Object.fromEntries(
    caps.map(({ per }, index) => [`cap_${index}`, bindInstant(subtractDuration(at, per))]),
  );
}

function longer(one: Duration, other: Duration, at: Instant): Duration {
  return subtractDuration(at, one) <= subtractDuration(at, other) ? one : other;
}
