/** How comments are written: short sentences that open with their subject. */
import type { Source } from './source.ts';

const MOST_WORDS = 25;

/** A clause in the place of a subject: the reader has to wait for the verb. */
const RIDDLE = /^(Who|Whom|Whose|Whoever|Whatever|Of|What|Where) [a-z]/;

/** The text of a comment as one line, without its frame, its tags and the code in it. */
function proseOf(comment: string): string {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, ''))
    .filter((line) => !/^\s*(@|\||- `|\d+\. )/.test(line))
    .join(' ')
    .replace(/`[^`]*`/g, 'code')
    .replace(/\s+/g, ' ')
    .trim();
}

function sentencesOf(prose: string): string[] {
  return prose.split(/(?<=[.!?:;])\s+/).map((sentence) => sentence.trim());
}

function wordsOf(sentence: string): number {
  return sentence.split(' ').filter((word) => /\p{L}/u.test(word)).length;
}

/** Sentences of a text that are too long, or that open with a clause in the place of their subject. */
export function sentenceFaults(prose: string): string[] {
  return sentencesOf(prose).flatMap((sentence) => {
    const words = wordsOf(sentence);
    return [
      ...(words > MOST_WORDS ? [`has a sentence of ${words} words: ${sentence}`] : []),
      ...(RIDDLE.test(sentence) ? [`opens like a riddle: ${sentence}`] : []),
    ];
  });
}

/** The faults of every comment. */
export function languageFaults(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, lineOf, comments }) =>
    comments.flatMap(({ value, start }) =>
      sentenceFaults(proseOf(value)).map((fault) => `${path}:${lineOf(start)} ${fault}`),
    ),
  );
}
