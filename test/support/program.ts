import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** A program of this project that runs in a process of its own. */
export interface RunningProgram {
  /** The address that it printed first. */
  readonly url: string;
  /** Ends it, if it has not ended by itself. */
  stop(): Promise<void>;
}

/** Starts a file on this Node and waits for the address that it prints. */
export async function startProgram(
  file: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<RunningProgram> {
  const child = spawn(process.execPath, [file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = once(child, 'exit');
  // A test that is cut off must not leave its program behind.
  const kill = (): void => void child.kill();
  process.once('exit', kill);
  return {
    url: await readAddress(child),
    stop: async () => {
      process.off('exit', kill);
      child.kill();
      await ended;
    },
  };
}

async function readAddress(child: ChildProcess): Promise<string> {
  return await new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const url = /http:\/\/\S+/.exec(text)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', (code) => {
      reject(new Error(`The program ended with exit code ${code ?? 'unknown'} before it named its address.`));
    });
  });
}
