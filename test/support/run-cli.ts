import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../electron/cli.ts', import.meta.url));

/** What a call of the command line gave. */
export interface CliAnswer {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

/** Calls the command line in a process of its own. */
export function runCli(args: readonly string[], env: NodeJS.ProcessEnv): Promise<CliAnswer> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { env }, (error, out, errors) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, errors });
    });
  });
}

/** The environment variable that holds a secret of a connection or destination. */
export function secretVariable(id: string, key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
  return `SLIPWAY_SECRET_${id.toUpperCase().replaceAll('-', '_')}_${words}`;
}
