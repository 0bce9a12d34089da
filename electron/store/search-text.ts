/** How many words of a search count; the rest narrows nothing a person would still follow. */
const MOST_WORDS = 8;

/** The words of a search or a name: letters and digits, without case and accents, as FTS5's unicode61 tokenizer cuts them. */
export function cutTokens(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
}

/** What is indexed for a name: the name and, where it is in camel case, its parts (`basketId` is also found by `id`). */
export function searchableName(name: string): string {
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
