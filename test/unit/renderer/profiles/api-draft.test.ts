import { describe, expect, it } from 'vitest';
import { ProfileApiForm } from '../../../../electron/contract/profiles.ts';
import {
  findGaps,
  renamePart,
  startIdentifier,
  startPart,
} from '../../../../renderer/features/profiles/api-draft.ts';

const EMPTY = ProfileApiForm.parse({});

describe('the draft of a Profile API', () => {
  it('has no gaps at first, nor with a new part', () => {
    expect(findGaps(EMPTY)).toEqual([]);
    expect(findGaps({ ...EMPTY, parts: [startPart([])] })).toEqual([]);
  });

  it('says what is missing where it is missing, once', () => {
    const part = { ...startPart([]), name: ' ' };
    const form = {
      ...EMPTY,
      port: Number.NaN,
      requestsPerSecond: 0,
      parts: [startPart([]), part],
      identifiers: [{ ...startIdentifier([]), name: 'E-mail' }],
    };
    const gaps = findGaps(form);
    expect(gaps.map(({ where }) => where).sort()).toEqual([
      'identifiers[0].column',
      'identifiers[0].name',
      'parts[1].name',
      'port',
      'requestsPerSecond',
    ]);
    expect(gaps.map(({ message }) => message)).toContain('An identifier has no attribute.');
  });

  it('names new parts and identifiers apart', () => {
    const first = startPart([]);
    const second = startPart([first]);
    expect([first, second, startPart([first, second])].map(({ id, name }) => [id, name])).toEqual([
      ['basics', 'Basics'],
      ['part-2', 'Part 2'],
      ['part-3', 'Part 3'],
    ]);
    expect(startIdentifier([startIdentifier([])]).name).toBe('identifier_2');
  });

  it('lets the id of a part follow its name until it is saved', () => {
    const saved = [startPart([])];
    const parts = [...saved, startPart(saved)];
    expect(renamePart(parts, 1, 'Shop data', saved)[1]).toMatchObject({ id: 'shop-data', name: 'Shop data' });
    expect(renamePart(parts, 1, 'Basics', saved)[1]).toMatchObject({ id: 'basics-2' });
    expect(renamePart(parts, 0, 'Shop data', saved)[0]).toMatchObject({ id: 'basics', name: 'Shop data' });
  });
});
