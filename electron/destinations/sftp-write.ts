import { untilAborted } from '../domain/until-aborted.ts';
import { act, requireResult, type SftpActs } from './sftp-session.ts';
import { isPlainFailure, isUnsupported } from './sftp-error.ts';
import { readUntilAborted } from './read-until-aborted.ts';

/** What any server takes in one packet, draft-ietf-secsh-filexfer-02 §3. */
const PACKET_BYTES = 32_768;
/** Packets under way at a time: a megabyte fills lines with a long way to the server. */
const WINDOW = 32;

/**
 * Writes a new file packet by packet, some under way at a time.
 * @returns its size in bytes, as the server confirms it
 * @throws ssh2's own errors; an abort rejects with the signal's reason
 */
export async function writeRemote(
  acts: SftpActs,
  path: string,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const opened = await untilAborted(
    act<Buffer>((done) => acts.open(path, 'wx', done)),
    signal,
  );
  const handle = requireResult(opened, path);
  try {
    const bytes = await sendPackets(acts, handle, content, signal);
    const stats = await untilAborted(
      act<{ readonly size: number }>((done) => acts.fstat(handle, done)),
      signal,
    );
    if (stats?.size !== bytes) throw new Error('the server holds another number of bytes');
    // Some servers tell only now that the bytes found no room.
    await untilAborted(
      act((done) => acts.close(handle, done)),
      signal,
    );
    return bytes;
  } catch (error) {
    // Some servers do not remove a file that is open. It is not waited for: a connection that is lost has closed it already.
    act((done) => acts.close(handle, done)).catch(() => undefined);
    throw error;
  }
}

async function sendPackets(
  acts: SftpActs,
  handle: Buffer,
  content: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<number> {
  const underWay = new Set<Promise<unknown>>();
  let failure: { readonly error: unknown } | undefined;
  let offset = 0;
  const send = (packet: Buffer): void => {
    const position = offset;
    const sent = act((done) => acts.write(handle, packet, 0, packet.length, position, done))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(sent));
    underWay.add(sent);
    offset += packet.length;
  };
  for await (const chunk of readUntilAborted(content, signal)) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let start = 0; start < bytes.length; start += PACKET_BYTES) {
      while (underWay.size >= WINDOW) await untilAborted(Promise.race(underWay), signal);
      throwIfFailed(failure);
      send(bytes.subarray(start, start + PACKET_BYTES));
    }
  }
  await untilAborted(Promise.all(underWay), signal);
  throwIfFailed(failure);
  return offset;
}

/**
 * Gives a file its name in place of what has it. In one step where the server can (posix-rename@openssh.com); on others the old
 * file is gone for a moment, but the new one is whole whenever it is there.
 */
export async function replaceRemote(acts: SftpActs, from: string, to: string): Promise<void> {
  try {
    await act((done) => acts.ext_openssh_rename(from, to, done));
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    await act((done) => acts.rename(from, to, done)).catch(async (refused: unknown) => {
      if (!isPlainFailure(refused)) throw refused;
      await act((done) => acts.unlink(to, done));
      await act((done) => acts.rename(from, to, done));
    });
  }
}

function throwIfFailed(failure: { readonly error: unknown } | undefined): void {
  if (failure !== undefined) throw failure.error;
}
