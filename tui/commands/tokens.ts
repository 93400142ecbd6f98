/** A command line as words; quotes keep blanks together. Positions are kept for completion. */
export interface Token {
  readonly text: string;
  readonly start: number;
}

export function tokens(line: string): Token[] {
  return [...line.matchAll(/"([^"]*)"?|'([^']*)'?|[^\s"']+/gu)].map((match) => ({
    text: match[1] ?? match[2] ?? match[0],
    start: match.index,
  }));
}

/** The words after `petri`, which may be left out. */
export function wordsOf(line: string): string[] {
  const words = tokens(line).map((token) => token.text);
  return /(?:^|[\\/])petri$/u.test(words[0] ?? '') ? words.slice(1) : words;
}
