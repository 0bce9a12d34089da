import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureTool, findFreePort, type Tool } from './test-tools.ts';

/** A running S3 store that checks signatures. Objects are plain files of `folder/<bucket>`. */
export interface Versitygw {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly folder: string;
  stop(): Promise<void>;
}

const VERSION = '1.8.0';
const START_WITHIN_MS = 20_000;

/** versitygw, built once from the Go module proxy into the cache: 84 MB, some minutes. */
export async function findVersitygw(): Promise<Tool> {
  try {
    const name = `versitygw-${VERSION}`;
    const folder = await ensureTool(name, 'and building versitygw', (target) => {
      execFileSync('go', ['install', `github.com/versity/versitygw/cmd/versitygw@v${VERSION}`], {
        env: { ...process.env, GOBIN: target },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    });
    return { path: join(folder, 'versitygw') };
  } catch {
    return { missing: 'versitygw cannot be built: Go or its module proxy is not there' };
  }
}

/** Starts a store on a free port of 127.0.0.1. Stop it in the end. */
export async function startVersitygw({ path }: { readonly path: string }): Promise<Versitygw> {
  const home = mkdtempSync(join(tmpdir(), 'slipway-s3-'));
  const folder = join(home, 'data');
  mkdirSync(folder);
  const port = await findFreePort();
  const access = { accessKeyId: 'testkey', secretAccessKey: 'testsecret123', region: 'us-east-1' };
  const child = spawn(
    path,
    [
      ...['--access', access.accessKeyId, '--secret', access.secretAccessKey],
      ...['--region', access.region, '--port', `127.0.0.1:${port}`, 'posix', folder],
    ],
    { stdio: 'ignore' },
  );
  const ended = once(child, 'exit');
  const deadline = Date.now() + START_WITHIN_MS;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('versitygw did not start.');
    await sleep(50);
  }
  return {
    ...access,
    endpoint: `http://127.0.0.1:${port}`,
    folder,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
