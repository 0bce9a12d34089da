import { describe, expect, it, onTestFinished } from 'vitest';
import type { Secrets } from '../../../electron/domain/field-spec.ts';
import { type Person, Shop } from '../../support/activation-shop.ts';
import { failureOf } from '../../support/engine.ts';
import {
  sshd,
  startFolderWorld,
  startS3World,
  startSftpWorld,
  versitygw,
} from '../../support/kill/file-worlds.ts';
import type { KillWorld } from '../../support/kill/worlds.ts';
import { PEOPLE, peopleFile } from '../../support/many-people.ts';
import { makeSshKeys } from '../../support/ssh-keys.ts';
import { type Tool, titleWith } from '../../support/test-tools.ts';
import { people } from './runner.contract.ts';

/** Each place; where it asks for credentials, those of somebody else. */
const PLACES: readonly {
  readonly name: string;
  readonly start: () => Promise<KillWorld>;
  readonly wrongSecrets?: Secrets;
  readonly tool?: Tool;
}[] = [
  { name: 'a folder, in place', start: () => startFolderWorld('in place') },
  { name: 'a folder, split', start: () => startFolderWorld('split') },
  { name: 'SFTP', start: startSftpWorld, wrongSecrets: { privateKey: makeSshKeys().privateKey }, tool: sshd },
  { name: 'S3', start: startS3World, wrongSecrets: { secretAccessKey: 'wrongsecret123' }, tool: versitygw },
];

async function begin(
  start: () => Promise<KillWorld>,
  who: readonly Person[] | 'many',
): Promise<{ readonly world: KillWorld; readonly shop: Shop }> {
  const world = await start();
  onTestFinished(world.close);
  const shop = new Shop(world, who === 'many' ? { source: await peopleFile() } : {});
  if (who !== 'many') shop.hold(who);
  return { world, shop };
}

const keysOf = (world: KillWorld, who: readonly Person[]): (string | undefined)[] =>
  who.map(({ id, email }) => world.keyOf({ id, email: email ?? '', consents: true })).sort();

for (const { name, start, wrongSecrets, tool = { path: '' } } of PLACES) {
  describe.skipIf('missing' in tool)(titleWith(tool, `runs to ${name}`), () => {
    it.each([1, 30])('write %i rows, with letters of any script and without an e-mail', async (count) => {
      const who = people(count);
      const odd = { id: 'Zoë 東京 👩‍👩‍👧 {{x}}', email: null, phone: null };
      const { world, shop } = await begin(start, [...who, odd]);
      const run = await shop.run();
      expect(run).toMatchObject({ status: 'succeeded', counts: { members: count + 1, taken: count + 1 } });
      expect(world.held(run.id).sort()).toEqual(keysOf(world, [...who, odd]));
    });

    it('write a file with its header alone where the audience is empty', async () => {
      const { world, shop } = await begin(start, people(3));
      const run = await shop.run({ audience: 'nobody' });
      expect(run).toMatchObject({ status: 'succeeded', counts: { members: 0, taken: 0 } });
      expect(run.files.map(({ rows }) => rows)).toEqual([0]);
      expect(world.held(run.id)).toEqual([]);
    });

    if (wrongSecrets !== undefined)
      it('fail at wrong credentials, and go on once they are mended', async () => {
        const { world, shop } = await begin(start, people(6));
        const run = await shop.run({ secrets: wrongSecrets });
        expect(run).toMatchObject({ status: 'failed', error: { code: 'AUTH_FAILED' }, files: [] });
        await shop.save({});
        const resumed = await shop.act('resume', run);
        expect(resumed).toMatchObject({ status: 'succeeded', counts: { taken: 6 } });
        expect(world.held(run.id).sort()).toEqual(keysOf(world, people(6)));
      });

    it('ask before they write far more members than the last time', async () => {
      const { world, shop } = await begin(start, people(6));
      await shop.run();
      shop.hold(people(12));
      const run = await shop.run({ guards: { maxRejected: 1, maxChange: 0.3 } });
      expect(run).toMatchObject({ status: 'paused', pause: { reason: 'change' }, files: [] });
      expect(world.held(run.id)).toEqual([]);
      expect(await shop.act('approve', run)).toMatchObject({ status: 'succeeded', counts: { taken: 12 } });
      expect(world.held(run.id).sort()).toEqual(keysOf(world, people(12)));
    });

    it('are refused while another of the same activation is under way, and end at a cancel', async () => {
      const { world, shop } = await begin(start, 'many');
      const target = { ...world.target, ...('splitMegabytes' in world.target ? { splitMegabytes: 1 } : {}) };
      const run = await shop.start({ target });
      expect(await failureOf(() => shop.start({ target }))).toMatchObject({
        code: 'IN_USE',
        details: { runId: run.id },
      });
      expect(await shop.act('cancel', run)).toMatchObject({ status: 'cancelled', files: [] });
      const next = await shop.run({ target });
      expect(next.status).toBe('succeeded');
      const held = world.held(next.id);
      expect([held.length, new Set(held).size]).toEqual([PEOPLE, PEOPLE]);
    }, 300_000);
  });
}
