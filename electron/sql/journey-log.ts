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
import { quoted, text } from './journey-words.ts';

/** What happens at a hop has places from the hop times this on. */
const PLACES_PER_HOP = 1_000;
/** The place of what is told of a step after what happened at it. */
const LAST_PLACE = PLACES_PER_HOP - 1;

/**
 * The statement that writes everything that happened at a tick to its log, from its moves. They are read once: each row of them once for every hop,
 * joined to what is told of the edge that was taken there.
 */
export function compileLog(request: MovedTick, writer: JourneyWriter): CompiledQuery {
  return new TickLog(request, writer).insert();
}

/** One row of the log that an edge gives. Of a send only the customer tells whether it is made. */
interface Told {
  readonly edge: Edge;
  /** Its place within the hop. */
  readonly place: number;
  readonly kind: 'entered' | 'passed' | 'left' | 'not-sent' | typeof SEND;
  readonly way?: string | undefined;
  readonly nextStep?: string | undefined;
  readonly reason?: string | undefined;
  /** The fact without which it is not told. */
  readonly ask?: number;
}

/** A send before it is known to be made. */
const SEND = 'send';

class TickLog {
  readonly #request: MovedTick;
  readonly #writer: JourneyWriter;
  readonly #caps: readonly FrequencyCap[];

  constructor(request: MovedTick, writer: JourneyWriter) {
    this.#request = request;
    this.#writer = writer;
    const { sends, newest } = request.graph;
    const channels = new Set(sends.map(({ channel }) => channel));
    this.#caps = newest.caps.filter(({ channel }) => channels.has(channel));
  }

  insert(): CompiledQuery {
    const { at, number, journeyId, graph } = this.#request;
    const isSend = `told.kind = '${SEND}'`;
    const columns = [
      String(number),
      this.#writer.bound('at'),
      `m.${CUSTOMER_ID}`,
      'm.entry',
      `m.hop * ${PLACES_PER_HOP} + told.place`,
      `CASE WHEN ${isSend} THEN CASE WHEN m.refused IS NULL THEN 'sent' ELSE 'not-sent' END ELSE told.kind END`,
      'coalesce(told.version, m.left_version)',
      'coalesce(told.step, m.from_step)',
      'told.way',
      'told.next_step',
      `CASE WHEN ${isSend} THEN m.refused ELSE told.reason END`,
    ];
    const parts = [
      `SELECT ${columns.join(', ')}
FROM (${this.#hops()}) AS m
JOIN (VALUES ${this.#told().map(toldRow).join(', ')}) AS told(edge, place, kind, version, step, way, next_step, reason, ask) ON told.edge = m.edge${this.#asked()}`,
      ...(graph.goal === undefined ? [] : [this.#goals()]),
    ];
    return this.#writer.statement(
      `INSERT INTO ${this.#writer.table('log')}\n${parts.join('\nUNION ALL\n')}`,
      { at: bindInstant(at), journey: bindText(journeyId), ...bindCaps(this.#caps, at) },
    );
  }

  /** What each edge tells: that it was taken; a send, or that somebody is held out; branches lost because another came before. */
  #told(): Told[] {
    const { edges, entering, sends, lost } = this.#request.graph;
    const nth = new Map<Edge, number>();
    return [
      ...edges.map((edge): Told => {
        const isLeft = edge.ends !== undefined;
        return {
          edge,
          place: LAST_PLACE,
          kind: isLeft ? 'left' : edge === entering ? 'entered' : 'passed',
          way: isLeft ? undefined : edge.way,
          nextStep: edge.to?.step.id,
          reason: edge.ends,
        };
      }),
      ...edges
        .filter(({ ends }) => ends === 'held-out')
        .map((edge): Told => ({ edge, place: 0, kind: 'not-sent', reason: 'held-out' })),
      ...sends.map(({ edge }): Told => ({ edge, place: 0, kind: SEND })),
      ...lost.map(({ edge, way, fact }): Told => {
        const place = nth.get(edge) ?? 0;
        nth.set(edge, place + 1);
        return { edge, place, kind: 'not-sent', way, reason: 'priority', ask: fact };
      }),
    ];
  }

  /** The condition that the fact holds which a row asks for. */
  #asked(): string {
    const facts = [...new Set(this.#request.graph.lost.map(({ fact }) => fact))];
    if (facts.length === 0) return '';
    const whens = facts.map((fact) => `WHEN ${fact} THEN m.${factName(fact)}`);
    return `\nWHERE told.ask IS NULL OR CASE told.ask ${whens.join(' ')} END`;
  }

  /** The moves once for every hop, with its edge, and why nothing would be sent at its activate step. */
  #hops(): string {
    const hops = Array.from({ length: this.#request.hops }, (_, hop) => hop);
    const edge = `CASE hop ${hops.map((hop) => `WHEN ${hop} THEN ${edgeName(hop)}`).join(' ')} END`;
    const rows = `SELECT own.*, hops.hop, ${edge} AS edge FROM ${this.#writer.table('moves')} AS own CROSS JOIN (VALUES ${hops.map((hop) => `(${hop})`).join(', ')}) AS hops(hop)`;
    const before =
      this.#caps.length === 0
        ? ''
        : ` LEFT JOIN (${this.#sentBefore()}) AS before ON before.${CUSTOMER_ID} = taken.${CUSTOMER_ID}`;
    return `SELECT taken.*, ${this.#refused(hops)} AS refused FROM (${rows}) AS taken${before}`;
  }

  /** Why nothing is sent at a hop's activate step; NULL where it is, or the hop has none. */
  #refused(hops: readonly number[]): string {
    const { graph } = this.#request;
    const suppressed = graph.suppress.map(factName).join(' OR ');
    const whens = [
      ...(suppressed === '' ? [] : [`WHEN ${suppressed} THEN 'suppressed'`]),
      ...graph.sends.flatMap(({ edge, consent }) =>
        consent === undefined
          ? []
          : [`WHEN edge = ${edge.number} AND NOT ${factName(consent)} THEN 'no-consent'`],
      ),
      ...this.#caps.map(({ channel, sends }, at) => {
        const edges = graph.sends.filter((send) => send.channel === channel).map((send) => send.edge);
        const earlier = this.#earlier(hops, channel);
        return `WHEN ${isOneOf('edge', edges)} AND coalesce(before.n_${at}, 0)${earlier} >= ${sends} THEN 'capped'`;
      }),
    ];
    return whens.length === 0 ? this.#writer.nullText : `CASE ${whens.join(' ')} END`;
  }

  /** Sends in a channel at earlier hops of the same row, as a sum to add. Once a cap is reached every later send is over it as well. */
  #earlier(hops: readonly number[], channel: string): string {
    const sends = this.#request.graph.sends.filter((send) => send.channel === channel);
    return hops
      .slice(0, -1)
      .map((each) => {
        const sent = sends.map(({ edge, consent }) => {
          const came = `${edgeName(each)} = ${edge.number}`;
          return consent === undefined ? came : `${came} AND ${factName(consent)}`;
        });
        return ` + CASE WHEN hop > ${each} AND (${sent.join(' OR ')}) THEN 1 ELSE 0 END`;
      })
      .join('');
  }

