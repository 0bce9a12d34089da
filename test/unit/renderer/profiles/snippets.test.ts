import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { sampleModel } from '../../../../electron/sample/sample-model.ts';
import { writeCurl, writeTypeScript } from '../../../../renderer/features/profiles/snippets.ts';

const PART = {
  id: 'shop-data',
  name: 'Shop data',
  columns: [
    { kind: 'attribute' as const, entity: 'customer', column: 'loyalty_tier' },
    { kind: 'attribute' as const, entity: 'customer', column: 'birth_year' },
    { kind: 'attribute' as const, entity: 'customer', column: 'household_key' },
    {
      kind: 'attribute' as const,
      entity: 'web-profiles',
      column: 'device',
      path: ['os'],
      as: "customer's os",
    },
    { kind: 'attribute' as const, entity: 'web-profiles', column: 'interests' },
    { kind: 'trait' as const, trait: 'total-spend-12-months' },
    { kind: 'trait' as const, trait: 'gone' },
  ],
  audiences: ['high-bread', 'everyone'],
};
const SETTING = {
  url: 'http://127.0.0.1:8787',
  parts: [PART],
  identifier: 'email_sha256',
  model: sampleModel(),
};

describe('snippets of the Profile API', () => {
  it('asks with curl by id, by identifier and for several, with the key from the environment', () => {
    const snippets = writeCurl(SETTING);
    expect(snippets.map(({ label }) => label)).toEqual([
      'One customer',
      'By identifier',
      'Several customers',
    ]);
    for (const { code } of snippets) expect(code).toContain('"Authorization: Bearer $SLIPWAY_KEY"');
    expect(snippets[0]?.code).toContain("'http://127.0.0.1:8787/v1/profiles/CUSTOMER_ID'");
    expect(snippets[1]?.code).toContain('/v1/profiles?identifier=email_sha256:VALUE');
    expect(snippets[2]?.code).toContain("/v1/profiles:batchGet'");
    expect(writeCurl({ ...SETTING, identifier: undefined })).toHaveLength(2);
  });

  it('types what is told as the server writes it', () => {
    const code = writeTypeScript(SETTING);
    for (const line of [
      "'shop-data'?: {",
      'loyalty_tier: string | null;',
      'birth_year: number | null;',
      'household_key: number | string | null;',
      "'customer\\'s os': string | null;",
      'interests: unknown | null;',
      'total_spend_12_months: string | null;',
      'gone: unknown | null;',
      "audiences: ('high-bread' | 'everyone')[];",
    ]) {
      expect(code).toContain(line);
    }
    expect(code).toContain('process.env.SLIPWAY_KEY');
    expect(code).not.toContain('slw_');
  });

  it.each([SETTING, { ...SETTING, identifier: undefined, parts: [] }])(
    'writes TypeScript that parses',
    (setting) => {
      const { diagnostics = [] } = ts.transpileModule(writeTypeScript(setting), {
        reportDiagnostics: true,
        compilerOptions: { target: ts.ScriptTarget.ES2022 },
      });
      expect(diagnostics.map(({ messageText }) => messageText)).toEqual([]);
    },
  );
});
