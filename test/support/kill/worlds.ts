// Each destination as a run is killed at it: its emulator, its mapping, and who is held there in the end.
import type { FieldMapping } from '../../../electron/domain/activation.ts';
import type { ActivationMode } from '../../../electron/domain/destination.ts';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import { isList, isObject, parseJson, textOf } from '../vendors/json-shape.ts';
import { startFacebook } from '../vendors/facebook.ts';
import { readMultipart } from '../vendors/multipart.ts';
import { startPinterest } from '../vendors/pinterest.ts';
import { startSparkPost } from '../vendors/sparkpost.ts';
import { startTikTok } from '../vendors/tiktok.ts';
import type { VendorRequest, VendorServer } from '../vendors/vendor-server.ts';
import { startWebhook } from '../vendors/webhook.ts';
import { type SamplePerson, addressOf, sha256 } from './sample-people.ts';

/** Values of a row as they left. */
export type SentRow = readonly (string | null)[];

/** A destination to kill runs at. */
export interface KillWorld {
  readonly kind: string;
  readonly mode: ActivationMode;
  readonly settings: Settings;
  readonly secrets: Record<string, string>;
  readonly target: Settings;
  readonly fields: readonly FieldMapping[];
  readonly batchRows: number;
  readonly vendor?: VendorServer;
  /** The rows that a request carries, in the order of the fields; undefined where it carries none. */
  readonly rowsOf: (request: VendorRequest) => SentRow[] | undefined;
  /** Files of a run as they lie at a place for files, by their names. */
  readonly files?: (runId: string) => ReadonlyMap<string, Buffer>;
  /** How often each person is held after this run, by the key of {@link keyOf}. */
  readonly held: (runId: string) => string[];
  /** By what a person is known there; undefined where no value is of use. */
  readonly keyOf: (person: SamplePerson) => string | undefined;
  /** Lets the time of the vendor go on by so many milliseconds. */
  readonly pass?: (ms: number) => void;
  readonly close: () => Promise<void>;
}

const email = (to: string): FieldMapping => ({
  to,
  from: { kind: 'attribute', entity: 'customer', column: 'email' },
  form: 'vendor',
});
const id = (to: string): FieldMapping => ({ to, from: { kind: 'customer-id' }, form: 'vendor' });
const hashOf = (person: SamplePerson): string | undefined => {
  const address = addressOf(person);
  return address === undefined ? undefined : sha256(address);
};
const trimmed = (person: SamplePerson): string | undefined =>
  addressOf(person) === undefined ? undefined : person.email.trim();

const bodyOf = ({ body }: VendorRequest) => {
  const value = parseJson(body.toString('utf8'));
  return isObject(value) ? value : {};
};
const cellOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const listOf = (value: unknown): readonly unknown[] => (isList(value) ? value : []);

export async function startWebhookWorld(): Promise<KillWorld> {
  const vendor = await startWebhook();
  return {
    kind: 'webhook',
    mode: 'mirror',
    settings: { url: vendor.url },
    secrets: { signingSecret: vendor.secret },
    target: {},
    fields: [id('id'), email('email')],
    batchRows: 150,
    vendor,
    rowsOf: (request) => {
      const { rows } = bodyOf(request);
      return isList(rows) ? rows.map((row) => listOf(row).map(cellOf)) : undefined;
    },
    held: () => {
      const counts = new Map<string, number>();
      for (const { op, rows } of vendor.deliveries) {
        for (const row of rows) {
          const key = row.join('|');
          counts.set(key, (counts.get(key) ?? 0) + (op === 'add' ? 1 : -1));
        }
      }
      return [...counts].flatMap(([key, times]) =>
        times < 0 ? [`${key} removed too often`] : Array.from({ length: times }, () => key),
      );
    },
    keyOf: (person) => `${person.id}|${person.email}`,
    close: vendor.close,
  };
}

export async function startSparkPostWorld(what: 'list' | 'transmission'): Promise<KillWorld> {
  const vendor = await startSparkPost();
  const isStored = what === 'list';
  return {
    kind: 'sparkpost',
    mode: isStored ? 'replace' : 'send',
    // Two seconds: a request that was under way at a kill has been read by then.
    settings: { region: 'us', baseUrl: vendor.url, settleMinutes: 2 / 60 },
    secrets: { apiKey: vendor.apiKey },
    target: isStored ? { what, listId: 'everyone', whenEmpty: 'keep' } : { what, templateId: 'welcome' },
    fields: [email('email')],
    batchRows: isStored ? 250 : 150,
    vendor,
    rowsOf: (request) => {
      const { recipients } = bodyOf(request);
      if (!isList(recipients)) return undefined;
      return recipients.map((each) => {
        const address = isObject(each) ? each['address'] : undefined;
        return [cellOf(isObject(address) ? address['email'] : address)];
      });
    },
    held: (runId) =>
      isStored
        ? [...vendor.lists.values()].flatMap(({ recipients }) => recipients.map(({ address }) => address))
        : vendor.mails.filter(({ metadata }) => metadata['run_id'] === runId).map(({ to }) => to),
    keyOf: trimmed,
    close: vendor.close,
  };
}

