import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import ssh2 from 'ssh2';
import { makeSshKeys } from './ssh-keys.ts';

/** What goes wrong at the server; each may be set and cleared at any time. */
export interface SftpFaults {
  /** Cuts the connection once so many bytes of one file have come in. */
  cutAfter?: number | undefined;
  /** The disk has room for so many bytes of one file. */
  fullAfter?: number | undefined;
  /** New files are refused. */
  isReadOnly?: boolean | undefined;
  /** Each write is confirmed so much later, in milliseconds. */
  slowBy?: number | undefined;
}

/** A server in this process that takes one user by password. It knows no extension of OpenSSH. */
export interface SftpServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly hostKey: string;
  /** Whole files and partial ones, by path. The only folder is `/upload`. */
  readonly files: Map<string, Buffer>;
  readonly faults: SftpFaults;
  /** The most writes that were unconfirmed at a time. */
  mostUnderWay(): number;
  stop(): Promise<void>;
}

const { STATUS_CODE: STATUS, OPEN_MODE } = ssh2.utils.sftp;
const FOLDER = '/upload';
const TIMES = { uid: 1, gid: 1, atime: 0, mtime: 0 };

interface Session {
  readonly files: Map<string, Buffer>;
  readonly faults: SftpFaults;
  readonly cut: () => void;
  readonly count: (underWay: number) => void;
}

/** Starts a server on a free port of 127.0.0.1. `way` decides whether it asks for the password at once or by a question. */
export async function startSftpServer(
  way: 'password' | 'keyboard-interactive' = 'password',
): Promise<SftpServer> {
  const host = makeSshKeys();
  const user = 'marie';
  const password = 'correct horse';
  const files = new Map<string, Buffer>();
  const faults: SftpFaults = {};
  const clients = new Set<ssh2.Connection>();
  let most = 0;
  const server = new ssh2.Server({ hostKeys: [host.privateKey] }, (client) => {
    clients.add(client);
    client.on('close', () => clients.delete(client));
    client.on('error', () => {
      // A client that goes away in mid-file is what some tests are about.
    });
    client.on('authentication', (context) => {
      const check = (given: string): void => {
        if (context.username === user && isSame(given, password)) context.accept();
        else context.reject([way]);
      };
      if (context.method !== way) context.reject([way]);
      else if (context.method === 'password') check(context.password);
      else {
        context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => check(answers[0] ?? ''));
      }
    });
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => {
        serve(acceptSftp(), {
          files,
          faults,
          cut: () => client.end(),
          count: (underWay) => {
            most = Math.max(most, underWay);
          },
        });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    // ssh2 declares the address of any server; this one listens on a port.
    port: (server.address() as AddressInfo).port,
    user,
    password,
    hostKey: host.fingerprint,
    files,
    faults,
    mostUnderWay: () => most,
    stop: async () => {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function serve(sftp: ssh2.SFTPWrapper, { files, faults, cut, count }: Session): void {
  const open = new Map<number, { readonly path: string; bytes: Buffer }>();
  let next = 0;
  let underWay = 0;
  const fileOf = (handle: Buffer) => open.get(handle.readUInt32BE(0));
  const answer = (id: number, isDone: boolean, otherwise = STATUS.NO_SUCH_FILE): void => {
    sftp.status(id, isDone ? STATUS.OK : otherwise);
  };

  sftp.on('OPEN', (id, path, flags) => {
    if (!path.startsWith(`${FOLDER}/`)) {
      answer(id, false);
      return;
    }
    if (faults.isReadOnly === true) {
      answer(id, false, STATUS.PERMISSION_DENIED);
      return;
    }
    if ((flags & OPEN_MODE.EXCL) !== 0 && files.has(path)) {
      answer(id, false, STATUS.FAILURE);
      return;
    }
    next += 1;
    const handle = Buffer.alloc(4);
    handle.writeUInt32BE(next);
    open.set(next, { path, bytes: Buffer.alloc(0) });
    files.set(path, Buffer.alloc(0));
    sftp.handle(id, handle);
  });
  sftp.on('WRITE', (id, handle, offset, data) => {
    const file = fileOf(handle);
    if (file === undefined) {
      answer(id, false, STATUS.FAILURE);
      return;
    }
    const size = Math.max(file.bytes.length, offset + data.length);
    if (size > (faults.cutAfter ?? Number.POSITIVE_INFINITY)) {
      cut();
      return;
    }
    if (size > (faults.fullAfter ?? Number.POSITIVE_INFINITY)) {
      answer(id, false, STATUS.FAILURE);
      return;
    }
    const grown = Buffer.alloc(size);
    file.bytes.copy(grown);
    data.copy(grown, offset);
    file.bytes = grown;
    files.set(file.path, grown);
    underWay += 1;
    count(underWay);
    setTimeout(() => {
      underWay -= 1;
      answer(id, true);
    }, faults.slowBy ?? 0);
  });
  sftp.on('FSTAT', (id, handle) => {
    const file = fileOf(handle);
    if (file === undefined) answer(id, false, STATUS.FAILURE);
    else sftp.attrs(id, { mode: 0o100_644, size: file.bytes.length, ...TIMES });
  });
  sftp.on('STAT', (id, path) => {
    const bytes = files.get(path);
    if (path === FOLDER) sftp.attrs(id, { mode: 0o040_755, size: 0, ...TIMES });
    else if (bytes === undefined) answer(id, false);
    else sftp.attrs(id, { mode: 0o100_644, size: bytes.length, ...TIMES });
  });
  sftp.on('CLOSE', (id, handle) => answer(id, open.delete(handle.readUInt32BE(0))));
  sftp.on('REMOVE', (id, path) => answer(id, files.delete(path)));
  sftp.on('RENAME', (id, from, to) => {
    const bytes = files.get(from);
    // As the draft has it: a name that is taken is not replaced.
    if (bytes === undefined || files.has(to)) {
      answer(id, false, STATUS.FAILURE);
      return;
    }
    files.delete(from);
    files.set(to, bytes);
    answer(id, true);
  });
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
