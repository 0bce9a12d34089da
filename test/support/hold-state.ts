import { sample } from '../../electron/warehouses/sample.ts';

/**
 * A process of its own that uses the state of the small sample below the folder of its first argument: it says `ready`, then runs the
 * statement of its second, which may be ended by a kill, and says `done`; or it streams from it without end.
 */
const [home = '', text = ''] = process.argv.slice(2);
const warehouse = await sample.open({ settings: {}, secrets: {}, home });
const query = { text, values: {}, columns: [] };
if (text.startsWith('SELECT')) {
  for await (const { rows } of warehouse.stream(query)) {
    process.stdout.write(`ready ${rows}\n`);
    await new Promise((resolve) => process.stdin.once('data', resolve));
    break;
  }
} else {
  process.stdout.write('ready\n');
  await warehouse.state?.execute(query);
}
process.stdout.write('done\n');
// It lives on without using the state, until it is ended.
setInterval(() => undefined, 60_000);
