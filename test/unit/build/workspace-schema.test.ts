import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { makeSchema, schemaPath } from '../../../build/write-schema.ts';

it('publishes the JSON Schema of workspace files as it is; `npm run schema` writes it anew', async () => {
  expect(await readFile(schemaPath, 'utf8')).toBe(await makeSchema());
});
