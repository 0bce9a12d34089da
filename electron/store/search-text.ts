/** How many words of a search count; the rest narrows nothing a person would still follow. */
const MOST_WORDS = 8;

/** The words of a search or a name: letters and digits, without case and accents, as FTS5's unicode61 tokenizer cuts them. */
export function cutTokens(text: string): string[] {
  // Most names are ASCII, and Unicode classes cost ten times as much: a search looks at thousands of names a keystroke.
  if (isAscii(text)) return text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

/** What is indexed for a name: the name and, where it is in camel case, its parts (`basketId` is also found by `id`). */
export function searchableName(name: string): string {
  if (isAscii(name) && !/[a-z0-9][A-Z]|[A-Z]{2}[a-z]/.test(name)) return name;
  const parts = name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  return parts === name ? name : `${name} ${parts}`;
}

/** A search as typed, cut into phrases: `email_con key` asks for the phrase `email con…` and the word `key…`. */
export function cutPhrases(text: string): string[][] {
  return text
    .split(/\s+/)
    .map(cutTokens)
    .filter((tokens) => tokens.length > 0)
    .slice(0, MOST_WORDS);
}

/** The FTS5 prefix phrase of these tokens. Tokens are letters and digits only, so nothing is left to escape. */
export function matchPhrase(tokens: readonly string[]): string {
  return `"${tokens.join(' ')}" *`;
}

/** True for text of the first 128 characters only, where case and word borders need no Unicode tables. */
function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/**
 * The first of these names that holds one of the phrases. A plain look for the letters goes first: a name without them cannot hold
 * the phrase, unless the name's own letters are folded by the tokenizer.
 */
export function findHolder(
  names: readonly string[],
  phrases: readonly (readonly string[])[],
): string | undefined {
  return names.find((name) => {
    const letters = isAscii(name) ? name.toLowerCase() : undefined;
    return phrases.some(
      (phrase) =>
        (letters === undefined || phrase.every((token) => letters.includes(token))) &&
        nameHolds(name, phrase),
    );
  });
}

/** True where a name holds the phrase, its last token as a prefix: what FTS5 answers for one indexed name. */
export function nameHolds(name: string, phrase: readonly string[]): boolean {
  const tokens = cutTokens(searchableName(name));
  return tokens.some((_, start) =>
    phrase.every((token, at) => {
      const other = tokens[start + at];
      return at === phrase.length - 1 ? other?.startsWith(token) === true : other === token;
    }),
  );
}
