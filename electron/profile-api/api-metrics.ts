import { ROUTES, type RouteName } from './api-contract.ts';
import type { PartState } from './profile-store.ts';

/** The media type of the text format of Prometheus. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Upper ends of the histogram's classes, in seconds. */
const BOUNDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** The route of a request as metrics name it: `none` where it got no further than its key or path. */
export type RouteLabel = RouteName | 'none';

class RouteFigures {
  readonly byStatus = new Map<number, number>();
  readonly classes = new Uint32Array(BOUNDS.length + 1);
  seconds = 0;
}

/** What `/metrics` tells beside the requests. */
export interface MetricsContext {
  /** The parts that the caller may read. */
  readonly parts: readonly PartState[];
  /** Ids of parts with a warning. */
  readonly warned: ReadonlySet<string>;
  readonly connections: number;
  readonly dropped: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Counts requests by route and status. It is told no id, no value and no name of a key. */
export class ApiMetrics {
  readonly #routes: ReadonlyMap<RouteLabel, RouteFigures>;
  #profiles = 0;
  #missing = 0;

  constructor() {
    const labels: RouteLabel[] = [...ROUTES.map(({ name }) => name), 'none'];
    this.#routes = new Map(labels.map((label) => [label, new RouteFigures()]));
  }

  /**
   * Counts one request.
   * @param took milliseconds
   */
  addRequest(route: RouteLabel, status: number, took: number): void {
    const figures = this.#routes.get(route);
    if (figures === undefined) return;
    figures.byStatus.set(status, (figures.byStatus.get(status) ?? 0) + 1);
    const seconds = took / 1000;
    figures.seconds += seconds;
    let place = 0;
    while (place < BOUNDS.length && seconds > (BOUNDS[place] ?? 0)) place += 1;
    figures.classes[place] = (figures.classes[place] ?? 0) + 1;
  }

  addProfiles(found: number, missing: number): void {
    this.#profiles += found;
    this.#missing += missing;
  }

  /** All figures in the text format of Prometheus, version 0.0.4. */
  text(context: MetricsContext): string {
    const read = context.parts.filter(({ asOf }) => asOf !== undefined);
    const memory = process.memoryUsage();
    return [
      ...this.#requestLines(),
      ...this.#durationLines(),
      ...family('slipway_api_profiles_total', 'counter', 'Customers asked for, by whether they were there.', [
        sample('slipway_api_profiles_total', { result: 'found' }, this.#profiles),
        sample('slipway_api_profiles_total', { result: 'missing' }, this.#missing),
      ]),
      ...partFamily('slipway_api_part_customers', 'Customers in a part.', read, ({ customers }) => customers),
      ...partFamily('slipway_api_part_age_seconds', 'Age of the values of a part.', read, ({ asOf }) =>
        asOf === undefined ? undefined : Math.max(0, (context.now - Date.parse(asOf)) / 1000),
      ),
      ...partFamily(
        'slipway_api_part_warning',
        '1 where a part could not be refreshed.',
        context.parts,
        ({ id }) => (context.warned.has(id) ? 1 : 0),
      ),
      ...single('slipway_api_connections', 'gauge', 'Open connections.', context.connections),
      ...single(
        'slipway_api_connections_dropped_total',
        'counter',
        'Connections refused above the limit.',
        context.dropped,
      ),
      ...single('process_resident_memory_bytes', 'gauge', 'Resident memory of the process.', memory.rss),
      ...single(
        'nodejs_heap_size_used_bytes',
        'gauge',
        'Heap in use by the thread of the API.',
        memory.heapUsed,
      ),
      '',
    ].join('\n');
  }

  #requestLines(): string[] {
    const name = 'slipway_api_requests_total';
    const samples = [...this.#routes].flatMap(([route, { byStatus }]) =>
      [...byStatus].map(([status, count]) => sample(name, { route, status: String(status) }, count)),
    );
    return family(name, 'counter', 'Requests by route and status.', samples);
  }

  #durationLines(): string[] {
    const name = 'slipway_api_request_duration_seconds';
    const samples = [...this.#routes].flatMap(([route, { classes, seconds }]) => {
      let count = 0;
      const buckets = [...BOUNDS.map(String), '+Inf'].map((le, place) => {
        count += classes[place] ?? 0;
        return sample(`${name}_bucket`, { route, le }, count);
      });
      if (count === 0) return [];
      return [
        ...buckets,
        sample(`${name}_sum`, { route }, seconds),
        sample(`${name}_count`, { route }, count),
      ];
    });
    return family(name, 'histogram', 'Time to answer, by route.', samples);
  }
}

function family(name: string, type: string, help: string, samples: readonly string[]): string[] {
  return samples.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

function single(name: string, type: string, help: string, value: number): string[] {
  return family(name, type, help, [sample(name, {}, value)]);
}

function partFamily(
  name: string,
  help: string,
  parts: readonly PartState[],
  figure: (part: PartState) => number | undefined,
): string[] {
  const samples = parts.flatMap((part) => {
    const value = figure(part);
    return value === undefined ? [] : [sample(name, { part: part.id }, value)];
  });
  return family(name, 'gauge', help, samples);
}

/** Labels are routes, statuses and ids of definitions: none of them holds a character that needs escaping. */
function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`;
}
