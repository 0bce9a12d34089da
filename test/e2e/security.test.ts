import type { Frame } from '@playwright/test';
import { expect, test } from '@playwright/test';
import type { LaunchedSlipway } from '../support/electron.ts';
import { launchSlipway } from '../support/electron.ts';
import { APP_ORIGIN, CHANNELS, PORT_MESSAGE } from '../../electron/contract/desktop.ts';

/** Long enough for a navigation, a window or a message to happen, if it were allowed. In milliseconds. */
const SETTLE_MS = 400;

let slipway: LaunchedSlipway;

test.beforeAll(async () => {
  slipway = await launchSlipway();
  await slipway.page.waitForLoadState('load');
});

test.afterAll(async () => {
  await slipway.close();
});

test('the window is sandboxed and isolated', async () => {
  const preferences = await slipway.app.evaluate(({ BrowserWindow }): unknown => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    // Electron has it and does not document it; there is no other way to see what really applies.
    const read: unknown = contents === undefined ? undefined : Reflect.get(contents, 'getLastWebPreferences');
    return typeof read === 'function' ? Reflect.apply(read, contents, []) : undefined;
  });
  expect(preferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
  });
});

test('the page has no Node and sees only what the preload offers', async () => {
  const names = ['process', 'require', 'module', 'Buffer', 'global', 'ipcRenderer'];
  const types = await slipway.page.evaluate(
    (list) => list.map((name) => typeof Reflect.get(window, name)),
    names,
  );
  expect(types).toEqual(names.map(() => 'undefined'));
  const offered = await slipway.page.evaluate(() => {
    const api: unknown = Reflect.get(window, 'slipway');
    return typeof api === 'object' && api !== null ? Object.keys(api).sort() : [];
  });
  expect(offered).toEqual([
    'chooseFolder',
    'chooseOpenFile',
    'chooseSaveFile',
    'kind',
    'notices',
    'notify',
    'platform',
    'showInFolder',
  ]);
});

test('scripts run from the files of the app only', async () => {
  const outcome = await slipway.page.evaluate(
    async () =>
      await new Promise<{ inline: boolean; remote: string; blocked: string[] }>((resolve) => {
        const blocked: string[] = [];
        document.addEventListener('securitypolicyviolation', (event) => {
          blocked.push(`${event.effectiveDirective} ${event.blockedURI}`);
        });
        const inline = document.createElement('script');
        inline.textContent = 'window.inlineRan = true';
        document.head.append(inline);
        const remote = document.createElement('script');
        remote.src = 'https://example.com/a.js';
        let loaded = 'pending';
        remote.onload = () => (loaded = 'loaded');
        remote.onerror = () => (loaded = 'refused');
        document.head.append(remote);
        setTimeout(() => {
          resolve({ inline: Reflect.get(window, 'inlineRan') === true, remote: loaded, blocked });
        }, 300);
      }),
  );
  expect(outcome.inline).toBe(false);
  expect(outcome.remote).toBe('refused');
  expect(outcome.blocked).toContain('script-src-elem inline');
  expect(outcome.blocked.some((entry) => entry.includes('https://example.com/a.js'))).toBe(true);
});

test('text is never run as code', async () => {
  // In a timer, because the test driver lifts this part of the policy for the code that it evaluates itself.
  const name = await slipway.page.evaluate(
    async () =>
      await new Promise((resolve) => {
        setTimeout(() => {
          try {
            resolve(String(Reflect.apply(Reflect.get(window, 'eval'), window, ['1 + 1'])));
          } catch (error) {
            resolve(error instanceof Error ? error.name : 'unknown');
          }
        }, 0);
      }),
  );
  expect(name).toBe('EvalError');
});

test('the page connects to no address', async () => {
  const answer = await slipway.page.evaluate(
    async () =>
      await fetch('https://example.com/').then(
        () => 'connected',
        () => 'refused',
      ),
  );
  expect(answer).toBe('refused');
});

for (const target of ['https://example.com/', 'file:///etc/hostname', 'data:text/html,x']) {
  test(`the page does not leave for ${target}`, async () => {
    await slipway.page.evaluate((url) => {
      window.location.href = url;
    }, target);
    await slipway.page.waitForTimeout(SETTLE_MS);
    expect(slipway.page.url().startsWith(`${APP_ORIGIN}/`)).toBe(true);
  });
}

