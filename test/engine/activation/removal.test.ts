import { describe, expect, it } from 'vitest';
import type { FieldMapping } from '../../../electron/domain/activation.ts';
import type { Settings } from '../../../electron/domain/field-spec.ts';
import { type Person, Shop } from '../../support/activation-shop.ts';
import {
  type ChangeWorld,
  facebookWorld,
  pinterestWorld,
  tiktokWorld,
  webhookWorld,
} from '../../support/change-worlds.ts';
import { sha256 } from '../../support/kill/sample-people.ts';
import type { SentRow } from '../../support/kill/worlds.ts';

const person = (
  id: string,
  email = `${id}@example.com`,
  phone = `0171 ${id.length}${id.slice(1)}00200`,
): Person => ({
  id,
  email,
  phone,
});

const column = (to: string, name: string, form: FieldMapping['form'] = 'vendor'): FieldMapping => ({
  to,
  from: { kind: 'attribute', entity: 'customer', column: name },
  form,
});

/** Settings, mapping and forms before and after, for each destination. */
const CHANGES: readonly {
  readonly name: string;
  readonly start: () => Promise<ChangeWorld>;
  readonly before: { readonly fields: readonly FieldMapping[]; readonly settings?: Settings };
  readonly after: { readonly fields: readonly FieldMapping[]; readonly settings?: Settings };
}[] = [
  {
    name: 'Facebook, when the country of phone numbers changes',
    start: facebookWorld,
    before: {
      fields: [column('EMAIL', 'email'), column('PHONE', 'phone')],
      settings: { phoneCountry: 'DE' },
    },
    after: { fields: [column('EMAIL', 'email'), column('PHONE', 'phone')], settings: { phoneCountry: 'AT' } },
  },
  {
    name: 'Facebook, when other fields are mapped',
    start: facebookWorld,
    before: { fields: [column('EMAIL', 'email'), column('EXTERN_ID', 'id')] },
    after: { fields: [column('PHONE', 'phone'), column('EMAIL', 'email')], settings: { phoneCountry: 'DE' } },
  },
  {
    name: 'Pinterest, when e-mails go as they are',
    start: pinterestWorld,
    before: { fields: [column('EMAIL', 'email')] },
    after: { fields: [column('EMAIL', 'email', 'as-is')] },
  },
  {
    name: 'TikTok, when both forms change',
    start: tiktokWorld,
    before: {
      fields: [column('EMAIL_SHA256', 'email'), column('PHONE_SHA256', 'phone')],
      settings: { phoneCountry: 'DE', emailNormalisation: 'strict', phoneFormat: 'e164_plus' },
    },
    after: {
      fields: [column('EMAIL_SHA256', 'email'), column('PHONE_SHA256', 'phone')],
      settings: { phoneCountry: 'AT', emailNormalisation: 'basic', phoneFormat: 'digits' },
    },
  },
  {
    name: 'a webhook, when other fields are mapped',
    start: webhookWorld,
    before: { fields: [column('id', 'id'), column('email', 'email')] },
    after: { fields: [column('id', 'id'), column('phone', 'phone')] },
  },
];

const first = [person('c1', 'ann.a+news@example.com'), person('c2'), person('c3'), person('c4')];
/** c1 has another address, c2 has left, c5 has come. */
const second = [person('c1', 'ann.b@example.com'), person('c3'), person('c4'), person('c5')];

