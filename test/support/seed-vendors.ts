import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Secrets, Settings } from '../../electron/domain/field-spec.ts';
import { findSshd, startSshd } from './sshd.ts';
import { startFacebook } from './vendors/facebook.ts';
import { startPinterest } from './vendors/pinterest.ts';
import { startSparkPost } from './vendors/sparkpost.ts';
import { startTikTok } from './vendors/tiktok.ts';
import { findVersitygw, startVersitygw } from './versitygw.ts';

/** A destination of the seed: what is entered in its form, and what its server received. */
export interface SeedPlace {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly settings: Settings;
  readonly secrets: Secrets;
}

/** Every destination of the seed, with servers that check what arrives. */
export interface SeedVendors {
  readonly places: readonly SeedPlace[];
  /** Members of SparkPost's lists, by the list. */
  recipients(list: string): string[];
  /** Addresses that SparkPost mailed, one for each mail. */
  mailed(): string[];
  /** Members of the audience at a vendor, each as its identifiers joined by `|`. */
  members(place: 'facebook' | 'pinterest' | 'tiktok'): string[];
  /** Lines of a file that arrived by SFTP or S3, without its header; the header first. */
  lines(place: 'sftp' | 's3', name: string): { header: string; rows: string[] };
  /** Forgets what was received. */
  stop(): Promise<void>;
}

/** What a title says of servers that cannot be had on this machine, with the reason; empty where all can. */
export async function noteMissingServers(): Promise<string> {
  const missing = [await findSshd(), await findVersitygw()].flatMap((tool) =>
    'missing' in tool ? [tool.missing] : [],
  );
  return missing.length === 0 ? '' : ` (without ${missing.join('; ')})`;
}

