import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../electron/domain/app-error.ts';
import type { Problem } from '../../../electron/domain/problem.ts';
import type { Workspace } from '../../../electron/domain/workspace.ts';
import {
  readWorkspaceFile,
  requireWorkspace,
  writeWorkspaceFile,
} from '../../../electron/domain/workspace-file.ts';
import { workspace as anyWorkspace } from '../../support/workspace-arbitrary.ts';

const FILE = `version: 1
connections:
  - { id: shop, label: Shop, kind: duckdb, settings: { path: shop.duckdb } }
models:
  - connection: shop
    customer:
      label: Household
      table: { catalog: shop, schema: main, table: households }
      idColumn: id
      attributes:
        - { column: id, label: Id, type: { kind: integer, native: BIGINT, bits: 64 } }
        - { column: email, label: E-mail, type: { kind: text, native: VARCHAR }, pii: email }
    audiences:
      - id: reachable
        name: Reachable
        rule: { kind: condition, condition: { kind: attribute, entity: customer, column: email, test: { op: is-not-empty } } }
      - id: rest
        name: Rest
        rule: { kind: not, rule: { kind: audience, audience: reachable } }
`;

/** The problems of the file with one piece of its text replaced. */
function problemsWith(piece: string, replacement: string): readonly Problem[] {
  expect(FILE).toContain(piece);
  return readWorkspaceFile(FILE.replace(piece, replacement)).problems;
}

describe('a workspace file', () => {
  it('is read with the defaults filled in', () => {
    const file = readWorkspaceFile(FILE);
    expect(file.problems).toEqual([]);
    expect(file.workspace?.models[0]).toMatchObject({ entities: [], traits: [], connection: 'shop' });
  });

  it('names line and path of what is wrong with an activation', () => {
    const file = `${FILE}    activations:
      - id: to-meta
        name: To Meta
        audience: reachable
        destination: nowhere
        mode: add
        fields:
          - { to: EMAIL, from: { kind: attribute, entity: customer, column: email } }
          - { to: PHONE, from: { kind: attribute, entity: customer, column: phone } }
`;
    const { workspace, problems } = readWorkspaceFile(file);
    expect(workspace?.models[0]?.activations[0]).toMatchObject({
      target: {},
      guards: { maxRejected: 0.2, maxChange: 0.3 },
      fields: [{ form: 'vendor' }, { form: 'vendor' }],
    });
    expect(problems.map((each) => [each.where, each.message])).toEqual([
      ['line 24:9, models[0].activations[0].destination', 'The destination “nowhere” does not exist.'],
      ['line 28:69, models[0].activations[0].fields[1].from.column', 'Household has no attribute phone.'],
    ]);
  });

  it('gives the same workspace after it was written', () => {
    fc.assert(
      fc.property(anyWorkspace, (workspace) => {
        expect(readWorkspaceFile(writeWorkspaceFile(workspace)).workspace).toEqual(workspace);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same text after it was read and written again', () => {
    const once = writeWorkspaceFile(requireWorkspace(readWorkspaceFile(FILE)));
    expect(writeWorkspaceFile(requireWorkspace(readWorkspaceFile(once)))).toBe(once);
  });

  it.each([
    ['version: 1', 'version: 2', 'line 1:1, version', 'Expected 1.'],
    ['label: Shop,', '', 'line 3:5, connections[0].label', '“label” is missing.'],
    [
      'idColumn: id',
      'idcolumn: id',
      'line 9:7, models[0].customer.idcolumn',
      '“idcolumn” is not known here.',
    ],
    [
      'op: is-not-empty',
      'op: is-filled',
      'line 16:105, models[0].audiences[0].rule.condition.test.op',
      /^Expected 'is-empty'/,
    ],
    [
      'op: is-not-empty',
      'op: equals, value: [a]',
      'line 16:117, models[0].audiences[0].rule.condition.test.value',
      'Expected string or number or boolean.',
    ],
    [
      'audience: reachable',
      'audience: nobody',
      'line 19:52, models[0].audiences[1].rule.rule.audience',
      'The audience “nobody” does not exist.',
    ],
    [
      'column: email, test',
      'column: phone, test',
      /^line 16:\d+, models\[0\]\.audiences\[0\]\.rule\.condition/,
      'Household has no attribute phone.',
    ],
    [
      'audience: reachable',
      'audience: rest',
      /^line 19:\d+, models\[0\]\.audiences\[1\]\.rule/,
      /contains itself/,
    ],
    ['id: rest', 'id: reachable', 'line 17:9, models[0].audiences[1].id', 'The id “reachable” occurs twice.'],
    [
      'name: Rest',
      'name: REACHABLE',
      'line 18:9, models[0].audiences[1].name',
      'The name “REACHABLE” occurs twice.',
    ],
    [
      'connection: shop',
      'connection: store',
      'line 5:5, models[0].connection',
      /“store”, which does not exist/,
    ],
    ['models:', 'models: [', /^line \d+:\d+$/, /^This is not YAML/],
    [
      'name: Rest',
      'name: Rest\n        name: Again',
      /^line 19:\d+$/,
      /^This is not YAML: Map keys must be unique/,
    ],
  ] as const)('with %s → %s names line and path', (piece, replacement, where, message) => {
    const problems = problemsWith(piece, replacement);
    const found = problems.find((each) =>
      typeof message === 'string' ? each.message === message : message.test(each.message),
    );
    expect(problems.map((each) => each.message)).toContain(found?.message);
    if (typeof where === 'string') expect(found?.where).toBe(where);
    else expect(found?.where).toMatch(where);
  });

  it.each(['', 'household_key,email\n1,a@example.com', '[]', '42', '\u0000'])(
    'that is something else (%j) is refused',
    (text) => {
      const file = readWorkspaceFile(text);
      expect(file.workspace).toBeUndefined();
      expect(file.problems[0]?.where).toMatch(/^line 1:1/);
    },
  );

  it('with aliases that unfold without end is refused', () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
      .split('')
      .map(
        (name, at) =>
          `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghi'[at] ?? ''}`).join(', ')}]`,
      )
      .join('\n')}`;
    expect(readWorkspaceFile(bomb).problems[0]?.message).toBe('The aliases of the file cannot be followed.');
  });

  it('refuses with the first error and how many there are', () => {
    const file = readWorkspaceFile(FILE.replace('name: Rest', '').replace('name: Reachable', ''));
    try {
      requireWorkspace(file);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      expect(error.code).toBe('WORKSPACE_INVALID');
      expect(error.message).toBe('line 14:9, models[0].audiences[0].name: “name” is missing. (and 1 more)');
    }
  });

  it('is checked further by what the caller knows', () => {
    const furtherCheck = (workspace: Workspace): Problem[] =>
      workspace.connections.map((_, at) => ({
        severity: 'error',
        where: `connections[${at}].kind`,
        message: 'Unknown kind.',
        help: '',
      }));
    expect(readWorkspaceFile(FILE, furtherCheck).problems[0]?.where).toBe('line 3:30, connections[0].kind');
  });
});