const keysOf = (rows: readonly SentRow[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('a removal after settings changed', () => {
  for (const { name, start, before, after } of CHANGES) {
    it.each([false, true])(`carries what the add did: ${name} (store lost: %s)`, async (isLost) => {
      const world = await start();
      const shop = new Shop(world);
      shop.hold(first);
      expect(await shop.run(before)).toMatchObject({
        status: 'succeeded',
        counts: { adds: 4, removes: 0, taken: 4 },
      });
      const added = world.sent('add');
      expect(added).toHaveLength(4);
      if (isLost) await shop.loseStore();
      shop.hold(second);
      const run = await shop.run(after);
      expect(run).toMatchObject({
        status: 'succeeded',
        counts: { members: 4, adds: 4, removes: 4, taken: 8, rejected: 0 },
      });
      expect(keysOf(world.sent('remove'))).toEqual(keysOf(added));
      const anew = world.sent('add').slice(4);
      expect(anew).toHaveLength(4);
      expect(keysOf(anew).filter((key) => keysOf(added).includes(key))).toEqual([]);
      expect(world.held()).toEqual(world.identify(anew));
      expect(await shop.run(after)).toMatchObject({
        counts: { adds: 0, removes: 0, unchanged: 4 },
      });
    });
  }
});

describe('customers who share an identifier', () => {
  const email = [column('EMAIL', 'email')];
  const shared = (id: string, address: string, phone?: string): Person => person(id, address, phone);

  it('stay while one of them does, where nothing else is mapped', async () => {
    const world = await facebookWorld();
    const shop = new Shop(world);
    shop.hold([shared('c1', 'both@example.com'), shared('c2', 'both@example.com'), person('c3')]);
    await shop.run({ fields: email });
    shop.hold([shared('c2', 'both@example.com')]);
    const run = await shop.run({ fields: email });
    expect(run).toMatchObject({ status: 'succeeded', counts: { members: 1, removes: 1 } });
    expect(world.held()).toEqual(world.identify(world.sent('add').slice(0, 1)));
    shop.hold([person('c3')]);
    await shop.run({ fields: email });
    expect(world.held()).toEqual(world.identify(world.sent('add').slice(3)));
  });

  it.each([
    ['Facebook', facebookWorld, 'EMAIL', 'PHONE'],
    ['TikTok', tiktokWorld, 'EMAIL_SHA256', 'PHONE_SHA256'],
  ] as const)(
    'stay at %s while one of them does, with another phone or another spelling',
    async (_, start, mail, phone) => {
      const world = await start();
      const shop = new Shop(world);
      const fields = [column(mail, 'email'), column(phone, 'phone')];
      const staying = [
        shared('c2', 'both@example.com', '+4917100000002'),
        shared('c4', 'Couple@Example.com', '+4917100000004'),
      ];
      shop.hold([
        shared('c1', 'both@example.com', '+4917100000001'),
        shared('c3', 'couple@example.com', '+4917100000004'),
        ...staying,
      ]);
      await shop.run({ fields });
      const phones = ['4917100000002', '4917100000004'].flatMap((digits) => [
        sha256(digits),
        sha256(`+${digits}`),
      ]);
      const kept = world.sent('add').filter((row) => row.some((value) => phones.includes(value ?? '')));
      shop.hold(staying);
      expect(await shop.run({ fields })).toMatchObject({ status: 'succeeded', counts: { members: 2 } });
      expect(world.held()).toEqual(world.identify(kept));
    },
  );
});

describe('an activation that removes', () => {
  it('removes by every recipe that was added by at its place', async () => {
    const world = await facebookWorld();
    const shop = new Shop(world);
    const phone = [column('PHONE', 'phone')];
    const fields = [column('EMAIL', 'email'), column('PHONE', 'phone')];
    shop.hold(first);
    await shop.run({ mode: 'add', fields: phone, settings: { phoneCountry: 'DE' } });
    await shop.run({ mode: 'add', fields: phone, settings: { phoneCountry: 'AT' } });
    expect(world.held()).toHaveLength(8);
    shop.hold(first.slice(0, 3));
    const run = await shop.run({ mode: 'remove', fields, settings: { phoneCountry: 'US' } });
    expect(run).toMatchObject({ status: 'succeeded', counts: { members: 3, adds: 0, rejected: 0 } });
    expect(run.counts.taken).toBe(run.counts.removes);
    expect(world.held()).toHaveLength(2);
  });
});

describe('a removal whose outcome stays unknown', () => {
  it('is done again by the next run, after a cancel', async () => {
    const world = await facebookWorld();
    const shop = new Shop(world);
    const fields = [column('EMAIL', 'email')];
    shop.hold(first);
    await shop.run({ fields });
    shop.hold(first.slice(0, 2));
    world.vendor.heal();
    world.vendor.fail({
      kind: 'cutBeforeAccept',
      times: Number.POSITIVE_INFINITY,
      on: ({ method }) => method === 'DELETE',
    });
    const run = await shop.run({ fields });
    expect(run).toMatchObject({ status: 'failed', counts: { removes: 2, unknown: 2 } });
    expect(await shop.act('cancel', run)).toMatchObject({ status: 'cancelled' });
    world.vendor.heal();
    expect(world.held()).toHaveLength(4);
    expect(await shop.run({ fields })).toMatchObject({
      status: 'succeeded',
      counts: { removes: 2, taken: 2 },
    });
    expect(world.held()).toHaveLength(2);
  });
});
