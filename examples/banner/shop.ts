// A shop whose banner is chosen for the visitor by the Profile API: `node examples/banner/shop.ts`, see README.md.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const api = process.env['SLIPWAY_API'] ?? 'http://127.0.0.1:8787';
const key = process.env['SLIPWAY_KEY'] ?? '';
const port = Number(process.env['PORT'] ?? 8080);
const page = readFileSync(new URL('page.html', import.meta.url), 'utf8');
/** A banner that comes late is worse than one that fits everybody. Milliseconds. */
const PATIENCE = 150;

/** What this shop reads of a profile: the part “propensity” of the example workspace. */
interface Profile {
  readonly parts: {
    readonly propensity?: {
      readonly attributes: { readonly bread_score: number | null; readonly soft_drinks_score: number | null };
    };
  };
}

type Banner = 'bread' | 'soft-drinks' | 'everybody';

/** The category that the visitor is likelier to buy; what fits everybody where nothing is known of them, or the API does not answer in time. */
async function chooseBanner(customerId: string): Promise<Banner> {
  try {
    const response = await fetch(`${api}/v1/profiles/${encodeURIComponent(customerId)}`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (!response.ok) return 'everybody';
    const { parts } = (await response.json()) as Profile;
    const bread = parts.propensity?.attributes.bread_score ?? 0;
    const softDrinks = parts.propensity?.attributes.soft_drinks_score ?? 0;
    if (bread === 0 && softDrinks === 0) return 'everybody';
    return bread >= softDrinks ? 'bread' : 'soft-drinks';
  } catch {
    return 'everybody';
  }
}

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop.example');
  // A real shop knows its visitor by their session; this one believes what it is told. The key stays on the server.
  if (pathname === '/banner') {
    void chooseBanner(searchParams.get('customer') ?? '').then((banner) => {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify({ banner }));
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(page);
});
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? port) : port}\n`);
});
