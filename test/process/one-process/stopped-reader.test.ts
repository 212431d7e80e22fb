/** The log goes to a program that has stopped reading it. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { freePort } from '../../support/process/free-port.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { withoutNamedServers } from '../../support/stores/named-servers.ts';
import { eventually } from '../../support/time/eventually.ts';
import { configAt, PATIENCE_MS, ROOT } from '../program.ts';

/** More lines than a pipe holds, which is 64 KiB on Linux. */
const REQUESTS = 1000;

describe('a log whose reader has stopped', function () {
  this.timeout(PATIENCE_MS);
  const folder = freshDataDir();

  it('keeps nobody waiting: the server answers as before, its health page included [A111]', async () => {
    const [pipe, file] = [join(folder(), 'log'), join(folder(), 'config.yaml')];
    expect(spawnSync('mkfifo', [pipe]).status).to.equal(0);
    const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(pipe, constants.O_WRONLY);
    const port = await freePort();
    writeFileSync(file, stringify(configAt(port)));
    const env = {
      ...withoutNamedServers(process.env),
      DOUBLELOCK_CONFIG: file,
      DATA_DIR: join(folder(), 'data'),
    };
    const words = ['--require', './preload.cjs', 'src/main.ts'];
    const child = spawn(process.execPath, words, { cwd: ROOT, env, stdio: ['ignore', writer, 'ignore'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      const get = (path: string) =>
        fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' }).then(({ status }) => status);
      await eventually(async () => expect(await get('/health/ready')).to.equal(200));
      for (let n = 0; n < REQUESTS; n += 50)
        await Promise.all(Array.from({ length: 50 }, () => get('/nothing-is-here')));
      expect(await get('/health/live')).to.equal(200);
      expect(await get('/account')).to.equal(303);
    } finally {
      child.kill('SIGTERM');
      await ended;
      closeSync(writer);
      closeSync(reader);
    }
  });
});
