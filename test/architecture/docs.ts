/** Rules for the pages of the documentation. Each gives the faults that it found, one line each. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sentenceFaults } from './language.ts';

export interface Page {
  readonly path: string;
  readonly text: string;
}

const ROOT_PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];

/** Written by programs, and held to their sources. */
const GENERATED = /^docs\/(reference\/|traceability\.md)/;

/** The pages that people write. `docs/api` and the built site are left out. */
export function readPages(root: string): Page[] {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(api|\.vitepress)\//.test(name))
    .map((name) => `docs/${name}`)
    .filter((path) => !GENERATED.test(path));
  return [...ROOT_PAGES, ...below.sort()].map((path) => ({
    path,
    text: readFileSync(join(root, path), 'utf8'),
  }));
}

const FOLDERS = 'src|test|docs|config|deploy|views|bench|bin';
const PATHS = new RegExp(`\`((?:${FOLDERS})/[\\w./-]+)\``, 'g');

/** Made by commands that these pages tell of, and in no repository. */
const MADE = ['docs/api', 'docs/.vitepress/dist'];

/** Files and folders that a page names and that do not exist. */
export function missingPaths(root: string, pages: readonly Page[]): string[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(PATHS)]
      .map(([, named = '']) => named)
      .filter((named) => !MADE.includes(named) && !existsSync(join(root, named)))
      .map((named) => `${path} names ${named}`),
  );
}

/** Codes of rows, as A19 or B.1, that a page names and that have no meaning. */
export function unknownRows(pages: readonly Page[], rows: Readonly<Record<string, unknown>>): string[] {
  return pages.flatMap(({ path, text }) =>
    [...text.matchAll(/(?<![\w/.-])(?:[ARD]\d{1,3}|[UB]\.\d+)(?![\w.])/g)]
      .map(([code]) => code)
      .filter((code) => !(code in rows))
      .map((code) => `${path} names the row ${code}`),
  );
}

/** Sentences of a page that are too long, or that open with a clause in the place of their subject. */
export function pageFaults(pages: readonly Page[]): string[] {
  return pages.flatMap(({ path, text }) =>
    blocksOf(text).flatMap((block) => sentenceFaults(block).map((fault) => `${path} ${fault}`)),
  );
}

/** Paragraphs, points of a list and cells of a table, without code blocks, links and emphasis. */
function blocksOf(text: string): string[] {
  return text
    .replace(/^(```|~~~).*?^\1/gms, '\n')
    .replace(/<!--.*?-->/gs, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`[^`\n]*`/g, 'code')
    .replaceAll('**', '')
    .split(/\n\s*\n|\n(?=\s*(?:[-*#|]|\d+\.) ?)|\|/)
    .map((block) =>
      block
        .replace(/^\s*(?:[-*#]+|\d+\.) /, '')
        .replace(/\s+/g, ' ')
        .trim(),
    );
}
