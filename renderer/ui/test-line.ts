import type { AppErrorShape } from '../../electron/domain/app-error.ts';

/** One line of a running or ended test of an account's settings. */
export type TestLine = {
  readonly id: string;
  readonly label: string;
  readonly status: 'running' | 'passed' | 'failed';
  readonly detail?: string | undefined;
};

/** What a test of an account's settings shows. */
export type ShownTest = {
  readonly status: 'idle' | 'running' | 'passed' | 'failed';
  readonly lines: readonly TestLine[];
  readonly error: AppErrorShape | undefined;
};
