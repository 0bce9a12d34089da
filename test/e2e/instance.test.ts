import { expect, test } from '@playwright/test';
import { spawn } from 'node:child_process';
import { launchSlipway } from '../support/electron.ts';

test('a second start brings the first window to the front and ends', async () => {
  const first = await launchSlipway();
  try {
    await first.app.evaluate(({ app }) => {
      app.once('second-instance', () => Reflect.set(globalThis, 'heard', true));
    });
    const [program = '', ...args] = first.app.process().spawnargs;
    // What comes up to here is Playwright's own way of starting an app.
    const plain = args.slice(args.indexOf('--remote-debugging-port=0') + 1);
    const second = spawn(program, plain, { stdio: 'ignore' });
    const code = await new Promise((resolve) => second.once('exit', resolve));

    expect(code).toBe(0);
    await expect.poll(() => first.app.evaluate((): unknown => Reflect.get(globalThis, 'heard'))).toBe(true);
    expect(await first.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await expect(first.page.locator('body')).toBeVisible();
  } finally {
    await first.close();
  }
});
