/** The help for people who sign in. `npm run generate` makes it from `docs/users`. */
import { readFileSync } from 'node:fs';
import { LOCALES, type Locale } from '../domain/account.ts';
import { VIEWS_FOLDER } from './views.ts';

/** In the order of the menu. */
export const HELP_TOPICS = ['sign-in', 'set-up', 'new-phone', 'lost-phone', 'turn-off'] as const;
export type HelpTopic = (typeof HELP_TOPICS)[number];

export type HelpBlock =
  | { readonly kind: 'heading' | 'paragraph'; readonly text: string }
  | { readonly kind: 'list' | 'steps'; readonly items: readonly string[] };

export interface HelpText {
  readonly title: string;
  readonly blocks: readonly HelpBlock[];
}

export type Help = Readonly<Record<Locale, Readonly<Record<HelpTopic, HelpText>>>>;

export function isHelpTopic(text: string): text is HelpTopic {
  return HELP_TOPICS.some((topic) => topic === text);
}

export function loadHelp(): Help {
  const read = (locale: Locale) =>
    JSON.parse(readFileSync(new URL(`help/${locale}.json`, VIEWS_FOLDER), 'utf8'));
  return Object.fromEntries(LOCALES.map((locale) => [locale, read(locale)])) as unknown as Help;
}