/** Starts every vendor and server of the seed on loopback. Stop them in the end. */
export async function startSeedVendors(): Promise<SeedVendors> {
  const sparkpost = await startSparkPost({});
  const facebook = await startFacebook({});
  const pinterest = await startPinterest({});
  const tiktok = await startTikTok({ mayWrite: true });
  const [sshTool, s3Tool] = [await findSshd(), await findVersitygw()];
  const sshd = 'missing' in sshTool ? undefined : await startSshd(sshTool);
  const store = 'missing' in s3Tool ? undefined : await startVersitygw(s3Tool);
  const place = (
    id: string,
    label: string,
    kind: string,
    settings: Settings,
    secrets: Secrets,
  ): SeedPlace => ({
    id,
    label,
    kind,
    settings,
    secrets,
  });
  const phoneCountry = 'US';
  const places: SeedPlace[] = [
    place(
      'sparkpost',
      'SparkPost',
      'sparkpost',
      { region: 'us', baseUrl: sparkpost.url },
      { apiKey: sparkpost.apiKey },
    ),
    place(
      'facebook',
      'Facebook',
      'facebook',
      { adAccountId: facebook.accountId, apiVersion: 'v25.0', baseUrl: facebook.url, phoneCountry },
      { token: facebook.token },
    ),
    place(
      'pinterest',
      'Pinterest',
      'pinterest',
      { adAccountId: pinterest.adAccountId, baseUrl: pinterest.url },
      { token: pinterest.token },
    ),
    place(
      'tiktok',
      'TikTok',
      'tiktok',
      { advertiserId: tiktok.advertiserId, baseUrl: tiktok.url, phoneCountry },
      { token: tiktok.token },
    ),
  ];
  if (sshd !== undefined) {
    const { host, port, user, hostKey, folder } = sshd;
    mkdirSync(join(folder, 'seed'), { recursive: true });
    // The server runs under another account.
    chmodSync(join(folder, 'seed'), 0o777);
    const settings = { host, port, user, hostKey, auth: 'key', folder: join(folder, 'seed') };
    places.push(place('sftp', 'SFTP server', 'sftp', settings, { privateKey: sshd.keys.privateKey }));
  }
  if (store !== undefined) {
    const { endpoint, region, accessKeyId, secretAccessKey } = store;
    const client = new S3Client({
      endpoint,
      region,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    await client.send(new CreateBucketCommand({ Bucket: 'seed' }));
    client.destroy();
    const settings = { endpoint, region, accessKeyId, bucket: 'seed', forcePathStyle: true };
    places.push(place('s3', 'Bucket', 's3', settings, { secretAccessKey }));
  }
  return {
    places,
    recipients: (list) => (sparkpost.lists.get(list)?.recipients ?? []).map(({ address }) => address).sort(),
    mailed: () => sparkpost.mails.map(({ to }) => to).sort(),
    members: (at) => {
      if (at === 'facebook')
        return [...facebook.audiences.values()].flatMap(({ members }) => [...members.rows()]).sort();
      const lists = at === 'pinterest' ? pinterest.lists : tiktok.segments;
      return [...lists.values()].flatMap(({ members }) => [...members]).sort();
    },
    lines: (at, name) => {
      const folder = at === 'sftp' ? join(sshd?.folder ?? '', 'seed') : join(store?.folder ?? '', 'seed');
      const file = readdirSync(folder).find((each) => each.startsWith(name));
      if (file === undefined) throw new Error(`${name} did not arrive: ${readdirSync(folder).join(', ')}`);
      const [header = '', ...rows] = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
      return { header, rows: rows.sort() };
    },
    stop: async () => {
      await Promise.all([sparkpost, facebook, pinterest, tiktok].map((vendor) => vendor.close()));
      await sshd?.stop();
      await store?.stop();
    },
  };
}

/** A household as the seed's destinations get it, by SQL and hashes of this file alone. */
export interface SeedMember {
  readonly id: string;
  readonly email: string | undefined;
  readonly emailHash: string | undefined;
  /** As TikTok asks for it: without dots and +tags before the @. */
  readonly plainEmailHash: string | undefined;
  /** Digits with the country code. */
  readonly phone: string | undefined;
}

/** Who the seed's audiences are, asked of the sample by hand; with the consent that each channel needs. */
export async function membersByHand(
  home: string,
): Promise<Record<'bundle' | 'emailable' | 'media' | 'newsletter', SeedMember[]>> {
  const name = readdirSync(join(home, 'sample')).find((each) => each.startsWith('retail-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const score = (category: string, range: string): string =>
    `EXISTS (SELECT 1 FROM lake.retail.propensity_scores s
      WHERE s.household_key = h.household_key AND s.category = '${category}' AND ${range})`;
  const bundle = `${score('bread', 's.score >= 0.66')} AND ${score('soft drinks', 's.score >= 0.33 AND s.score < 0.66')}`;
  const emailable = `(coalesce(h.email_consent, false) AND coalesce(h.email, '') <> '')`;
  const read = async (condition: string): Promise<SeedMember[]> => {
    const sql = `SELECT CAST(household_key AS VARCHAR), email, phone FROM lake.retail.households h WHERE ${condition}`;
    const rows = (await connection.runAndReadAll(sql)).getRows();
    return rows.map(([id, email, phone]) => readMember(String(id), textOf(email), textOf(phone)));
  };
  try {
    await connection.run(`ATTACH '${join(home, 'sample', name ?? '')}' AS lake (READ_ONLY)`);
    return {
      bundle: await read(`${bundle} AND coalesce(h.email_consent, false)`),
      emailable: await read(emailable),
      newsletter: await read(`${bundle} AND ${emailable}`),
      media: await read(`${bundle} AND NOT ${emailable} AND coalesce(h.ads_consent, false)`),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function readMember(id: string, email: string | undefined, phone: string | undefined): SeedMember {
  const digits = phone?.replace(/\D/g, '');
  const plain = email?.trim().toLowerCase();
  const [local = '', host = ''] = plain?.split('@') ?? [];
  const strict = `${local.replace(/\+.*/, '').replaceAll('.', '')}@${host}`;
  return {
    id,
    email,
    emailHash: plain === undefined ? undefined : sha256(plain),
    plainEmailHash: plain === undefined ? undefined : sha256(strict),
    phone:
      phone === undefined || digits === undefined ? undefined : phone.startsWith('+') ? digits : `1${digits}`,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** SHA-256 as lower-case hex. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
