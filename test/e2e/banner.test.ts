import { expect, test } from '@playwright/test';
import { chromium } from '@playwright/test';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumArgs, chromiumPath } from '../support/chromium.ts';
import { type RunningProgram, startProgram } from '../support/program.ts';
import {
  readWorkspaceFile,
  requireWorkspace,
  writeWorkspaceFile,
} from '../../electron/domain/workspace-file.ts';
import type { ProfileKey } from '../../electron/domain/profile-api.ts';

const path = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const CLI = path('dist/cli/cli.mjs');

let folder: string;
const running: RunningProgram[] = [];

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-banner-'));
});
test.afterAll(async () => {
  await Promise.all(running.map((program) => program.stop()));
  await rm(folder, { recursive: true, force: true });
});

/** Calls the command line as it is built, and gives what it printed. */
function cli(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, SLIPWAY_HOME: join(folder, 'home') };
    execFile(process.execPath, [CLI, ...args], { env }, (error, out) => {
      if (error === null) resolve(out);
      else reject(new Error('The command line failed.', { cause: error }));
    });
  });
}

/** Starts a program that ends with this test. */
async function start(...program: Parameters<typeof startProgram>): Promise<RunningProgram> {
  const started = await startProgram(...program);
  running.push(started);
  return started;
}

test('the shop of the example shows each visitor the banner that their profile asks for', async () => {
  const example = requireWorkspace(
    readWorkspaceFile(await readFile(path('examples/retail.workspace.yaml'), 'utf8')),
  );
  const file = join(folder, 'shop.workspace.yaml');
  const write = (keys: ProfileKey[], isOn: boolean): Promise<void> =>
    writeFile(
      file,
      writeWorkspaceFile({
        ...example,
        models: example.models.map(({ profileApi, ...model }) => ({
          ...model,
          ...(profileApi === undefined ? {} : { profileApi: { ...profileApi, port: 0, keys, isOn } }),
        })),
      }),
    );
  await write([], false);
  const made = JSON.parse(await cli('key', file, 'Shop', '--part', 'Propensity', '--json')) as {
    token: string;
    key: ProfileKey;
  };
  expect(made.token).toMatch(/^slw_/);
  await write([made.key], true);
  expect(await readFile(file, 'utf8')).not.toContain(made.token);

  const api = await start(CLI, ['serve', file], { SLIPWAY_HOME: join(folder, 'home') });
  await expect.poll(async () => (await fetch(`${api.url}/healthz`)).status, { timeout: 60_000 }).toBe(200);
  const shop = await start(path('examples/banner/shop.ts'), [], {
    SLIPWAY_API: api.url,
    SLIPWAY_KEY: made.token,
    PORT: '0',
  });

  const browser = await chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
  try {
    const page = await browser.newPage();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(`${request.url()} ${JSON.stringify(request.headers())}`));
    const bannerOf = async (customer: string): Promise<string> => {
      await page.goto(`${shop.url}/?customer=${customer}`);
      const banner = page.getByRole('region', { name: 'Offer' });
      await expect(banner).toHaveAttribute('aria-busy', 'false');
      await expect(banner.getByRole('heading')).toBeVisible();
      return (await banner.getAttribute('data-banner')) ?? '';
    };
    const asked = { headers: { authorization: `Bearer ${made.token}` } };
    const seen = new Set<string>();
    const preview = JSON.parse(await cli('preview', file, 'High bread', '--json')) as { rows: string[][] };
    const others = JSON.parse(await cli('preview', file, 'Moderate soft drinks', '--json')) as {
      rows: string[][];
    };
    for (const [customer = ''] of [...preview.rows.slice(0, 4), ...others.rows.slice(0, 8)]) {
      const profile = (await (await fetch(`${api.url}/v1/profiles/${customer}`, asked)).json()) as {
        parts: {
          propensity: { attributes: { bread_score: number | null; soft_drinks_score: number | null } };
        };
      };
      const { bread_score: bread, soft_drinks_score: drinks } = profile.parts.propensity.attributes;
      const expected = (bread ?? 0) >= (drinks ?? 0) ? 'bread' : 'soft-drinks';
      expect(await bannerOf(customer)).toBe(expected);
      seen.add(expected);
    }
    expect([...seen].sort()).toEqual(['bread', 'soft-drinks']);
    expect(await bannerOf('nobody')).toBe('everybody');
    // The page is told which banner, and nothing else; the key never comes near it.
    expect(await page.content()).not.toContain('score');
    expect(sent.join('\n')).not.toContain(made.token);

    await api.stop();
    expect(await bannerOf(preview.rows[0]?.[0] ?? '')).toBe('everybody');
  } finally {
    await browser.close();
  }
});
