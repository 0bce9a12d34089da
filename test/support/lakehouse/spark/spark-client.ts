import { Agent, request } from 'node:http';
import { CALLS, type CallName, type RequestOf, type ResponseOf } from '../thrift/messages.ts';
import type { Codec } from '../thrift/codec.ts';
import { readReply, writeCall } from '../thrift/envelope.ts';

/** Calls Spark's Thrift server over HTTP. Every call is one POST; a dead server rejects it. */
export interface SparkClient {
  call<N extends CallName>(name: N, body: RequestOf<N>): Promise<ResponseOf<N>>;
  close(): void;
}

/** Spark asks for a name and a password and checks neither. */
const AUTHORIZATION = `Basic ${Buffer.from('gateway:gateway').toString('base64')}`;

/** How long a call may take before the server is nudged, in milliseconds, and how often after that. */
export const STALL_MS = 20_000;

/** Makes a client of the server on a port of this machine. `nudge` is called while an answer is long in coming. */
export function openSparkClient(port: number, nudge: () => void = () => undefined): SparkClient {
  const agent = new Agent({ keepAlive: true });
  return {
    call: async <N extends CallName>(name: N, body: RequestOf<N>): Promise<ResponseOf<N>> => {
      // The table of calls pairs each name with its own two codecs, which the compiler does not follow through N.
      const codecs: { request: Codec<unknown>; response: Codec<unknown> } = CALLS[name];
      const nudging = setInterval(nudge, STALL_MS);
      try {
        const reply = await post(agent, port, writeCall(name, codecs.request, body));
        return readReply(reply, codecs.response) as ResponseOf<N>;
      } finally {
        clearInterval(nudging);
      }
    },
    close: () => {
      agent.destroy();
    },
  };
}

async function post(agent: Agent, port: number, body: Buffer): Promise<Buffer> {
  return await new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-thrift',
      'content-length': body.length,
      authorization: AUTHORIZATION,
    };
    const call = request(
      { agent, host: '127.0.0.1', port, path: '/cliservice', method: 'POST', headers },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(parts));
          else reject(new Error(`Spark answered ${response.statusCode ?? 0}.`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
