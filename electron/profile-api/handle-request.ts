import type { Answer } from './answer.ts';
import { type Route, type RouteName, ROUTES } from './api-contract.ts';
import { type Asked, Exchange, type Reply } from './exchange.ts';
import { PROBLEMS } from './problem-details.ts';
import {
  batchGetProfiles,
  findProfiles,
  readMembership,
  readProfile,
  type RouteHandler,
} from './read-profiles.ts';
import { readDocument, readHealth, readMetrics } from './read-server.ts';
import { isLoopbackHost, LONGEST_TARGET, matchPath, readPattern, splitTarget } from './request-path.ts';
import type { ServerState } from './server-state.ts';

const HANDLERS: Record<RouteName, RouteHandler> = {
  readProfile,
  batchGetProfiles,
  findProfiles,
  readMembership,
  readHealth,
  readMetrics,
  readDocument,
};

const TABLE = ROUTES.map((route) => ({
  name: route.name,
  method: route.method,
  key: route.key satisfies Route['key'],
  pattern: readPattern(route.path),
  handle: HANDLERS[route.name],
}));

/** Answers one request, whatever it is. */
export function handleRequest(state: ServerState, asked: Asked, reply: Reply): void {
  const exchange = new Exchange(state, asked, reply);
  try {
    const answer = judge(exchange);
    if (answer instanceof Promise) void sendLater(exchange, answer);
    else if (answer !== undefined) exchange.send(answer);
  } catch (error) {
    exchange.fail(error);
  }
}

async function sendLater(exchange: Exchange, answer: Promise<Answer | undefined>): Promise<void> {
  try {
    const ready = await answer;
    if (ready !== undefined) exchange.send(ready);
  } catch (error) {
    exchange.fail(error);
  }
}

/** The order matters: who has no key learns nothing of a path, and a foreign page not even whether its key is right. */
function judge(exchange: Exchange): ReturnType<RouteHandler> {
  const { asked, state } = exchange;
  const { headers, target } = asked;
  const { host, origin } = headers;
  if (!isLoopbackHost(host)) return PROBLEMS.misdirected;
  if (asked.method === 'OPTIONS') {
    if (origin === undefined || !state.served.origins.has(origin)) return PROBLEMS.foreignOrigin;
    exchange.allowPreflight(origin);
    return undefined;
  }
  exchange.caller = headers.callerIn(state.served.keys);
  if (exchange.caller === undefined) return answerStranger(exchange, target);
  if (target.length > LONGEST_TARGET) return PROBLEMS.targetTooLong;
  return exchange.payFor(1) ?? answerCaller(exchange, target);
}

function answerCaller(exchange: Exchange, target: string): ReturnType<RouteHandler> {
  const { path, query } = splitTarget(target);
  const method = exchange.asked.method === 'HEAD' ? 'GET' : exchange.asked.method;
  let allowed = '';
  for (const route of TABLE) {
    const values = matchPath(route.pattern, path);
    if (values === undefined) continue;
    if (route.method === method) {
      exchange.route = route.name;
      return route.handle(exchange, values, query);
    }
    allowed = route.method === 'GET' ? 'GET, HEAD' : route.method;
  }
  return allowed === '' ? PROBLEMS.noRoute : { ...PROBLEMS.badMethod, header: ['Allow', allowed] };
}

function answerStranger(exchange: Exchange, target: string): ReturnType<RouteHandler> {
  const { path } = splitTarget(target);
  const { method } = exchange.asked;
  const isRead = method === 'GET' || method === 'HEAD';
  const route = TABLE.find(({ key, pattern }) => key !== 'needed' && matchPath(pattern, path) !== undefined);
  if (!isRead || route === undefined) return PROBLEMS.unauthorized;
  exchange.route = route.name;
  return route.handle(exchange, [], '');
}
