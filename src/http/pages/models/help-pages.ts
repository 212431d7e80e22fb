/** The models of the help pages. The key is the page's `data-page`. */
import type { Help, HelpTopic } from '../../../presentation/help.ts';

export interface HelpPages {
  help: {
    readonly topic: HelpTopic;
    /** In every language: the page is written in that of the reader. */
    readonly texts: Help;
    readonly topics: readonly {
      readonly topic: HelpTopic;
      readonly href: string;
      readonly isCurrent: boolean;
    }[];
  };
}
