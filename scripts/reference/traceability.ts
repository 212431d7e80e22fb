/** Makes docs/traceability.md from the codes at the end of test titles. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CallExpression, type Node, Visitor } from 'oxc-parser';
import { readSources, type Source } from '../../test/architecture/source.ts';

interface Row {
  readonly means: string;
  /** The reason for a row without a test. */
  readonly notTested?: string;
}

interface Shown {
  readonly path: string;
  readonly title: string;
}

const ROOT = join(import.meta.dirname, '../..');

const CODED = /^(.*\S) \[((?:[A-Z]\d+|[0-9A-Z]\.\d+)(?: (?:[A-Z]\d+|[0-9A-Z]\.\d+))*)\]$/s;

/** Longer lists are folded. */
const OPEN_LIST = 5;

const GROUPS: readonly (readonly [codes: RegExp, heading: string])[] = [
  [/^\d\./, 'Acts of people and administrators'],
  [/^U\./, 'The product as a whole'],
  [/^B\./, 'Beyond other products'],
  [/^A/, 'Attacks'],
  [/^R/, 'Faults'],
  [/^D/, 'Design rules'],
];

const HEAD = `<!-- Generated from docs/rows.json and the titles of the tests by \`npm run generate\`. -->

# Traceability

A code in brackets at the end of a test title names a row of this page. The meanings stand in \`docs/rows.json\`.
A title that stands on a whole suite counts for every test in it. \`…\` in a title takes several values.
`;

export function readRows(): Readonly<Record<string, Row>> {
  return JSON.parse(readFileSync(join(ROOT, 'docs/rows.json'), 'utf8'));
}

/** The tests that carry each code, in the order of their files, with the suites that they are in. */
export function testsByCode(sources: readonly Source[]): Map<string, Shown[]> {
  const found = new Map<string, Shown[]>();
  for (const { path, program } of sources) {
    const suites: string[] = [];
    const note = (text: string) => {
      const { title, codes } = parted(text);
      // The title of a suite is in the list of suites already.
      const chain = suites.at(-1) === title ? suites : [...suites, title];
      for (const code of codes)
        found.set(code, [...(found.get(code) ?? []), { path, title: chain.join(': ') }]);
    };
    new Visitor({
      CallExpression(call) {
        if (isSuite(call)) suites.push(parted(textOf(call.arguments[0])).title);
      },
      'CallExpression:exit'(call) {
        if (isSuite(call)) suites.pop();
      },
      Literal: (literal) => note(textOf(literal)),
      TemplateLiteral: (template) => note(textOf(template)),
    }).visit(program);
  }
  return found;
}

function isSuite({ callee }: CallExpression): boolean {
  return callee.type === 'Identifier' && callee.name === 'describe';
}

/** The text of a literal, with `…` for each value in it; empty for any other node. */
function textOf(node: Node | undefined): string {
  if (node?.type === 'Literal') return typeof node.value === 'string' ? node.value : '';
  return node?.type === 'TemplateLiteral' ? node.quasis.map(({ value }) => value.cooked ?? '').join('…') : '';
}

function parted(text: string): { title: string; codes: string[] } {
  const [, title = text, codes] = CODED.exec(text) ?? [];
  return { title, codes: codes?.split(' ') ?? [] };
}

/** Codes without a meaning, rows without a test or a reason, and reasons for rows that are tested after all. */
export function traceabilityFaults(rows: Readonly<Record<string, Row>>, tests: ReadonlyMap<string, unknown>) {
  return [
    ...[...tests.keys()].filter((code) => !(code in rows)).map((code) => `${code} has no meaning`),
    ...Object.entries(rows).flatMap(([code, { notTested }]) => {
      if (tests.has(code)) return notTested === undefined ? [] : [`${code} is tested, and says why not`];
      return notTested === undefined ? [`${code} has neither a test nor a reason`] : [];
    }),
  ];
}

export function traceability(): string {
  const rows = readRows();
  const tests = testsByCode(readSources(ROOT, ['test']));
  const tables = GROUPS.map(([codes, heading]) => {
    const lines = Object.entries(rows)
      .filter(([code]) => codes.test(code))
      .map(([code, row]) => `| ${code} | ${row.means} | ${testsCell(tests.get(code) ?? [], row)} |`);
    return ['', `## ${heading}`, '', '| row | meaning | tests |', '| --- | --- | --- |', ...lines, ''].join(
      '\n',
    );
  });
  return HEAD + tables.join('');
}

function testsCell(tests: readonly Shown[], { notTested }: Row): string {
  if (tests.length === 0) return `not tested here: ${escaped(notTested ?? '')}`;
  const paths = [...new Set(tests.map(({ path }) => path))];
  const list = paths
    .map((path) => {
      const titles = tests
        .filter((test) => test.path === path)
        .map(({ title }) => `<li>${escaped(title)}</li>`);
      return `<code>${path}</code><ul>${titles.join('')}</ul>`;
    })
    .join('');
  return tests.length > OPEN_LIST
    ? `<details><summary>${tests.length} tests</summary>${list}</details>`
    : list;
}

/** Text for a cell of a table: no HTML, no end of the cell, no expression of the site's templates. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('{', '&#123;')
    .replace(/[|\\*_`[\]]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replace(/\s+/g, ' ');
}
