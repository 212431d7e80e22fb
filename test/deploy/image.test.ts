/** The Dockerfile: parsed by BuildKit's parser, and what it installs and starts done here without Docker. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { PASSWORD, SECRET, standardConfig } from '../support/app.ts';
import { freePort } from '../support/process/free-port.ts';
import { LOOPBACK, rawRequest } from '../support/process/raw-request.ts';
import { eventually } from '../support/time/eventually.ts';
import { startStopwatch } from '../support/time/own-time.ts';
import { totpCode } from '../support/totp.ts';
import { createVisitor } from '../support/visitor.ts';
import { type Dockerfile, environmentOf, lastOf, makeImage, putNode } from './image.ts';
import { deploymentReader, run } from './reading.ts';

/** Milliseconds: packages are installed from the registry. */
const PATIENCE_MS = 600_000;
/** Beside other work: how long a start takes is measured elsewhere. */
const READY_WITHIN_MS = 120_000;
/** This test's own limit. */
const STOPPED_WITHIN_MS = 5000;
const LOOK_EVERY_MS = 50;
/** Debian's `nobody`: somebody who owns nothing. */
const NOBODY = 65_534;

describe('the Dockerfile', function () {
  this.timeout(PATIENCE_MS);
  const read = deploymentReader();
  const asNobody = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  let dockerfile: Dockerfile;
  let folder: string;
  let image: string;
  let env: Record<string, string>;
  let children: ChildProcess[] = [];

  before(async () => {
    dockerfile = await read<Dockerfile>('dockerfile', '.');
    folder = mkdtempSync(join(tmpdir(), 'doublelock-image-'));
    image = await makeImage(dockerfile, folder);
    env = { ...mounted(environmentOf(dockerfile)), PATH: putNode(image) };
    await run('chmod', ['-R', 'a-w,a+rX', image]);
    chmodSync(folder, 0o755);
  });
  afterEach(async () => {
    await Promise.all(children.map(end));
    children = [];
  });
  after(async () => {
    await run('chmod', ['-R', 'u+w', image]);
    rmSync(folder, { recursive: true, force: true });
  });

  /** Maps the files outside the image to a folder beside it. */
  function mounted(variables: Record<string, string>): Record<string, string> {
    const place = (value: string) => (value.startsWith('/') ? join(folder, 'mounted', value) : value);
    return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, place(value)]));
  }

  /** Puts a configuration and an empty data directory where the image expects them. */
  function mount(port: number): void {
    const { DOUBLELOCK_CONFIG: config = '', DATA_DIR: data = '' } = env;
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data, { recursive: true });
    chmodSync(data, 0o777);
    mkdirSync(dirname(config), { recursive: true });
    const listen = { host: '0.0.0.0', port };
    const environment = 'development';
    writeFileSync(
      config,
      stringify({ ...standardConfig(), environment, issuer: `http://${LOOPBACK}:${port}`, listen }),
    );
  }

  function execute([command = '', ...words]: readonly string[], more: Record<string, string> = {}) {
    const child = spawn(command, words, {
      cwd: join(image, lastOf(dockerfile, 'WORKDIR').words[0] ?? ''),
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...asNobody,
    });
    children.push(child);
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => said.push(String(chunk)));
    return { child, said: () => said.join(''), ended: once(child, 'close') };
  }

  async function started() {
    const port = await freePort();
    mount(port);
    const server = execute(lastOf(dockerfile, 'CMD').words, { PORT: String(port) });
    await eventually(async () => expect(server.said()).to.include('Doublelock is at'), READY_WITHIN_MS);
    return { ...server, port };
  }

  it('passes BuildKit’s checks without a warning', () => {
    expect(dockerfile.warnings).to.deep.equal([]);
  });

  it('runs as an unprivileged user, with commands that need no shell', () => {
    expect(lastOf(dockerfile, 'USER').words).to.deep.equal(['node']);
    expect(lastOf(dockerfile, 'CMD').isExec).to.equal(true);
    expect(lastOf(dockerfile, 'HEALTHCHECK').isExec).to.equal(true);
  });

  it('copies nothing else into the image [A98]', () => {
    const copied = dockerfile.instructions
      .filter(({ keyword, flags }) => keyword === 'COPY' && flags.length === 0)
      .flatMap(({ words }) => words.slice(0, -1));
    const strangers = dockerfile.context.filter(
      (file) => !copied.some((name) => file === name || file.startsWith(`${name}/`)),
    );
    expect(strangers).to.deep.equal([]);
  });

  it('installs the dependencies of the server and no development dependency', () => {
    const packages = readdirSync(join(image, 'app/node_modules'));
    expect(packages).to.include.members(['koa', 'oidc-provider', 'mongoose', 'ioredis']);
    for (const name of ['node', 'mocha', 'typescript', '@biomejs']) expect(packages).not.to.include(name);
  });

  it('starts a healthy server that signs people in from a read-only file system', async () => {
    const before = filesOf(join(image, 'app'));
    const { port, said } = await started();
    expect((await rawRequest(port, { path: '/health/ready' })).status).to.equal(200);
    const [, ...healthcheck] = lastOf(dockerfile, 'HEALTHCHECK').words;
    const [healthy] = await execute(healthcheck, { PORT: String(port) }).ended;
    expect(healthy, 'with a server').to.equal(0);
    const [unhealthy] = await execute(healthcheck, { PORT: String(await freePort()) }).ended;
    expect(unhealthy, 'without one').to.equal(1);

    const visitor = createVisitor(`http://${LOOPBACK}:${port}`);
    await visitor.open('/account/security');
    await visitor.signIn('app@open.test', PASSWORD);
    expect((await visitor.enterCode(totpCode(SECRET, Date.now()))).name).to.equal('security');
    expect(said()).not.to.match(/EACCES|EROFS|"level":(50|60)/);
    expect(filesOf(join(image, 'app'))).to.deep.equal(before);
  });

  it('starts a server that exits within 5 s of SIGTERM [R20]', async () => {
    const { child, ended } = await started();
    const stopwatch = startStopwatch(Number(child.pid));
    // The stopwatch keeps the last reading of a process that has ended.
    const looking = setInterval(() => stopwatch.read(), LOOK_EVERY_MS);
    child.kill('SIGTERM');
    expect(await ended).to.deep.equal([0, null]);
    clearInterval(looking);
    expect(stopwatch.read()).to.be.below(STOPPED_WITHIN_MS);
  });

  it('names the missing file and does not start without a configuration [R36]', async () => {
    mount(await freePort());
    rmSync(env.DOUBLELOCK_CONFIG ?? '');
    const { ended, said } = execute(lastOf(dockerfile, 'CMD').words);
    expect(await ended).to.deep.equal([1, null]);
    expect(said()).to.include(env.DOUBLELOCK_CONFIG);
  });

  it('contains the doublelock command', async () => {
    mount(await freePort());
    const { ended, said } = execute(['node', 'bin/doublelock.cjs', 'check-config']);
    expect(await ended, said()).to.deep.equal([0, null]);
    expect(said()).to.include('is valid');
  });
});

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

function filesOf(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
}
