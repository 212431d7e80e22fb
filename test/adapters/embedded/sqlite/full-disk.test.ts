/** A disk without room left: refusals, and nothing lost. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { freshDataDir } from '../../../support/stores/embedded.ts';
import type { FullDiskReport } from '../../../support/stores/full-disk-process.ts';

const SCRIPT = fileURLToPath(new URL('../../../support/stores/full-disk-process.ts', import.meta.url));
/** 800 KiB in a mount namespace of its own, gone with the process; needs no more than user namespaces. */
const MOUNTED = ['unshare', '-Urm', 'sh', '-c', 'mount -t tmpfs -o size=800k tmpfs "$0" && exec "$@"'];
/** No file beyond 400 KiB (RLIMIT_FSIZE in blocks of 512 bytes), which needs no privilege anywhere. */
const LIMITED = ['sh', '-c', 'ulimit -f 800 && exec "$@"'];

function run(way: readonly string[], dataDir: string, command: readonly string[]) {
  const [program = '', ...words] = [...way, dataDir, ...command];
  return spawnSync(program, words, { encoding: 'utf8' });
}

function reportOf(way: readonly string[], dataDir: string): FullDiskReport {
  const { stdout, stderr, status } = run(way, dataDir, [process.execPath, SCRIPT, dataDir]);
  expect(status, stderr).to.equal(0);
  return JSON.parse(stdout);
}

function expectIntact(report: FullDiskReport): void {
  expect(report.rewritten, 'no more room is taken than what is kept needs').to.equal(500);
  expect(report.refusedProperly).to.deep.equal([true, true]);
  expect(report.acknowledged[0]).to.be.above(0);
  expect(report.present).to.deep.equal(report.acknowledged);
  expect(report.accountReadable).to.equal(true);
  expect(report.integrity).to.deep.equal(['ok', 'ok']);
}

describe('embedded stores on a full disk', () => {
  const dataDir = freshDataDir();

  it('refuse writes when a file cannot grow, keep acknowledged writes, and stay readable [R29]', () => {
    expectIntact(reportOf(LIMITED, dataDir()));
  });

  it('do so on a file system of 800 KiB too, and continue when there is room again [R29]', function () {
    // A container may forbid mounting; then only the test above can run.
    if (run(MOUNTED, dataDir(), ['true']).status !== 0) this.skip();
    const report = reportOf(MOUNTED, dataDir());
    expectIntact(report);
    expect(report.recovered).to.equal(true);
  });
});