export async function startFacebookWorld(mode: 'mirror' | 'replace'): Promise<KillWorld> {
  let ahead = 0;
  const vendor = await startFacebook({ now: () => Date.now() + ahead });
  return {
    pass: (ms) => {
      ahead += ms;
    },
    kind: 'facebook',
    mode,
    settings: { adAccountId: vendor.accountId, apiVersion: 'v25.0', baseUrl: vendor.url },
    secrets: { token: vendor.token },
    target: { audienceName: 'Everyone', customerFileSource: 'USER_PROVIDED_ONLY' },
    fields: [email('EMAIL')],
    batchRows: 150,
    vendor,
    rowsOf: (request) => {
      const { payload } = bodyOf(request);
      if (!isObject(payload)) return undefined;
      return listOf(payload['data']).map((row) => listOf(row).map(cellOf));
    },
    held: () =>
      [...vendor.audiences.values()].flatMap(({ members }) =>
        [...members.rows()].map((row) => row.replaceAll(/(^|\|)[A-Z_]+:/g, '$1')),
      ),
    keyOf: hashOf,
    close: vendor.close,
  };
}

export async function startPinterestWorld(): Promise<KillWorld> {
  const vendor = await startPinterest();
  return {
    kind: 'pinterest',
    mode: 'mirror',
    settings: { adAccountId: vendor.adAccountId, baseUrl: vendor.url },
    secrets: { token: vendor.token },
    target: { listName: 'Everyone', audienceName: 'Everyone' },
    fields: [email('EMAIL')],
    batchRows: 150,
    vendor,
    rowsOf: (request) => {
      const { records } = bodyOf(request);
      return typeof records === 'string' ? records.split(',').map((record) => [record]) : undefined;
    },
    held: () => [...vendor.lists.values()].flatMap(({ members }) => [...members]),
    keyOf: hashOf,
    close: vendor.close,
  };
}

export async function startTikTokWorld(): Promise<KillWorld> {
  const vendor = await startTikTok();
  return {
    kind: 'tiktok',
    mode: 'mirror',
    settings: { advertiserId: vendor.advertiserId, baseUrl: vendor.url, emailNormalisation: 'basic' },
    secrets: { token: vendor.token },
    target: { audienceName: 'Everyone' },
    fields: [email('EMAIL_SHA256')],
    batchRows: 150,
    vendor,
    rowsOf: (request) => {
      const { batch_data: rows } = bodyOf(request);
      if (!isList(rows)) return undefined;
      return rows.map((row) => listOf(row).map((cell) => (isObject(cell) ? cellOf(cell['id']) : null)));
    },
    held: () =>
      [...vendor.segments.values()].flatMap(({ members }) =>
        [...members].map((each) => each.replace(/^[A-Z_0-9]+:/, '')),
      ),
    keyOf: hashOf,
    close: vendor.close,
  };
}

export async function startTikTokFileWorld(): Promise<KillWorld> {
  const vendor = await startTikTok({ minimumSize: 1 });
  return {
    kind: 'tiktok-file',
    mode: 'replace',
    settings: { advertiserId: vendor.advertiserId, baseUrl: vendor.url, emailNormalisation: 'basic' },
    secrets: { token: vendor.token },
    target: { audienceName: 'Everyone' },
    fields: [email('EMAIL_SHA256')],
    batchRows: 200,
    vendor,
    rowsOf: ({ path, headers, body }) => {
      if (!path.endsWith('/file/upload/')) return undefined;
      const parts = readMultipart(headers['content-type'] ?? '', body) ?? [];
      const text = parts.find(({ name }) => name === 'file')?.content.toString('utf8') ?? '';
      return text
        .trimEnd()
        .split('\n')
        .map((line) => [textOf(line)]);
    },
    held: () =>
      [...vendor.audiences.values()].flatMap(({ members }) =>
        [...members].map((each) => each.replace(/^[A-Z_0-9]+:/, '')),
      ),
    keyOf: hashOf,
    close: vendor.close,
  };
}
