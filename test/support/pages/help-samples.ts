/** The help pages. */
import { HELP_TOPICS, loadHelp } from '../../../src/presentation/help.ts';
import { type Sample, sample } from './page-sample.ts';

const texts = loadHelp();

export const HELP_SAMPLES: readonly Sample[] = HELP_TOPICS.map((topic) => {
  const topics = HELP_TOPICS.map((each) => ({
    topic: each,
    href: `/help/${each}`,
    isCurrent: each === topic,
  }));
  return sample(`help-${topic}`, 'help', { topic, texts, topics });
});
