import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const readmes = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('README.md') && !/(^|[/\\])(node_modules|dist|release|\.runtime)[/\\]/.test(path),
);
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

describe.each(readmes)('%s', (path) => {
  const text = readFileSync(join(root, path), 'utf8');

  it('links only to files that are there', () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.filter((link) => !existsSync(join(root, dirname(path), link)))).toEqual([]);
  });

  it('names only scripts that there are', () => {
    const named = [...text.matchAll(/npm run (?:-s )?([a-z][a-z0-9:-]*)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('is short where it describes a folder', () => {
    const isFrontDoor = path === 'README.md';
    expect(text.split('\n').length <= 61 || isFrontDoor).toBe(true);
  });
});
