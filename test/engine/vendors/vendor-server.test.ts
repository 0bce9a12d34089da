import { describe, expect, it, onTestFinished } from 'vitest';
import { serveVendor, type VendorServer } from '../../support/vendors/vendor-server.ts';

interface Counter extends VendorServer {
  readonly applied: () => number;
}

async function startCounter(): Promise<Counter> {
  let applied = 0;
  const server = await serveVendor({
    answer: () => {
      applied += 1;
      return { status: 200, json: { count: applied, filler: 'x'.repeat(200) } };
    },
    refusals: {
      unauthorized: () => ({ status: 401, json: { error: 'unauthorized' } }),
      forbidden: () => ({ status: 403, json: { error: 'forbidden' } }),
      rateLimit: (retryAfterS) => ({
        status: 429,
        json: {},
        ...(retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } }),
      }),
      serverError: (status) => ({ status, json: {} }),
    },
  });
  onTestFinished(server.close);
  return { ...server, applied: () => applied };
}

describe('the server of the emulators', () => {
  it.each([
    ['unauthorized', 401],
    ['forbidden', 403],
    ['rateLimit', 429],
    ['serverError', 500],
    ['html', 502],
  ] as const)('refuses by %s with nothing applied, once', async (kind, status) => {
    const server = await startCounter();
    server.fail({ kind });
    expect((await fetch(server.url, { method: 'POST', body: 'a' })).status).toBe(status);
    expect(server.applied()).toBe(0);
    expect((await fetch(server.url)).status).toBe(200);
    expect(server.requests.map((each) => [each.method, each.bytes, each.status, each.fault])).toEqual([
      ['POST', 1, status, kind],
      ['GET', 0, 200, undefined],
    ]);
  });

  it('names the seconds to wait only where it is told to', async () => {
    const server = await startCounter();
    server.fail({ kind: 'rateLimit', retryAfterS: 7 });
    server.fail({ kind: 'rateLimit' });
    expect((await fetch(server.url)).headers.get('retry-after')).toBe('7');
    expect((await fetch(server.url)).headers.get('retry-after')).toBeNull();
  });

  it('cuts a request before it is applied', async () => {
    const server = await startCounter();
    server.fail({ kind: 'cutBeforeAccept' });
    await expect(fetch(server.url, { method: 'POST', body: 'a' })).rejects.toThrow('fetch failed');
    expect(server.applied()).toBe(0);
  });

  it('cuts the body of an answer after the request is applied', async () => {
    const server = await startCounter();
    server.fail({ kind: 'cutAfterAccept' });
    const answer = await fetch(server.url, { method: 'POST', body: 'a' });
    await expect(answer.text()).rejects.toThrow('terminated');
    expect(server.applied()).toBe(1);
    expect(server.requests[0]?.status).toBe(0);
  });

  it('applies and then never answers', async () => {
    const server = await startCounter();
    server.fail({ kind: 'timeoutAfterAccept' });
    await expect(fetch(server.url, { signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout');
    expect(server.applied()).toBe(1);
  });

  it('answers with what is no JSON after it applied', async () => {
    const server = await startCounter();
    server.fail({ kind: 'garbage' });
    const answer = await fetch(server.url);
    expect(answer.status).toBe(200);
    await expect(answer.json()).rejects.toThrow(SyntaxError);
    expect(server.applied()).toBe(1);
  });

  it('waits for the requests that a fault is meant for', async () => {
    const server = await startCounter();
    server.fail({ kind: 'serverError', status: 503, times: 2, on: ({ method }) => method === 'PUT' });
    const put = async (): Promise<number> => (await fetch(server.url, { method: 'PUT', body: '' })).status;
    expect((await fetch(server.url)).status).toBe(200);
    expect([await put(), await put(), await put()]).toEqual([503, 503, 200]);
    server.fail({ kind: 'html' });
    server.heal();
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('keeps credentials out of its log', async () => {
    const server = await startCounter();
    await fetch(`${server.url}/a?access_token=hush&page=2`, {
      headers: { authorization: 'hush', 'x-run': '1' },
    });
    const [logged] = server.requests;
    expect(logged?.headers).toMatchObject({ authorization: '***', 'x-run': '1' });
    expect(logged?.query).toBe('access_token=***&page=2');
  });
});
