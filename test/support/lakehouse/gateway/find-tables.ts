/** The tables that a statement names, each as its parts. */
export interface NamedTables {
  readonly read: readonly (readonly string[])[];
  readonly written: readonly (readonly string[])[];
}

/** Text, comments, quoted names, words and single characters, in this order. */
const TOKEN =
  /'(?:[^'\\]|\\[\s\S]|'')*'|"(?:[^"\\]|\\[\s\S])*"|--[^\n]*|\/\*[\s\S]*?\*\/|`(?:[^`]|``)*`|\w+|\S/g;

const BEFORE_READ = new Set([
  'FROM',
  'JOIN',
  'USING',
  'TABLE',
  'DESCRIBE',
  'DESC',
  'DETAIL',
  'HISTORY',
  'EXTENDED',
]);
const BEFORE_WRITE = new Set(['INTO', 'OVERWRITE', 'UPDATE']);
const WRITING = new Set(['CREATE', 'DROP', 'ALTER', 'TRUNCATE', 'DELETE', 'REPLACE', 'OPTIMIZE', 'VACUUM']);

/**
 * Finds the tables of a statement by the words before them, without a parser: enough for a test workspace, where the
 * question is only whether a user may read what the statement names. Names of a WITH clause are no tables.
 */
export function findTables(sql: string): NamedTables {
  const tokens = (sql.match(TOKEN) ?? []).filter((token) => !/^(?:--|\/\*|'|")/.test(token));
  const read: string[][] = [];
  const written: string[][] = [];
  const writes = WRITING.has((tokens[0] ?? '').toUpperCase());
  const defined = new Set<string>();
  for (let index = 0; index < tokens.length; index += 1) {
    const word = (tokens[index] ?? '').toUpperCase();
    if (word === 'AS' && tokens[index + 1] === '(')
      defined.add(unquote(tokens[index - 1] ?? '').toLowerCase());
    if (!BEFORE_READ.has(word) && !BEFORE_WRITE.has(word)) continue;
    const name = readName(tokens, index + 1);
    if (name.length === 0 || (name.length === 1 && defined.has((name[0] ?? '').toLowerCase()))) continue;
    // The first table of a statement such as CREATE TABLE … AS SELECT is the one it writes.
    if (BEFORE_WRITE.has(word) || (writes && written.length === 0)) written.push(name);
    else read.push(name);
  }
  return { read, written };
}

/** The parts of the name at a place; empty where there is none, or a function or a keyword. */
function readName(tokens: readonly string[], start: number): string[] {
  let index = start;
  while (/^(?:TABLE|IF|NOT|EXISTS|EXTENDED|FORMATTED|ONLY)$/i.test(tokens[index] ?? '')) index += 1;
  const parts: string[] = [];
  for (;;) {
    const token = tokens[index] ?? '';
    if (
      !/^(?:`|[A-Za-z_])/.test(token) ||
      (parts.length === 0 && /^(?:SELECT|VALUES|LATERAL|QUERY)$/i.test(token))
    )
      break;
    parts.push(unquote(token));
    if (tokens[index + 1] !== '.') break;
    index += 2;
  }
  return tokens[index + 1] === '(' && parts.length === 1 ? [] : parts.slice(0, 3);
}

function unquote(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}
