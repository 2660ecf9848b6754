/** The words of a text as names are compared: without accents, in small letters. Nothing else, for pages use it too. */
const MAX_WORDS = 12;

export const wordsOf = (text: string): string[] =>
  [
    ...(text
      .normalize('NFKD')
      .replaceAll(/\p{Mn}/gu, '')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []),
  ].slice(0, MAX_WORDS);
