/** docker-compose.yml as Compose's own loader reads it, and the files that it mounts. No container is started. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { loadConfig } from '../../src/config/load.ts';
import { needs } from '../support/needs.ts';
import { redisServers } from '../support/stores/redis-server.ts';
import { madeSecrets } from './made-secrets.ts';
import { checkConfig, deploymentReader, ROOT, run } from './reading.ts';

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string; readonly target: string }[];
  readonly ports?: readonly { readonly host_ip?: string }[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly privileged?: boolean;
}

interface Project {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

const IN_CONTAINERS = '/run/secrets/';

describe('docker-compose.yml', () => {
  const read = deploymentReader();
  const secrets = madeSecrets();
  let project: Project;

  before(async () => {
    project = await read<Project>('compose', 'docker-compose.yml');
  });

  function service(name: string): Service {
    const found = project.services[name];
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  }

  /** A file that is mounted, with the secrets where the script has made them. */
  function mounted(path: string): string {
    const text = readFileSync(join(ROOT, path), 'utf8').replaceAll(IN_CONTAINERS, `${secrets().folder}/`);
    const copy = join(secrets().folder, '..', basename(path));
    writeFileSync(copy, text);
    return copy;
  }

  function environment(): Record<string, string> {
    const variables = Object.entries(service('doublelock-1').environment ?? {});
    return Object.fromEntries(
      variables.map(([name, value]) => [name, value.replace(IN_CONTAINERS, `${secrets().folder}/`)]),
    );
  }

  it('has two identical instances [R25]', () => {
    expect(service('doublelock-1')).to.deep.equal(service('doublelock-2'));
  });

  it('declares and mounts exactly the secrets that the script makes', () => {
    const used = Object.values(project.services).flatMap((each) => each.secrets ?? []);
    const names = Object.keys(project.secrets);
    expect([...new Set(used.map(({ source }) => source))].sort()).to.deep.equal(names.toSorted());
    expect(readdirSync(secrets().folder).sort()).to.deep.equal(names.toSorted());
    for (const [name, { file }] of Object.entries(project.secrets))
      expect(file).to.equal(join(ROOT, 'deploy/compose/secrets', name));
    for (const [name, { environment: variables = {}, secrets: given = [] }] of Object.entries(
      project.services,
    )) {
      const files = Object.values(variables).filter((value) => value.startsWith(IN_CONTAINERS));
      expect(
        given.map(({ target }) => target),
        name,
      ).to.include.members(files);
    }
  });

  it('mounts existing files', () => {
    const mounts = Object.values(project.services).flatMap(({ volumes = [] }) => volumes);
    const files = mounts.filter(({ type }) => type === 'bind').map(({ source }) => source);
    expect(files).to.have.length.above(4);
    for (const file of files) expect(() => statSync(file), file).not.to.throw();
  });

  it('opens ports on the loopback interface only, and drops every privilege of its containers', () => {
    for (const [name, { ports = [], privileged }] of Object.entries(project.services)) {
      for (const port of ports) expect(port.host_ip, name).to.equal('127.0.0.1');
      expect(privileged, name).to.not.equal(true);
    }
    for (const name of ['doublelock-1', 'doublelock-2', 'nginx'])
      expect(service(name), name).to.deep.include({ read_only: true, cap_drop: ['ALL'] });
  });

  it('has a valid configuration with the keys and servers of its environment', async () => {
    const file = mounted('deploy/compose/doublelock.yaml');
    expect(await checkConfig(file, environment())).to.include('is valid');
    const config = loadConfig({ file, env: environment(), cwd: secrets().folder });
    expect(config.environment).to.equal('production');
    expect(config.listen).to.deep.equal({ host: '0.0.0.0', port: 3000, trustedProxies: 1 });
    expect([config.storage.accounts.driver, config.storage.shortLived.driver]).to.deep.equal([
      'mongo',
      'redis',
    ]);
    expect(config.secrets.signing.map(({ alg }) => alg)).to.deep.equal(['ES256', 'RS256']);
  });

  it('has a configuration that is refused when a secret is missing [A98]', async () => {
    const { DOUBLELOCK_COOKIE_KEY_FILE: _, ...rest } = environment();
    const refusal = await checkConfig(mounted('deploy/compose/doublelock.yaml'), rest).catch(
      ({ stderr }: { stderr: string }) => stderr,
    );
    expect(refusal).to.match(/secrets\.cookies.*is required in production/);
  });

  it('makes its secrets once, readable by their owner only, and keeps them', async () => {
    const { folder, again } = secrets();
    const before = contents(folder);
    expect(await again()).to.match(/^all there/);
    expect(contents(folder)).to.deep.equal(before);
    expect(statSync(folder).mode & 0o777).to.equal(0o700);
  });

  it('lets the users of its containers read each secret despite a strict umask', () => {
    const { folder } = secrets();
    for (const name of readdirSync(folder))
      expect((statSync(join(folder, name)).mode & 0o777).toString(8), name).to.equal('644');
  });

  it('has a script for the replica set that parses', async () => {
    await run(process.execPath, ['--check', join(ROOT, 'deploy/compose/mongo-init.js')]);
  });

  describe('its Redis', () => {
    const { 'redis-server': program } = needs('redis-server');
    const start = redisServers(program);

    it('starts with its file, requires its password, and passes its health check', async () => {
      // The folder is one of the image's own.
      const file = mounted('deploy/compose/redis.conf');
      writeFileSync(file, readFileSync(file, 'utf8').replace(/^dir .*$/m, ''));
      const server = await start({ settings: [`include ${file}`] });
      const password = readFileSync(join(secrets().folder, 'redis-password'), 'utf8').trim();
      const stranger = new Redis(server.url, { enableReadyCheck: false, retryStrategy: () => null });
      stranger.on('error', () => {});
      const refused = await stranger.ping().catch(String);
      stranger.disconnect();
      expect(refused).to.include('NOAUTH');

      const redis = new Redis(server.url, { password });
      const [, policy] = (await redis.config('GET', 'maxmemory-policy')) as string[];
      const [, appended] = (await redis.config('GET', 'appendonly')) as string[];
      await redis.quit();
      expect([policy, appended]).to.deep.equal(['noeviction', 'yes']);

      const [how, words = ''] = service('redis').healthcheck?.test ?? [];
      expect(how).to.equal('CMD-SHELL');
      const here = words
        .replaceAll(IN_CONTAINERS, `${secrets().folder}/`)
        .replaceAll('$$', '$')
        .replace('redis-cli', `redis-cli -p ${server.port}`);
      await run('sh', ['-c', here]);
      const withoutServer = here.replace(`-p ${server.port}`, '-p 1');
      expect(await run('sh', ['-c', withoutServer]).catch(({ code }) => code)).to.equal(1);
    });
  });
});

function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
  );
}
