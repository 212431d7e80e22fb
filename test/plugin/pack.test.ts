import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { createRelyingParty } from '../support/hosts/relying-party.ts';
import { totpCode } from '../support/totp.ts';
import { createVisitor } from '../support/visitor.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The package is built and packed, with two programs of their own. */
const PATIENCE_MS = 300_000;

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

const manifest: Manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the published package in an empty folder [U.6]', function () {
  this.timeout(PATIENCE_MS);
  let folder: string;
  let host: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doublelock-pack-'));
    host = join(folder, 'host');
    const tarball = await pack(join(folder, 'source'));
    await install(tarball, host, [
      ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
      '@types/koa',
      '@types/oidc-provider',
      '@types/node',
      '@types/express',
      'express',
    ]);
    cpSync(join(ROOT, 'test/plugin/packed-host'), host, { recursive: true });
    writeFileSync(join(host, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('signs people in at the README’s host in plain JavaScript [B.6]', async () => {
    const block = pluginBlock();
    expect(linesOf(block)).to.have.lengthOf.at.most(13);
    writeFileSync(join(host, 'host.js'), `${block}\nexport { provider };\n`);
    const { issuer, stop } = await start(host);
    try {
      const visitor = createVisitor(issuer, { stopAt: 'http://rp.test' });
      const rp = await createRelyingParty({
        issuer,
        clientId: 'rp',
        clientSecret: 'a-secret-of-more-than-thirty-two-characters',
        redirectUri: 'http://rp.test/callback',
      });
      const page = await visitor.open(await rp.authorizationUrl());
      const chooser = await visitor.follow(await visitor.submit(page, { login: 'ann' }));
      expect([chooser.name, chooser.$('.brand > :last-child').text()]).to.deep.equal([
        'set-up-choose',
        'Acme',
      ]);
      const secret = (await visitor.chooseMethod('totp')).mark('secret');
      const end = await visitor.enterCode(totpCode(secret, Date.now()));
      const tokens = await rp.exchange(String(end.location));
      expect(tokens.claims()).to.include({ sub: 'ann', acr: 'https://refeds.org/profile/mfa' });
      const style = await visitor.get(String(chooser.$('link[rel=stylesheet]').attr('href')));
      expect(style.text.length).to.be.above(10_000);
    } finally {
      await stop();
    }
  });

  it('loads neither the server nor a store that was not imported', async () => {
    writeFileSync(join(host, 'host.js'), `${pluginBlock()}\nexport { provider };\n`);
    const { loaded, stop } = await start(host);
    await stop();
    const packages = new Set(loaded.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]));
    expect([...packages]).to.include.members(['doublelock', 'oidc-provider', 'koa', '@koa/router']);
    for (const name of [
      'mongoose',
      'mongodb',
      'ioredis',
      'pino',
      'prom-client',
      'openid-client',
      'commander',
      'nodemailer',
      'smpp',
    ]) {
      expect([...packages]).not.to.include(name);
    }
  });

  it('has types that compile in strict mode and refuse a misspelt rule', async () => {
    writeFileSync(join(host, 'typed.ts'), TYPED);
    await compile(host);
    writeFileSync(join(host, 'typed.ts'), TYPED.replace('enforcement:', 'enforcment:'));
    const refused = await compile(host).catch((error: { stdout: string }) => error.stdout);
    expect(refused).to.match(/typed\.ts\(\d+,\d+\): error TS\d+: .*'enforcment'/);
  });

  it('checks the access tokens of an API, for which it loads jose and nothing else [U.3]', async () => {
    const { stdout } = await run(process.execPath, ['api.js'], { cwd: host });
    expect(JSON.parse(stdout)).to.deep.equal({ status: 401, packages: ['doublelock', 'jose'] });
  });

  it('has the doublelock command', async () => {
    const command = join(host, 'node_modules/doublelock/bin/doublelock.cjs');
    const { stdout } = await run(process.execPath, [command, '--version'], { cwd: host });
    expect(stdout.trim()).to.equal(manifest.version);
    const checked = await run(process.execPath, [command, 'check-config'], { cwd: host });
    expect(checked.stdout).to.contain('is valid');
  });
});

