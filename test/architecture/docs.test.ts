/** The pages of the documentation name what exists, and read easily. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readRows } from '../../scripts/reference/traceability.ts';
import { missingPaths, type Page, pageFaults, readPages, unknownRows } from './docs.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the documentation', () => {
  let pages: Page[];

  before(() => {
    pages = readPages(ROOT);
  });

  it('names files and folders that exist', () => {
    expect(missingPaths(ROOT, pages)).to.deep.equal([]);
  });

  it('names rows that have a meaning', () => {
    expect(unknownRows(pages, readRows())).to.deep.equal([]);
  });

  it('is written in short sentences that open with their subject', () => {
    expect(pageFaults(pages)).to.deep.equal([]);
  });

  it('shows the same plugin in the README and in its guide', () => {
    const exampleOf = (path: string) =>
      /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, path), 'utf8'))?.[1] ?? path;
    expect(exampleOf('docs/guides/plugin.md')).to.equal(exampleOf('README.md'));
  });

  it('keeps the README to one short page', () => {
    expect(readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').length).to.be.at.most(150);
  });

  it('finds the faults of a page', () => {
    const page = (text: string): Page[] => [{ path: 'docs/x.md', text }];
    expect(missingPaths(ROOT, page('See `src/nowhere.ts` and `src/domain`.'))).to.deep.equal([
      'docs/x.md names src/nowhere.ts',
    ]);
    expect(unknownRows(page('As A999 and A1 say.'), { A1: {} })).to.deep.equal([
      'docs/x.md names the row A999',
    ]);
    expect(pageFaults(page(`# One\n\n| Who asks | ${'word '.repeat(26)}|\n`))).to.have.lengthOf(2);
  });
});
