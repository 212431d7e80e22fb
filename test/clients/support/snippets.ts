/** The files that a page of `docs/relying-parties` prints. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const PAGES = join(import.meta.dirname, '../../../docs/relying-parties');

/** A code block that names its file behind its language, as VitePress has it. */
const NAMED_BLOCK = /^```\w+ \[([\w./-]+)\]\n(.*?)^```$/gms;

/** Gives the text of each file that the page prints, by its name. */
export function readSnippets(page: string): Map<string, string> {
  const snippets = new Map<string, string>();
  for (const [, file = '', text = ''] of readFileSync(join(PAGES, `${page}.md`), 'utf8').matchAll(
    NAMED_BLOCK,
  )) {
    if (snippets.has(file)) throw new Error(`${page}.md prints ${file} twice`);
    snippets.set(file, text);
  }
  return snippets;
}

export interface Ports {
  readonly issuer: string | number;
  readonly site: string | number;
  /** The port of an application that stands behind a proxy. */
  readonly upstream: string | number;
}

/**
 * The only difference between a page and its test: a page has Doublelock at port 3000, its application at 4000, and
 * what stands behind the application at 5000. An address in a parameter of another is percent-encoded once or twice.
 */
export function withPorts(text: string, { issuer, site, upstream }: Ports): string {
  return text
    .replaceAll(/localhost(:|%3A|%253A)3000\b/g, `localhost$1${issuer}`)
    .replaceAll(/(?<!\d)4000\b/g, String(site))
    .replaceAll(/localhost:5000\b/g, `localhost:${upstream}`);
}
