import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failureOf, useEngine } from '../../support/engine.ts';

const test = useEngine();
const example = readFileSync(new URL('../../../examples/retail.workspace.yaml', import.meta.url), 'utf8');

describe('the workspace', () => {
  it('is only checked where that is asked for', () => {
    const { workspaces } = test.engine().services;
    expect(workspaces.import(example, true)).toEqual({ connections: 1, audiences: 5, problems: [] });
    expect(workspaces.export().text).toContain('connections: []');
  });

  it('replaces all definitions and is exported as it was imported', () => {
    const { workspaces, audiences } = test.engine().services;
    workspaces.import(example, false);
    expect(audiences.list('sample').flatMap((each) => each.problems)).toEqual([]);
    const { text } = workspaces.export();
    expect(text).toBe(example.replace(/^#.*\n/gm, ''));
    workspaces.import(text, false);
    expect(workspaces.export().text).toBe(text);
  });

  it.each([
    ['kind: sample,', 'kind: snowflake,', 'connections[0].kind'],
    ['settings: { size: small }', 'settings: { size: huge }', 'connections[0].settings.size'],
    ['settings: { size: small }', 'settings: { sise: small }', 'connections[0].settings.sise'],
    ['audience: high-bread', 'audience: paid-media', 'models[0].audiences'],
  ])('is refused with %s → %s, and nothing changes', async (piece, replacement, where) => {
    const { workspaces } = test.engine().services;
    const before = workspaces.export().text;
    const failure = await failureOf(() => workspaces.import(example.replace(piece, replacement), false));
    expect(failure.code).toBe('WORKSPACE_INVALID');
    expect(failure.message).toMatch(/^line \d+:\d+, /);
    expect(failure.message).toContain(where);
    expect(workspaces.export().text).toBe(before);
  });

  it('refuses a secret in the file without repeating it', async () => {
    const file = example.replace(
      /connections:\n.*\n/,
      'connections:\n  - { id: sample, label: L, kind: databricks, settings: { host: h, path: p, token: canary-5512 } }\n',
    );
    const { problems } = test.engine().services.workspaces.check(file);
    expect(problems[0]).toMatchObject({
      severity: 'error',
      where: 'line 5:77, connections[0].settings.token',
    });
    expect(JSON.stringify(problems)).not.toContain('canary-5512');
    const failure = await failureOf(() => test.engine().services.workspaces.import(file, false));
    expect(failure.message).not.toContain('canary-5512');
  });

  it('survives a restart', async () => {
    const before = test.engine().services.workspaces.export().text;
    const { services } = await test.restart();
    expect(services.workspaces.export().text).toBe(before);
  });
});
