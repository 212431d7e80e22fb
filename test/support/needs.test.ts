/** A suite without its programs says so and is skipped; under CI it fails. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findTool } from './needs.ts';

const MOCHA = join(import.meta.dirname, '../../node_modules/mocha/bin/mocha.js');
const NEEDS = join(import.meta.dirname, 'needs.ts');

describe('needs', () => {
  let folder: string;
  let oathtool: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'doublelock-needs-'));
    oathtool = join(folder, 'oathtool');
    writeFileSync(oathtool, '#!/bin/sh\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function runSuite(environment: NodeJS.ProcessEnv) {
    const suite = `import { needs } from ${JSON.stringify(NEEDS)};
      describe('codes', () => {
        const { oathtool } = needs('oathtool');
        it('are generated', () => console.log('made by ' + oathtool));
      });`;
    writeFileSync(join(folder, 'codes.test.ts'), suite);
    const run = spawnSync(process.execPath, [MOCHA, '--no-config', join(folder, 'codes.test.ts')], {
      cwd: folder,
      env: environment,
      encoding: 'utf8',
    });
    return { status: run.status, said: run.stdout + run.stderr };
  }

  it('takes only a program that can be run, on the PATH or named by its variable', () => {
    expect(findTool('oathtool', { PATH: folder })).to.equal(null);
    chmodSync(oathtool, 0o755);
    expect(findTool('oathtool', { PATH: `/nowhere:${folder}` })).to.equal(oathtool);
    expect(findTool('oathtool', { PATH: '/nowhere', OATHTOOL_PATH: oathtool })).to.equal(oathtool);
    expect(findTool('oathtool', { PATH: folder, OATHTOOL_PATH: '/nowhere/oathtool' })).to.equal(null);
  });

  it('skips the suite with a message that says what to install', () => {
    const { status, said } = runSuite({ PATH: '/nowhere' });
    expect(said).to.include('SKIPPED').and.include('apt-get install oathtool').and.include('1 pending');
    expect(said).not.to.include('made by');
    expect(status).to.equal(0);
  });

  it('fails the suite under CI', () => {
    const { status, said } = runSuite({ PATH: '/nowhere', CI: 'true' });
    expect(said).to.include('apt-get install oathtool').and.include('1 failing');
    expect(status).not.to.equal(0);
  });

  it('runs the suite with the program it found', () => {
    chmodSync(oathtool, 0o755);
    const { status, said } = runSuite({ PATH: folder, CI: 'true' });
    expect(said).to.include(`made by ${oathtool}`);
    expect(status).to.equal(0);
  });
});
