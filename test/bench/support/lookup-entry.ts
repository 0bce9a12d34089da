// The same lookups in PostgreSQL without a server between: one statement at a time on each of so many askers, over four connections as the API has.
import pg from 'pg';

/** What is looked up. */
export interface LookupRequest {
  readonly address: pg.ClientConfig;
  readonly ids: readonly string[];
  readonly connections: number;
  readonly milliseconds: number;
}

process.on('message', ({ address, ids, connections, milliseconds }: LookupRequest) => {
  void (async () => {
    const pool = new pg.Pool({ ...address, max: 4 });
    const end = performance.now() + milliseconds;
    let done = 0;
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (performance.now() < end) {
          done += 1;
          await pool.query({
            name: 'find',
            text: 'SELECT basics FROM profiles WHERE customer_id = $1',
            values: [ids[done % ids.length]],
          });
        }
      }),
    );
    await pool.end();
    process.send?.((done * 1000) / milliseconds);
  })();
});
