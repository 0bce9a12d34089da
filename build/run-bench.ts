// Runs one benchmark of test/bench by its name and prints its JSON line.
//   npm run -s bench -- <name> [argument…]
import { readdirSync } from 'node:fs';

const folder = new URL('../test/bench/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const name = process.argv[2];

if (name === undefined || !names.includes(name)) {
  console.error(`Name one of these benchmarks: ${names.join(', ')}.`);
  process.exitCode = 2;
} else {
  await import(new URL(`${name}.bench.ts`, folder).href);
}
