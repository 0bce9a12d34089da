/** A piece of SQL text with the role that its colour shows. */
export type SqlToken = {
  readonly kind: 'keyword' | 'string' | 'number' | 'param' | 'comment' | 'plain';
  readonly text: string;
};

const KEYWORDS = new Set(
  (
    'all and any array as asc between by case cast coalesce count create cross current_timestamp date decimal desc ' +
    'distinct else end except exists false filter first from full group having if in inner insert intersect interval ' +
    'into is join lateral left like limit max min not null nulls on or order outer over partition replace right row ' +
    'select semi set sum table then timestamp true try_cast union unnest using values view when where window with'
  ).split(' '),
);

/** Order matters: a comment or string swallows everything inside it. */
const PIECES: readonly (readonly [SqlToken['kind'] | 'word' | 'name', string])[] = [
  ['comment', '--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)'],
  ['string', "'(?:[^'\\\\]|''|\\\\.)*(?:'|$)"],
  ['name', '"(?:[^"]|"")*(?:"|$)|`(?:[^`]|``)*(?:`|$)'],
  ['param', '[:$]\\w+|\\?'],
  ['number', '\\b\\d+(?:\\.\\d+)?\\b'],
  ['word', '[A-Za-z_]\\w*'],
];

/** Splits SQL into coloured pieces. Together they are exactly the text; it never fails, whatever the text is. */
export function splitSql(sql: string): SqlToken[] {
  const pattern = new RegExp(PIECES.map(([, source]) => `(${source})`).join('|'), 'g');
  const tokens: SqlToken[] = [];
  let at = 0;
  for (const match of sql.matchAll(pattern)) {
    if (match.index > at) tokens.push({ kind: 'plain', text: sql.slice(at, match.index) });
    const found = PIECES.find((_, index) => match[index + 1] !== undefined);
    tokens.push({ kind: readKind(found?.[0] ?? 'word', match[0]), text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < sql.length) tokens.push({ kind: 'plain', text: sql.slice(at) });
  return tokens;
}

function readKind(piece: SqlToken['kind'] | 'word' | 'name', text: string): SqlToken['kind'] {
  if (piece === 'name') return 'plain';
  if (piece === 'word') return KEYWORDS.has(text.toLowerCase()) ? 'keyword' : 'plain';
  return piece;
}