test('no new window opens, neither by script nor by a link', async () => {
  const opened = await slipway.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'https://example.com/';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    link.remove();
    return window.open('https://example.com/') === null;
  });
  await slipway.page.waitForTimeout(SETTLE_MS);
  expect(opened).toBe(true);
  expect(await slipway.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('permissions are denied', async () => {
  const states = await slipway.page.evaluate(async () => {
    const names = ['geolocation', 'notifications', 'camera', 'microphone', 'midi'] as const;
    return await Promise.all(
      names.map(async (name) => {
        const { state } = await navigator.permissions.query({ name });
        return `${name} ${state}`;
      }),
    );
  });
  expect(states.filter((state) => !state.endsWith(' denied'))).toEqual([]);
});

test('permission requests are refused', async () => {
  const answers = await slipway.page.evaluate(async () => {
    const place = new Promise<string>((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => {
          resolve('given');
        },
        (error) => {
          resolve(error.code === error.PERMISSION_DENIED ? 'denied' : error.message);
        },
      );
    });
    return { place: await place, notifications: await Notification.requestPermission() };
  });
  expect(answers).toEqual({ place: 'denied', notifications: 'denied' });
});

test('nothing is downloaded', async () => {
  await slipway.app.evaluate(({ session }) => {
    session.defaultSession.once('will-download', (event, item) => {
      Reflect.set(globalThis, 'download', { prevented: event.defaultPrevented, name: item.getFilename() });
    });
  });
  await slipway.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x']));
    link.download = 'file.txt';
    document.body.append(link);
    link.click();
    link.remove();
  });
  await expect
    .poll(() => slipway.app.evaluate((): unknown => Reflect.get(globalThis, 'download')))
    .toEqual({ prevented: true, name: 'file.txt' });
});

test.describe('a frame inside the page', () => {
  test.beforeAll(async () => {
    await slipway.page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.name = 'inner';
      document.body.append(frame);
    });
  });

  test('is not offered what the preload offers', async () => {
    expect(await innerFrame().evaluate(() => typeof Reflect.get(window, 'slipway'))).toBe('undefined');
  });

  test('posts a port that never leaves the page', async () => {
    await slipway.app.evaluate(({ ipcMain }, channel) => {
      Reflect.set(globalThis, 'ports', 0);
      ipcMain.on(channel, () =>
        Reflect.set(globalThis, 'ports', Number(Reflect.get(globalThis, 'ports')) + 1),
      );
    }, CHANNELS.port);
    const countPorts = async (): Promise<number> =>
      await slipway.app.evaluate(() => Number(Reflect.get(globalThis, 'ports')));

    const post = (type: string): void => window.top?.postMessage({ type }, '*', [new MessageChannel().port2]);
    await innerFrame().evaluate(post, PORT_MESSAGE);
    await slipway.page.waitForTimeout(SETTLE_MS);
    expect(await countPorts()).toBe(0);

    // The same message from the page itself arrives: the silence above is the refusal.
    await slipway.page.evaluate(post, PORT_MESSAGE);
    await expect.poll(countPorts).toBe(1);
  });

  test('gets its port closed even when the message reaches the main process', async () => {
    const outcome = await slipway.app.evaluate(
      ({ BrowserWindow, ipcMain }, { channel, page }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (contents === undefined) throw new Error('There is no window.');
        const handOver = (senderFrame: unknown): string[] => {
          const calls: string[] = [];
          const port = {
            on: () => calls.push('on'),
            start: () => calls.push('start'),
            close: () => calls.push('close'),
            postMessage: () => calls.push('postMessage'),
          };
          ipcMain.emit(channel, { sender: contents, senderFrame, ports: [port] });
          return calls;
        };
        return {
          page: handOver(contents.mainFrame),
          inner: handOver(contents.mainFrame.frames[0]),
          innerOfOurs: handOver({ parent: contents.mainFrame, url: page }),
          foreignPage: handOver({ parent: null, url: 'https://example.com/' }),
          noFrame: handOver(null),
        };
      },
      { channel: CHANNELS.port, page: `${APP_ORIGIN}/index.html` },
    );
    expect(outcome.page).not.toContain('close');
    expect(outcome).toMatchObject({
      inner: ['close'],
      innerOfOurs: ['close'],
      foreignPage: ['close'],
      noFrame: ['close'],
    });
  });
});

function innerFrame(): Frame {
  const frame = slipway.page.frame('inner');
  if (frame === null) throw new Error('The page has no inner frame.');
  return frame;
}
