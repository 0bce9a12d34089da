import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const ASK =
  "import { appEnvironment } from './build/bootstrap/run.mjs'; console.log(JSON.stringify(appEnvironment('/project')));";

test('the app is run with large pages, and with the tools of the project first', () => {
  const environment = askEnvironment({ PATH: '/bin' });
  expect(environment['GLIBC_TUNABLES']).toBe('glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1');
  expect(environment['PATH']).toMatch(/^\/project\/node_modules\/\.bin:.*\/bin$/);
});

test('what somebody has set for glibc stays', () => {
  const given = 'glibc.malloc.check=0';
  expect(askEnvironment({ GLIBC_TUNABLES: given })['GLIBC_TUNABLES']).toBe(given);
});

function askEnvironment(env: Record<string, string>): Record<string, string> {
  const told = execFileSync(process.execPath, ['--input-type=module', '--eval', ASK], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  });
  return z.record(z.string(), z.string()).parse(JSON.parse(told));
}
