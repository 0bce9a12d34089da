import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSql } from '../../../renderer/ui/sql-tokens.ts';

const kindOf = (sql: string, text: string): string | undefined =>
  splitSql(sql).find((token) => token.text === text)?.kind;

describe('colouring SQL', () => {
  it('gives back exactly the text, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (sql) => {
        expect(
          splitSql(sql)
            .map((token) => token.text)
            .join(''),
        ).toBe(sql);
      }),
    );
  });

  it('knows keywords in any case, but not inside names, strings and comments', () => {
    expect(kindOf('select 1', 'select')).toBe('keyword');
    expect(kindOf('a.selection', 'selection')).toBe('plain');
    expect(kindOf('`select`', '`select`')).toBe('plain');
    expect(kindOf('"from"', '"from"')).toBe('plain');
    expect(kindOf("'select'", "'select'")).toBe('string');
    expect(kindOf('-- select', '-- select')).toBe('comment');
    expect(kindOf('/* a\nselect */ 1', '/* a\nselect */')).toBe('comment');
  });

  it('keeps quotes inside a string, doubled or escaped', () => {
    expect(kindOf("x = 'it''s' and y", "'it''s'")).toBe('string');
    expect(kindOf("x = 'it\\'s' and y", "'it\\'s'")).toBe('string');
  });

  it('marks bound values and numbers', () => {
    expect(kindOf('a >= :p1', ':p1')).toBe('param');
    expect(kindOf('a >= $2', '$2')).toBe('param');
    expect(kindOf('a >= 0.66', '0.66')).toBe('number');
  });
});
