/** The page that tells what the codes in test titles mean is the one that the tests give. */
import { join } from 'node:path';
import { expect } from 'chai';
import { readRows, testsByCode, traceabilityFaults } from '../../scripts/reference/traceability.ts';
import { parseSource, readSources } from '../architecture/source.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('docs/traceability.md', () => {
  it('gives every code in a test title a meaning, and every row a test or a reason', () => {
    expect(traceabilityFaults(readRows(), testsByCode(readSources(ROOT, ['test'])))).to.deep.equal([]);
  });

  it('finds the codes at the end of titles alone', () => {
    const source = parseSource(
      'test/example.test.ts',
      `it('refuses it twice [A32 R5]', run); it(\`asks \${name} [B.2]\`, run); find('input[name=code]'); it('x [A1] y');`,
    );
    expect([...testsByCode([source])]).to.deep.equal([
      ['A32', [{ path: 'test/example.test.ts', title: 'refuses it twice' }]],
      ['R5', [{ path: 'test/example.test.ts', title: 'refuses it twice' }]],
      ['B.2', [{ path: 'test/example.test.ts', title: 'asks …' }]],
    ]);
  });

  it('names the suites that a test is in', () => {
    const source = parseSource(
      'test/example.test.ts',
      "describe('a code [A1]', () => { describe('by mail', () => { it('is sent [A2]', run); }); }); describe('b', run);",
    );
    expect([...testsByCode([source])]).to.deep.equal([
      ['A1', [{ path: 'test/example.test.ts', title: 'a code' }]],
      ['A2', [{ path: 'test/example.test.ts', title: 'a code: by mail: is sent' }]],
    ]);
  });

  it('reports a code without a meaning and a row without a test', () => {
    const rows = { A1: { means: 'One.' }, A2: { means: 'Two.', notTested: 'Not built yet.' } };
    expect(
      traceabilityFaults(
        rows,
        new Map([
          ['A2', []],
          ['A3', []],
        ]),
      ),
    ).to.deep.equal([
      'A3 has no meaning',
      'A1 has neither a test nor a reason',
      'A2 is tested, and says why not',
    ]);
  });
});
