import { randomUUID } from 'node:crypto';

/** Sixteen bytes that print as a valid UUID: the driver refuses others. */
export function newGuid(): Buffer {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex');
}

/** The UUID of sixteen bytes. */
export function guidOf(bytes: Buffer | undefined): string {
  const hex = (bytes ?? Buffer.alloc(16)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
