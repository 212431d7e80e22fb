/** Every page has its view, every view and asset is used, and nothing but a view's own parts is left unescaped. */
import { parseSync, Visitor } from 'oxc-parser';
import type { Source } from './source.ts';

/** Text of the files under `views/`, by path from there: `layout.ejs`, `partials/alert.ejs`. */
export type Views = Readonly<Record<string, string>>;

/** The keys of `interface Pages`, where every page is declared. */
export function pagesOf({ program }: Source): string[] {
  const pages: string[] = [];
  new Visitor({
    TSInterfaceDeclaration({ id, body }) {
      if (id.name !== 'Pages') return;
      for (const member of body.body) {
        if (member.type !== 'TSPropertySignature') continue;
        if (member.key.type === 'Identifier') pages.push(member.key.name);
        if (member.key.type === 'Literal') pages.push(String(member.key.value));
      }
    },
  }).visit(program);
  return pages;
}

interface Naming {
  /** By property name: the table that gives each page its view. */
  readonly byKey: ReadonlyMap<string, string>;
  readonly all: ReadonlySet<string>;
}

/** The texts that the renderer names views by. */
function namingOf({ program }: Source): Naming {
  const byKey = new Map<string, string>();
  const all = new Set<string>();
  new Visitor({
    Property({ key, value }) {
      if (value.type !== 'Literal') return;
      if (key.type === 'Identifier') byKey.set(key.name, String(value.value));
      if (key.type === 'Literal') byKey.set(String(key.value), String(value.value));
    },
    Literal({ value }) {
      all.add(String(value));
    },
  }).visit(program);
  return { byKey, all };
}

function templates(views: Views): string[] {
  return Object.keys(views).filter((path) => path.endsWith('.ejs'));
}

/** Pages whose view is missing. */
export function pageFaults(pages: readonly string[], renderer: Source, views: Views): string[] {
  const { byKey } = namingOf(renderer);
  return pages.flatMap((page) => {
    const view = byKey.get(page);
    if (view === undefined) return [`${renderer.path} names no view for "${page}"`];
    return `${view}.ejs` in views ? [] : [`views/${view}.ejs, the view of "${page}", is missing`];
  });
}

function partialsIn(text: string): string[] {
  return [...text.matchAll(/\bpartial\('([^']+)'/g)].map(([, name]) => `partials/${name}.ejs`);
}

/** Views that no page or letter leads to, and partials that are not there. */
export function deadViewFaults(renderers: readonly Source[], views: Views): string[] {
  const named = new Set(renderers.flatMap((renderer) => [...namingOf(renderer).all]));
  const waiting = templates(views).filter((path) => named.has(path.replace(/\.ejs$/, '')));
  const reached = new Set<string>();
  const faults: string[] = [];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const partial of partialsIn(views[path] ?? '')) {
      if (partial in views) waiting.push(partial);
      else faults.push(`views/${path} shows ${partial}, which is missing`);
    }
  }
  const dead = templates(views).filter((path) => !reached.has(path));
  return [...faults, ...dead.map((path) => `views/${path} is never shown`)];
}

/** Assets that neither a view asks for nor the loader puts into another one, and assets asked for that are missing. */
export function assetFaults(loader: Source, views: Views): string[] {
  const asked = templates(views).flatMap((path) =>
    [...(views[path] ?? '').matchAll(/\basset\('([^']+)'\)/g)].map(([, name]) => `assets/${name}`),
  );
  const { all } = namingOf(loader);
  const there = Object.keys(views).filter((path) => path.startsWith('assets/'));
  const unused = there.filter((path) => !asked.includes(path) && !all.has(path.slice('assets/'.length)));
  const missing = [...new Set(asked)].filter((path) => !there.includes(path));
  return [
    ...unused.map((path) => `views/${path} is never used`),
    ...missing.map((path) => `views/${path} is missing`),
  ];
}

/**
 * Another view, the page in its layout, or the text of `unbroken()`: each is escaped where it is written. The
 * stylesheet is a file of the product.
 */
function isEscapedAlready(expression: string): boolean {
  const [statement, ...more] = parseSync('view.ts', expression).program.body;
  if (statement?.type !== 'ExpressionStatement' || more.length > 0) return false;
  const written = statement.expression;
  if (written.type === 'Identifier') return ['body', 'inlineStyle'].includes(written.name);
  if (written.type !== 'CallExpression' || written.callee.type !== 'Identifier') return false;
  return ['partial', 'include', 'unbroken'].includes(written.callee.name);
}

/** `<%-` writes without escaping. */
export function unescapedFaults(views: Views): string[] {
  return templates(views).flatMap((path) =>
    [...(views[path] ?? '').matchAll(/<%-(.*?)[-_]?%>/gs)].flatMap(([tag, written = '']) =>
      isEscapedAlready(written) ? [] : [`views/${path} writes unescaped: ${tag}`],
    ),
  );
}
