/** The first minute of an operator: what starting says, what it refuses, and how it ends. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { freePort } from '../../support/process/free-port.ts';
import { LOOPBACK, rawRequest } from '../../support/process/raw-request.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { PATIENCE_MS, programs, READY_WITHIN_MS, STOPPED_WITHIN_MS } from '../program.ts';

const DEMO_PASSWORD = 'correct horse battery staple';

describe('starting the program', function () {
  this.timeout(PATIENCE_MS);
  const { start, refused } = programs();
  const dataDir = freshDataDir();

  it('prints the addresses and demo accounts within 5 s of npm start, and stops within 5 s [0.4]', async () => {
    const program = await start({ config: null, command: ['npm', 'start'] });
    expect(program.readyAfter).to.be.below(READY_WITHIN_MS);
    expect((await rawRequest(program.port, { path: '/health/ready' })).status).to.equal(200);

    const { out } = program.output();
    for (const path of ['', '/demo', '/dev/outbox', '/health/ready'])
      expect(out).to.match(new RegExp(`http://localhost:${program.port}${path}$`, 'm'));
    expect(out).to.match(new RegExp(`^ +bob@acme\\.test +${DEMO_PASSWORD} +\\(acme\\)$`, 'm'));

    // npm may be gone before: the end is the one of the server, which holds the same pipes.
    expect((await program.stop()).after).to.be.below(STOPPED_WITHIN_MS);
    const refusal = await rawRequest(program.port).catch((error: NodeJS.ErrnoException) => error.code);
    expect(refusal).to.equal('ECONNREFUSED');
    expect(program.log().at(-1)).to.include({ event: 'server.stopped' });
  });

  it('moves the issuer and the demo to the port in PORT [0.4]', async () => {
    const program = await start({ config: null });
    const visitor = program.visitor();
    const discovery = JSON.parse((await visitor.get('/.well-known/openid-configuration')).text);
    expect(discovery.issuer).to.equal(`http://localhost:${program.port}`);
    expect(discovery.token_endpoint).to.equal(`http://localhost:${program.port}/token`);
    const asked = new URL((await visitor.get('/demo/start')).location ?? '');
    expect(asked.searchParams.get('redirect_uri')).to.equal(`http://localhost:${program.port}/demo/callback`);
    expect((await visitor.open('/demo/start')).name).to.equal('sign-in');
  });

  it('prints no accounts of a configuration other than the demo [0.4]', async () => {
    const program = await start();
    const { out, err } = program.output();
    expect(out).to.include(`Doublelock is at ${program.origin}\n`);
    expect(out + err).not.to.match(/@open\.test|correct horse/);
    expect((await program.visitor().get('/demo')).text).not.to.include('@open.test');
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`exits with 0 within 5 s of ${signal} after it has served requests [0.4]`, async () => {
      const program = await start();
      await program.visitor().open('/account');
      const { code, after } = await program.stop(signal);
      expect(code).to.equal(0);
      expect(after).to.be.below(STOPPED_WITHIN_MS);
    });
  }

  it('says in one line that the port is in use [0.4]', async () => {
    const { port } = await start();
    const { code, out, err } = await refused({ env: { PORT: String(port) } });
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.match(new RegExp(`^[^\n]*port ${port}[^\n]* in use[^\n]*\n$`));
  });

  it('exits when the metrics port is in use, and names the setting [0.4]', async () => {
    const { port } = await start();
    const { code, err } = await refused({ config: { metrics: { port } } });
    expect(code).to.equal(1);
    expect(err).to.match(new RegExp(`^port ${port}[^\n]* in use[^\n]* metrics\\.port [^\n]*\n$`));
  });

  it('exits when the port is in use, even while a store server does not answer [0.4]', async () => {
    const { port } = await start();
    const REDIS_URL = `redis://${LOOPBACK}:${await freePort()}`;
    const { code, err } = await refused({ env: { PORT: String(port), REDIS_URL } });
    expect(code).to.equal(1);
    expect(err).to.match(new RegExp(`^[^\n]*port ${port}[^\n]* in use[^\n]*\n$`));
  });

  it('starts without its store, answers not ready, and logs the reason [R9]', async () => {
    const REDIS_URL = `redis://${LOOPBACK}:${await freePort()}`;
    const program = await start({ env: { REDIS_URL } });
    const { status, text } = await program.visitor().get('/health/ready');
    expect([status, JSON.parse(text)]).to.deep.equal([
      503,
      { status: 'not ready', reason: 'a store does not answer' },
    ]);
    const { level, error } = await program.logged('store.unavailable');
    expect(level).to.equal('error');
    expect(error)
      .to.have.property('message')
      .that.matches(/^Redis: /);
  });

  it('says in one line that the data directory cannot be written to [0.4]', async () => {
    const file = join(dataDir(), 'file');
    writeFileSync(file, '');
    const { code, err } = await refused({ dataDir: join(file, 'data') });
    expect(code).to.equal(1);
    expect(err).to.match(/^[^\n]*accounts\.sqlite[^\n]*cannot be made[^\n]* \(ENOTDIR\)\n$/);
    expect(err).to.include(join(file, 'data'));
  });

  it('says in one line that a newer release has written the data [0.4]', async () => {
    const program = await start({ dataDir: dataDir() });
    await program.stop();
    const database = new DatabaseSync(join(dataDir(), 'accounts.sqlite'));
    database.exec('PRAGMA user_version = 999');
    database.close();
    const { code, err } = await refused({ dataDir: dataDir() });
    expect(code).to.equal(1);
    expect(err).to.match(/^accounts\.sqlite has schema version 999[^\n]*\n$/);
  });

  it('says in one line that a file of the data directory is no database [0.4]', async () => {
    mkdirSync(join(dataDir(), 'data'));
    writeFileSync(join(dataDir(), 'data', 'accounts.sqlite'), 'not a database, '.repeat(200));
    const { code, err } = await refused({ dataDir: join(dataDir(), 'data') });
    expect(code).to.equal(1);
    expect(err).to.match(/^accounts\.sqlite: [^\n]*not a database[^\n]*\n$/);
  });

  it('lists every fault of the configuration and does not start [0.4]', async () => {
    const { code, out, err } = await refused({
      config: { nonsense: true, session: { absolute_hours: 'x' } },
    });
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.match(/^\S+ has 2 faults:\n.*nonsense.*\n.*session\.absolute_hours.*\n$/);
  });

  it('serves from two processes on the same data directory [R25]', async () => {
    const one = await start({ dataDir: dataDir() });
    const other = await start({ dataDir: dataDir() });
    for (const program of [one, other])
      expect((await program.visitor().get('/health/ready')).status).to.equal(200);
    const keys = await Promise.all(
      [one, other].map(async (program) => (await program.visitor().get('/jwks')).text),
    );
    expect(keys[0]).to.equal(keys[1]);
  });
});
