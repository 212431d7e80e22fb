/** The end of `npm test` tells what failed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createRunner, type Run } from '../support/run/runner.ts';
import { freshDataDir } from '../support/stores/embedded.ts';

const REPORTER = new URL('../support/reporter.ts', import.meta.url).pathname;
const MOCHA = new URL('../../node_modules/mocha/bin/mocha.js', import.meta.url).pathname;

describe('the runner of the suites', () => {
  const folder = freshDataDir();

  /** A run of one file with this text. */
  function runOf(name: string, text: string): Run {
    const file = join(folder(), `${name.replaceAll(' ', '-')}.test.cjs`);
    writeFileSync(file, text);
    return {
      name,
      command: [process.execPath, MOCHA, '--no-config', '--no-package', '--reporter', REPORTER, file],
    };
  }

  async function outcome(...runs: Run[]) {
    const written: Buffer[] = [];
    const runner = createRunner((part) => written.push(part));
    const isWell = await runner.execute(runs, 2);
    return { isWell, output: Buffer.concat(written).toString(), failures: runner.failures() };
  }

  const passing = () => runOf('that pass', `it('passes', () => {});`);

  it('reports nothing when every test passes', async () => {
    const { isWell, output, failures } = await outcome(passing());
    expect([isWell, failures]).to.deep.equal([true, '']);
    expect(output).to.include('1 passed, 0 failed').and.to.include('# Suites that pass: passed after');
  });

  it('repeats each failed test in the end, with its run, its file, its full title and its error', async () => {
    const text = `describe('a door', () => {
      it('opens', () => {});
      it('closes', () => { throw new Error('it is stuck'); });
      describe('with a lock', () => {
        before(() => { throw new Error('no key'); });
        it('locks', () => {});
      });
    });`;
    const { isWell, output, failures } = await outcome(passing(), runOf('of doors', text));
    expect(isWell).to.equal(false);
    expect(output).to.include('1 passed, 2 failed');
    expect(failures).to.match(/^\n# Failures\n/);
    const [first = '', second = ''] = failures.split(/^\d+\) /m).slice(1);
    expect(first).to.match(
      /^Suites of doors, .*of-doors\.test\.cjs\n {2}a door closes\n {4}Error: it is stuck\n/,
    );
    expect(first).to.match(/\n {8}at .*of-doors\.test\.cjs:3:/);
    expect(second).to.include('a door with a lock "before all" hook').and.to.include('Error: no key');
    expect(first.split('\n').length, 'no more than the beginning of an error').to.be.at.most(19);
  });

  it('gives the last lines of a run that ends without a failed test', async () => {
    const { isWell, failures } = await outcome(runOf('that crash', `throw new Error('cannot be loaded');`));
    expect(isWell).to.equal(false);
    expect(failures).to.match(/^1\) Suites that crash: ended with code \d+, and no test failed\./m);
    expect(failures).to.include('Error: cannot be loaded');
  });
});
