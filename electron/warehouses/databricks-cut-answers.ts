import type { DBSQLClient } from '@databricks/sql';

type Receive = (answer: Buffer) => void;
type MakeReceiver = (callback: unknown, request: number) => Receive;

/**
 * Makes the driver fail on an answer that ends too early or is none, such as the page of a captive portal: by itself it waits for ever for
 * the rest of an HTTP answer that has already ended. Where the driver's parts are not as they were in 2.1, the time limits remain.
 */
export async function failOnCutAnswers(client: DBSQLClient): Promise<void> {
  const provider = await client.getConnectionProvider();
  const connection: unknown = await provider.getThriftConnection();
  if (typeof connection !== 'object' || connection === null) return;
  const transport: unknown = Reflect.get(connection, 'transport');
  if (typeof transport !== 'function') return;
  const make: unknown = Reflect.get(transport, 'receiver');
  if (!isMaker(make)) return;
  const receiver = (callback: unknown, request: number): Receive => {
    const receive = make.call(transport, callback, request);
    return (answer) => {
      receive(answer);
      if (isWaiting(connection, request)) throw new Error('the answer is cut off');
    };
  };
  // The driver also makes instances of it.
  const watched = new Proxy(transport, {
    get: (target, key): unknown => (key === 'receiver' ? receiver : Reflect.get(target, key)),
  });
  Reflect.set(connection, 'transport', watched);
}

/** True where nobody was told the answer to a request although all of it was read. */
function isWaiting(connection: object, request: number): boolean {
  const client: unknown = Reflect.get(connection, 'client');
  const requests: unknown =
    typeof client === 'object' && client !== null ? Reflect.get(client, '_reqs') : undefined;
  return typeof requests === 'object' && requests !== null && Reflect.get(requests, request) !== undefined;
}

function isMaker(value: unknown): value is MakeReceiver {
  return typeof value === 'function';
}
