import { plain, tagged } from './answer.ts';
import type { Health } from './api-contract.ts';
import { METRICS_TYPE } from './api-metrics.ts';
import type { Exchange } from './exchange.ts';
import type { PartState } from './profile-store.ts';
import type { RouteHandler } from './read-profiles.ts';

/** `GET /healthz`: 503 while nothing can be read. */
export const readHealth: RouteHandler = (exchange) => {
  const { store, warnings } = exchange.state;
  const states = servedParts(exchange, store.parts());
  const isWaiting = states.some(({ id, asOf }) => asOf === undefined && !warnings.has(id));
  const isEmpty = states.length > 0 && states.every(({ asOf }) => asOf === undefined);
  const status = states.some(({ id }) => warnings.has(id)) ? 'degraded' : isWaiting ? 'starting' : 'ok';
  const health: Health = {
    status,
    ...(exchange.caller === undefined ? {} : { parts: tellParts(exchange, states) }),
  };
  return plain(status === 'starting' || isEmpty ? 503 : 200, JSON.stringify(health));
};

/** `GET /metrics`. */
export const readMetrics: RouteHandler = (exchange) => {
  const { store, warnings, metrics, connections, dropped } = exchange.state;
  const parts = servedParts(exchange, store.parts()).filter(({ id }) => exchange.scope.has(id));
  const warned = new Set(warnings.keys());
  const text = metrics.text({
    parts,
    warned,
    connections: connections(),
    dropped: dropped(),
    now: exchange.now,
  });
  return plain(200, text, METRICS_TYPE);
};

/** `GET /openapi.json`. */
export const readDocument: RouteHandler = (exchange) =>
  tagged(exchange.state.served.document(exchange.state.port));

/** The parts of the settings: a store may still hold one that was taken out of them. */
function servedParts({ state }: Exchange, states: readonly PartState[]): PartState[] {
  return states.filter(({ id }) => state.served.partIds.includes(id));
}

function tellParts({ scope, state }: Exchange, states: readonly PartState[]): Health['parts'] {
  return states
    .filter(({ id }) => scope.has(id))
    .map(({ id, asOf, customers }) => {
      const warning = state.warnings.get(id);
      return {
        id,
        ...(asOf === undefined ? {} : { asOf }),
        ...(customers === undefined ? {} : { customers }),
        ...(warning === undefined ? {} : { warning }),
      };
    });
}
