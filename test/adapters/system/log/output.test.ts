/** Lines of a moment are written together, and none is lost when the process ends by itself. */
import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLogOutput } from '../../../../src/adapters/system/log/output.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';
import { eventually } from '../../../support/time/eventually.ts';

const module = (name: string) =>
  JSON.stringify(new URL(`../../../../src/adapters/system/log/${name}.ts`, import.meta.url).href);

/** Runs a program of these lines and gives its output. */
function outputOf(...lines: readonly string[]): string {
  const program = [`import { standardOutput } from ${module('output')};`, ...lines].join('\n');
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }).stdout;
}

/** Reads what a pipe has now, and gives the number of bytes. */
function drained(reader: number): number {
  const bytes = Buffer.alloc(1024 * 1024);
  let sum = 0;
  try {
    for (let n = 1; n > 0; sum += n) n = readSync(reader, bytes);
  } catch (error) {
    // Nothing more at present.
    expect(error).to.have.property('code', 'EAGAIN');
  }
  return sum;
}

describe('the output of the log', () => {
  const dataDir = freshDataDir();

  it('is written soon, in batches of lines', async () => {
    const path = join(dataDir(), 'log');
    const file = openSync(path, 'a');
    const output = createLogOutput(file);
    output.write('one\n');
    output.write('two\n');
    expect(readFileSync(path, 'utf8')).to.equal('');
    await eventually(async () => expect(readFileSync(path, 'utf8')).to.equal('one\ntwo\n'));
    output.write('three\n');
    output.flush();
    expect(readFileSync(path, 'utf8')).to.equal('one\ntwo\nthree\n');
    closeSync(file);
  });

  it('buffers many lines only briefly', () => {
    const line = JSON.stringify('x'.repeat(1000));
    const text = outputOf(
      `const output = standardOutput();`,
      `for (let n = 0; n < 100; n += 1) output.write(${line} + '\\n');`,
      'process.kill(process.pid, "SIGKILL");',
    );
    expect(text.length).to.be.above(90_000);
  });

  it('is complete when the process ends, by itself or by a fault', () => {
    const write = `standardOutput().write('last words\\n');`;
    expect(outputOf(write)).to.equal('last words\n');
    expect(outputOf(write, 'process.exit(1);')).to.equal('last words\n');
    expect(outputOf(write, 'throw new Error("over");')).to.equal('last words\n');
  });

  it('has the fatal line at once', () => {
    const text = outputOf(
      `import { createLogger } from ${module('logger')};`,
      `createLogger({ level: 'info' }).fatal({ event: 'server.failed' });`,
      'process.kill(process.pid, "SIGKILL");',
    );
    expect(text).to.include('server.failed');
  });

  it('waits for no reader, and tells how many lines found no room [A111]', async () => {
    const pipe = join(dataDir(), 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).to.equal(0);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(pipe, constants.O_WRONLY);
    const output = createLogOutput(writer);
    const lost: number[] = [];
    output.whenDropped((count) => lost.push(count));
    const line = `${'x'.repeat(999)}\n`;
    for (let n = 0; n < 3000; n += 1) output.write(line);
    output.flush();
    expect(output.dropped).to.be.within(1500, 2500);
    expect(lost).to.deep.equal([]);
    let read = 0;
    await eventually(async () => {
      read += drained(reader);
      expect(lost).to.deep.equal([output.dropped]);
    });
    read += drained(reader);
    expect(read).to.equal((3000 - output.dropped) * line.length);
    closeSync(writer);
    closeSync(reader);
  });

  it('does not stop the process when its reader is gone', () => {
    const program = `import { createLogOutput } from ${module('output')};
      const output = createLogOutput(1);
      output.write('gone\\n');
      output.flush();
      output.write('gone\\n');
      setTimeout(() => console.error('alive'), 50);`;
    const { stdout } = spawnSync(
      '/bin/sh',
      ['-c', '"$0" --input-type=module --eval "$1" 2>&1 >&3 3>&- | cat', process.execPath, program],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit', openSync('/dev/full', 'w')] },
    );
    expect(stdout).to.equal('alive\n');
  });
});
