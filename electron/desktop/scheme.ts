import { protocol } from 'electron';
import { readClientFile } from '../web/client-files.ts';
import { contentHeaders } from '../web/content-security.ts';
import { APP_ORIGIN, APP_SCHEME } from '../contract/desktop.ts';

/** Declares the scheme; it must run before the app is ready. */
export function declareAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built renderer in `folder`, and nothing else, under {@link APP_ORIGIN}. Call it once the app is ready. */
export function serveAppScheme(folder: string): void {
  if ('handle' in protocol) {
    protocol.handle(APP_SCHEME, async (request) => {
      const answer = await answerRequest(folder, request.method, request.url);
      return new Response(new Uint8Array(answer.body), { status: answer.status, headers: answer.headers });
    });
    return;
  }
  serveWithBuffers(protocol, folder);
}

/** Electron before 25 has no `protocol.handle`. */
function serveWithBuffers(legacy: Pick<typeof protocol, 'registerBufferProtocol'>, folder: string): void {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way there is in Electron 22
  legacy.registerBufferProtocol(APP_SCHEME, (request, callback) => {
    void answerRequest(folder, request.method, request.url).then((answer) => {
      callback({
        statusCode: answer.status,
        mimeType: answer.mimeType,
        headers: answer.headers,
        data: answer.body,
      });
    });
  });
}

interface Answer {
  readonly status: number;
  readonly mimeType: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function answerRequest(folder: string, method: string, url: string): Promise<Answer> {
  const target = new URL(url);
  const ours = method === 'GET' && `${target.protocol}//${target.host}` === APP_ORIGIN;
  const file = ours ? await readClientFile(folder, target.pathname) : null;
  const mimeType = file?.mimeType ?? 'text/plain; charset=utf-8';
  return {
    status: file === null ? 404 : 200,
    mimeType,
    headers: { ...contentHeaders('desktop'), 'Content-Type': mimeType },
    body: file?.body ?? Buffer.from('Not found'),
  };
}
