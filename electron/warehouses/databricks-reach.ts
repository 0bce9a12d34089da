import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { type AppError, cancelled } from '../domain/app-error.ts';
import { readAuthorities } from './databricks-authority.ts';
import type { DatabricksAddress } from './databricks-settings.ts';
import { hostUnreachable } from './databricks-error.ts';

const TLS_WITHIN_MS = 15_000;

/** Finds the host's network address. @throws AppError HOST_UNREACHABLE */
export async function resolveHost({ host }: DatabricksAddress): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch {
    // Every reason for which a name has no address is mended in the same way.
    throw hostUnreachable(
      host,
      'no such host name is known',
      'Check the server hostname, and the VPN if there is one.',
    );
  }
}

/** Opens an encrypted connection and closes it again. @throws AppError HOST_UNREACHABLE, with what speaks against the certificate if that is it. */
export async function openTls(address: DatabricksAddress, signal?: AbortSignal): Promise<void> {
  const { host, port } = address;
  const authorities = await readAuthorities(address);
  await new Promise<void>((resolve, reject) => {
    // A bare address has no name to ask the server for.
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const trusted = authorities === undefined ? {} : { ca: [...authorities.all] };
    const socket = connect({ host, port, ...servername, timeout: TLS_WITHIN_MS, ...trusted });
    const settle = (error?: AppError): void => {
      signal?.removeEventListener('abort', abort);
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    const abort = (): void => settle(cancelled());
    signal?.addEventListener('abort', abort, { once: true });
    socket.once('secureConnect', () => settle());
    socket.once('timeout', () => settle(tlsError(host, port, 'ETIMEDOUT')));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(tlsError(host, port, error.code ?? '')));
  });
}

function tlsError(host: string, port: number, code: string): AppError {
  const at = `${host}:${port}`;
  if (code === 'ECONNREFUSED')
    return hostUnreachable(at, 'it refuses connections', 'Check the server hostname and the port.');
  if (code === 'ETIMEDOUT')
    return hostUnreachable(at, 'it does not answer', 'Check the network, the VPN and the firewall.');
  if (/CERT|SELF_SIGNED|VERIFY|ALTNAME/.test(code)) {
    return hostUnreachable(
      at,
      `its certificate is not trusted (${code})`,
      'Check the server hostname. On a network that inspects traffic, choose the file of its certificate authority below.',
    );
  }
  return hostUnreachable(
    at,
    'it gives no encrypted connection',
    'Check the server hostname and the port (443).',
  );
}