  /** How often each customer was sent something within the time of each cap, by any journey but this tick. */
  #sentBefore(): string {
    const caps = this.#caps;
    const { at, number } = this.#request;
    const counted = caps.map(
      ({ channel }, index) =>
        `count(CASE WHEN channel = '${channel}' AND sent_at > ${this.#writer.bound(`cap_${index}`)} THEN 1 END) AS n_${index}`,
    );
    const longest = caps.map(({ per }) => per).reduce((one, other) => longer(one, other, at));
    const first = caps.findIndex(({ per }) => per === longest);
    return `SELECT ${CUSTOMER_ID}, ${counted.join(', ')} FROM ${this.#writer.table('sends')} WHERE sent_at > ${this.#writer.bound(`cap_${first}`)} AND NOT (journey = ${this.#writer.bound('journey')} AND tick = ${number}) GROUP BY ${CUSTOMER_ID}`;
  }

  #goals(): string {
    const { number } = this.#request;
    return `SELECT ${number}, ${this.#writer.bound('at')}, ${CUSTOMER_ID}, goal_entry, -1, 'goal', from_version, from_step, ${this.#writer.nullText}, ${this.#writer.nullText}, ${this.#writer.nullText} FROM ${this.#writer.table('moves')} WHERE goal_entry IS NOT NULL`;
  }
}

/** A row of VALUES. The version and step of an edge that lies in no step are where the customer stood. */
function toldRow({ edge, place, kind, way, nextStep, reason, ask }: Told): string {
  const words = [quoted(kind), text(edge.from?.version), quoted(edge.from?.step.id), quoted(way)];
  const more = [quoted(nextStep), quoted(reason), text(ask)];
  return `(${[text(edge.number), text(place), ...words, ...more].map((each) => each ?? 'NULL').join(', ')})`;
}

function bindCaps(caps: readonly FrequencyCap[], at: Instant): Record<string, BoundValue> {
  return Object.fromEntries(
    caps.map(({ per }, index) => [`cap_${index}`, bindInstant(subtractDuration(at, per))]),
  );
}

function longer(one: Duration, other: Duration, at: Instant): Duration {
  return subtractDuration(at, one) <= subtractDuration(at, other) ? one : other;
}
