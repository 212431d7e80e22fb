/** The rules of the house, held against every file of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  anyFaults,
  commentFaults,
  exportFaults,
  medianFaults,
  nameFaults,
  openingFaults,
  sizeFaults,
  spreadFaults,
  worldFaults,
} from './architecture/habits.ts';
import { languageFaults } from './architecture/language.ts';
import {
  asyncTypeFaults,
  crowdedFaults,
  cycleFaults,
  eventFaults,
  layerFaults,
  packageFaults,
  storeFaults,
} from './architecture/layers.ts';
import { methodNameFaults } from './architecture/methods.ts';
import { listFiles, readSources, type Source } from './architecture/source.ts';
import { assetFaults, deadViewFaults, pageFaults, pagesOf, unescapedFaults } from './architecture/views.ts';

const ROOT = join(import.meta.dirname, '..');

describe('the architecture', () => {
  let sources: Source[];
  let tests: Source[];
  let views: Record<string, string>;

  before(() => {
    sources = readSources(ROOT, ['src']);
    tests = readSources(ROOT, ['bench', 'test']);
    const paths = listFiles(ROOT, ['views']);
    views = Object.fromEntries(
      paths.map((path) => [path.slice('views/'.length), readFileSync(join(ROOT, path), 'utf8')]),
    );
  });

  function sourceAt(path: string): Source {
    const found = sources.find((source) => source.path === path);
    if (found === undefined) throw new Error(`${path} is missing`);
    return found;
  }

  it('imports across layers in the directions that are allowed', () => {
    expect(layerFaults(sources)).to.deep.equal([]);
  });

  it('imports no store port in http and oidc', () => {
    expect(storeFaults(sources)).to.deep.equal([]);
  });

  it('writes audit lines and notices through the event log alone', () => {
    expect(eventFaults(sources)).to.deep.equal([]);
  });

  it('has no promise in the domain', () => {
    expect(asyncTypeFaults(sources)).to.deep.equal([]);
  });

  it('imports each package in its own layer only', () => {
    expect(packageFaults(sources)).to.deep.equal([]);
  });

  it('keeps at most 16 files in a folder', () => {
    expect(crowdedFaults(listFiles(ROOT, ['src']))).to.deep.equal([]);
  });

  it('names a method in its module and in the catalogue only', () => {
    expect(methodNameFaults(sources)).to.deep.equal([]);
  });

  it('has no import cycles', () => {
    expect(cycleFaults(sources)).to.deep.equal([]);
  });

  it('reads the clock, randomness and the environment in one place each', () => {
    expect(worldFaults(sources)).to.deep.equal([]);
  });

  it('names each part that is handed to a function where parts are wired', () => {
    expect(spreadFaults(sources)).to.deep.equal([]);
  });

  it('keeps files short', () => {
    expect(sizeFaults([...sources, ...tests])).to.deep.equal([]);
    expect(medianFaults(sources)).to.deep.equal([]);
  });

  it('has no catch-all file names', () => {
    expect(nameFaults(listFiles(ROOT, ['bench', 'src', 'test', 'views', 'config']))).to.deep.equal([]);
  });

  it('has no any and silences no tool', () => {
    expect(anyFaults([...sources, ...tests])).to.deep.equal([]);
    expect(commentFaults([...sources, ...tests])).to.deep.equal([]);
  });

  it('exports by name, each thing from its own file', () => {
    expect(exportFaults([...sources, ...tests])).to.deep.equal([]);
  });

  it('has a doc comment at the top of each source file', () => {
    expect(openingFaults(sources)).to.deep.equal([]);
  });

  it('writes comments in short sentences that open with their subject', () => {
    expect(languageFaults([...sources, ...tests])).to.deep.equal([]);
  });

  it('has a view for every page, and no unused view or asset', () => {
    const renderer = sourceAt('src/http/pages/render.ts');
    expect(pageFaults(pagesOf(sourceAt('src/http/pages/page-contract.ts')), renderer, views)).to.deep.equal(
      [],
    );
    expect(deadViewFaults([renderer, sourceAt('src/messages/templates.ts')], views)).to.deep.equal([]);
    expect(assetFaults(sourceAt('src/http/pages/asset-files.ts'), views)).to.deep.equal([]);
  });

  it('escapes every value in a view [A91]', () => {
    expect(unescapedFaults(views)).to.deep.equal([]);
  });

  it('loads every rule and every use case by itself, without side effects', async () => {
    const pure = sources.filter(({ path }) => /^src\/(domain|use-cases)\//.test(path));
    expect(pure).not.to.have.lengthOf(0);
    for (const { path } of pure) await import(join(ROOT, path));
  });
});
