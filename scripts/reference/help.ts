/** The help pages of the server, from the Markdown of `docs/users`. */
import { readFileSync } from 'node:fs';
import { lexer, type Token, type Tokens } from 'marked';
import { LOCALES, type Locale } from '../../src/domain/account.ts';
import { HELP_TOPICS, type HelpBlock, type HelpText, type HelpTopic } from '../../src/presentation/help.ts';

const FOLDER = new URL('../../docs/users/', import.meta.url);

/** The contents by path, from the root of the repository. */
export function help(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    LOCALES.map((locale) => {
      const texts = Object.fromEntries(HELP_TOPICS.map((topic) => [topic, textOf(locale, topic)]));
      return [`views/help/${locale}.json`, `${JSON.stringify(texts, null, 2)}\n`];
    }),
  );
}

function textOf(locale: Locale, topic: HelpTopic): HelpText {
  const path = `${locale}/${topic}.md`;
  const [first, ...rest] = lexer(readFileSync(new URL(path, FOLDER), 'utf8')).filter(
    ({ type }) => type !== 'space',
  );
  if (first?.type !== 'heading' || first.depth !== 1) throw new Error(`docs/users/${path} has no title`);
  return {
    title: plain(first),
    blocks: rest.filter((token) => !isPicture(token)).map((token) => blockOf(token, path)),
  };
}

/** A picture is for the site alone: a page of a sign-in has to be light. */
function isPicture(token: Token): boolean {
  return (
    token.type === 'paragraph' && (token as Tokens.Paragraph).tokens.every(({ type }) => type === 'image')
  );
}

function blockOf(token: Token, path: string): HelpBlock {
  switch (token.type) {
    case 'heading':
      return { kind: 'heading', text: plain(token) };
    case 'paragraph':
      return { kind: 'paragraph', text: plain(token) };
    case 'list': {
      const { ordered, items } = token as Tokens.List;
      return { kind: ordered ? 'steps' : 'list', items: items.map(plain) };
    }
    default:
      throw new Error(`docs/users/${path} has a part that no help page shows: ${token.type}`);
  }
}

/** Throws for markup within a text, which a help page would show as it stands. */
function plain(token: Token): string {
  const text = String((token as Tokens.Text).text);
  if (/[*_`[\]<>]/.test(text)) throw new Error(`a help page has no markup within a text: ${text}`);
  return text.replaceAll(/\s+/g, ' ').trim();
}