const TYPED = `
import { type HostAccount, type SecondFactor, secondFactor } from 'doublelock';
import { deliver, http, smpp, smtp, twilio } from 'doublelock/delivery';
import { embedded } from 'doublelock/embedded';
import { mongo } from 'doublelock/mongo';
import { redis } from 'doublelock/redis';
import { type AccessToken, resourceServer } from 'doublelock/resource-server';
import { createServer, loadConfig, openParts } from 'doublelock/server';
import express from 'express';
import Koa from 'koa';
import { Provider } from 'oidc-provider';

const account = async (id: string): Promise<HostAccount> => ({ id, email: id + '@acme.example' });
const lock: SecondFactor = secondFactor({
  stores: embedded({ dataDir: './data' }),
  encryption: [{ id: '1', key: 'x'.repeat(32) }],
  account,
  policy: { enforcement: 'required' },
});
const provider = new Provider('http://localhost:3000', lock.configure({ features: { devInteractions: { enabled: false } } }));
provider.use(lock.routes(provider));
new Koa().use(lock.routes(provider));

export const reached = async (from: string) => secondFactor({
  stores: embedded({ dataDir: './data' }),
  encryption: [{ id: '1', key: 'x'.repeat(32) }],
  account,
  sender: deliver({
    mail: await smtp({ url: 'smtps://mail.test', from }),
    sms: await twilio({ accountSid: 'a', authToken: 'b', from }),
  }),
});
export const gateways = async (from: string) => [
  await http({ url: 'https://gw.test', from }),
  await smpp({ host: 'gw.test', port: 3550, systemId: 'a', password: 'b', from }),
];

export const spread = async (uri: string) => secondFactor({
  stores: { durable: await mongo({ uri }), shortLived: await redis({ uri }) },
  encryption: [{ id: '1', key: 'x'.repeat(32) }],
  account,
});

const api = resourceServer({ issuer: 'https://login.example', audience: 'https://api.example' });
new Koa().use(api.koa({ scopes: ['read'], acr: 'phr' })).use((ctx) => {
  const { subject }: AccessToken = ctx.state.accessToken;
  ctx.body = subject;
});
express().get('/', api.express({ maxAge: 300 }), (_request, response) => void response.send('in'));
export default { fetch: api.fetch((_request, { groups }) => Response.json(groups)) };

const config = loadConfig({ env: {}, cwd: '.' });
export const serve = createServer(await openParts(config), async () => ({ ready: true }));
`;

/** The README's example, whole. */
function pluginBlock(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, block] = /## The plugin\n.*?```js\n(.*?)```/s.exec(readme) ?? [];
  if (block === undefined) throw new Error('the README shows no plugin');
  return block;
}

function linesOf(block: string): string[] {
  return block.split('\n').filter((line) => line.trim() !== '');
}

/** From a copy of what the build reads: nothing is written into the project. Gives the tarball. */
async function pack(source: string): Promise<string> {
  for (const name of [
    'bin',
    'config',
    'src',
    'views',
    'package.json',
    'preload.cjs',
    'tsconfig.json',
    'tsconfig.build.json',
    'README.md',
    'LICENSE',
    'CHANGELOG.md',
  ]) {
    cpSync(join(ROOT, name), join(source, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  await run('npm', ['pack', '--offline', '--pack-destination', dirname(source)], { cwd: source });
  return join(dirname(source), `doublelock-${manifest.version}.tgz`);
}

/** As a package manager would, but for the registry: what is in the tarball, and the packages that it names. */
async function install(tarball: string, into: string, packages: readonly string[]): Promise<void> {
  const modules = join(into, 'node_modules');
  mkdirSync(join(modules, 'doublelock'), { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'doublelock')]);
  for (const name of packages) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
}

interface Running {
  readonly issuer: string;
  readonly loaded: readonly string[];
  stop(): Promise<void>;
}

async function start(cwd: string): Promise<Running> {
  const env = { PATH: process.env.PATH, SECOND_FACTOR_KEY: 'a key of the tests, which nobody should use' };
  const child = fork(join(cwd, 'main.js'), { cwd, env, execArgv: [], silent: true });
  const ended = once(child, 'exit');
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const [said] = await Promise.race([
    once(child, 'message'),
    ended.then(() => Promise.reject(new Error(`the host ended: ${complaint}`))),
  ]);
  return {
    ...said,
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function compile(cwd: string) {
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--strict',
    '--exactOptionalPropertyTypes',
    '--noEmit',
  ];
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  return run(tsc, [...options, '--types', 'node', 'typed.ts'], { cwd });
}
