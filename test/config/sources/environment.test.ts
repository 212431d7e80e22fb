/** The settings that environment variables override, and the settings that follow from them. */
import { expect } from 'chai';
import { loadConfig, readEnvironment } from '../../../src/config/load.ts';
import { configFolder, ecKey, production } from '../config-file.ts';

describe('the environment', () => {
  const folder = configFolder();
  const demo = (env: Record<string, string>) => loadConfig({ env, cwd: folder.path('.') });

  it('names the file, unless the caller does', () => {
    const file = folder.write('named.yaml', 'tenants: [{ id: named }]');
    const load = (more: { file?: string }) =>
      loadConfig({ env: { DOUBLELOCK_CONFIG: 'named.yaml' }, cwd: folder.path('.'), ...more }).tenants[0]?.id;
    expect(load({})).to.equal('named');
    expect(load({ file: folder.write('other.yaml', 'tenants: [{ id: other }]') })).to.equal('other');
    expect(loadConfig({ env: { DOUBLELOCK_CONFIG: file }, cwd: '/' }).isBuiltInDemo).to.equal(false);
  });

  it('changes the port, the default issuer and the URLs of the demo together', () => {
    const { listen, issuer, clients } = demo({ PORT: '4100' });
    expect(listen.port).to.equal(4100);
    expect(issuer).to.equal('http://localhost:4100');
    expect(clients.map(({ metadata }) => metadata.redirect_uris)).to.deep.equal([
      ['http://localhost:4100/demo/callback'],
      ['http://localhost:4100/demo-two/callback'],
    ]);
    expect(clients[0]?.metadata.post_logout_redirect_uris).to.deep.equal(['http://localhost:4100/demo']);
  });

  it('omits a default port from the issuer', () => {
    const { listen, issuer, clients } = demo({ PORT: '80' });
    expect([listen.port, issuer]).to.deep.equal([80, 'http://localhost']);
    expect(clients[0]?.metadata.redirect_uris).to.deep.equal(['http://localhost/demo/callback']);
  });

  it('changes the port only where the file has its own issuer', () => {
    const { listen, issuer } = folder.load('environment: development\nissuer: https://id.test', {
      env: { PORT: '4100' },
    });
    expect([listen.port, issuer]).to.deep.equal([4100, 'https://id.test']);
  });

  it('does not change the URL of an app on the default port', () => {
    const yaml =
      'clients: [{ client_id: rp, redirect_uris: ["http://localhost:3000/cb", "http://localhost:30001/demo"] }]';
    const { clients } = folder.load(yaml, { env: { PORT: '4100' } });
    expect(clients[0]?.metadata.redirect_uris).to.deep.equal([
      'http://localhost:3000/cb',
      'http://localhost:30001/demo',
    ]);
  });

  it('changes the issuer, and every URL that began with it', () => {
    const yaml = `
environment: development
issuer: https://old.test
clients:
  - client_id: rp
    redirect_uris: [https://old.test/a/cb, https://old.test.evil/cb, https://rp.test/cb]
    backchannel_logout_uri: https://old.test/out
    client_name: https://old.test/
`;
    const { issuer, clients } = folder.load(yaml, { env: { ISSUER: 'https://new.test', PORT: '4100' } });
    expect(issuer).to.equal('https://new.test');
    expect(clients[0]?.metadata).to.deep.include({
      redirect_uris: ['https://new.test/a/cb', 'https://old.test.evil/cb', 'https://rp.test/cb'],
      backchannel_logout_uri: 'https://new.test/out',
      client_name: 'https://old.test/',
    });
    expect(demo({ ISSUER: 'https://new.test' }).clients[0]?.metadata.redirect_uris).to.deep.equal([
      'https://new.test/demo/callback',
    ]);
  });

  it('selects the driver whose server it names, over that of the file', () => {
    const env = {
      MONGODB_URI: 'mongodb://db',
      REDIS_URL: 'rediss://cache',
      SMTP_URL: 'smtp://mail',
      DATA_DIR: 'd',
    };
    const yaml =
      'storage: { short_lived: { driver: redis, cluster: ["a:1"] } }\nmail: { url_file: gone, from: a@b.test }';
    const { storage, mail } = folder.load(yaml, { env });
    expect(storage).to.deep.equal({
      accounts: { driver: 'mongo', uri: 'mongodb://db' },
      shortLived: { driver: 'redis', uri: 'rediss://cache', sentinel: null, cluster: null },
      dataDir: folder.path('d'),
    });
    expect(mail).to.deep.equal({ transport: 'smtp', url: 'smtp://mail', from: 'a@b.test' });
  });

  it('provides the secrets that production requires', () => {
    const jwk = ecKey();
    const env = {
      DOUBLELOCK_ENCRYPTION_KEY: `new:${'n'.repeat(32)},${'o'.repeat(32)}`,
      DOUBLELOCK_COOKIE_KEY: `${'c'.repeat(32)}\n${'d'.repeat(32)}`,
      DOUBLELOCK_SIGNING_KEYS: JSON.stringify({ keys: [jwk] }),
    };
    const { secrets } = folder.load('environment: production\nissuer: https://id.example', { env });
    expect(secrets.encryption.map(({ key }) => key)).to.deep.equal(['n'.repeat(32), 'o'.repeat(32)]);
    expect(secrets.encryption[0]?.id).to.equal('new');
    expect(secrets.encryption[1]?.id).to.match(/^[0-9a-f]{8}$/);
    expect(secrets.cookies).to.deep.equal(['c'.repeat(32), 'd'.repeat(32)]);
    expect(secrets.signing).to.deep.equal([jwk]);
    const list = { ...env, DOUBLELOCK_SIGNING_KEYS: JSON.stringify([jwk]) };
    expect(folder.load(production(), { env: list }).secrets.signing).to.deep.equal([jwk]);
  });

  it('may name files instead, and ignores an empty variable', () => {
    folder.write('secret/port', '4200\n');
    folder.write('secret/cookie', `  ${'c'.repeat(40)}\n`);
    const env = {
      PORT_FILE: 'secret/port',
      DOUBLELOCK_COOKIE_KEY_FILE: 'secret/cookie',
      ISSUER: '',
      LOG_LEVEL: '',
    };
    const { listen, issuer, secrets, logLevel } = folder.load('tenants: []', { env });
    expect([listen.port, issuer, logLevel]).to.deep.equal([4200, 'http://localhost:4200', 'info']);
    expect(secrets.cookies).to.deep.equal(['c'.repeat(40)]);
  });

  it('sets the log level', () => {
    expect(demo({ LOG_LEVEL: 'DEBUG' }).logLevel).to.equal('debug');
  });

  it('is refused by the name of the variable, together with the faults of the file [R36]', () => {
    folder.write('empty', '\n');
    const env = {
      PORT: 'eighty',
      ISSUER: 'https://id.test/',
      REDIS_URL: 'http://user:SESAME@cache',
      SMTP_URL: 'smtp://mail',
      SMTP_URL_FILE: 'empty',
      LOG_LEVEL: 'loud',
      DATA_DIR_FILE: 'gone',
      DOUBLELOCK_COOKIE_KEY: 'SESAME',
      DOUBLELOCK_SIGNING_KEYS: '{"SESAME"',
    };
    const refusal = folder.refusal('colour: red', { env });
    expect(refusal.faults.map(({ line, path, message }) => `${line} ${path}: ${message}`)).to.have.members([
      'null PORT (listen.port): must be a number',
      'null ISSUER (issuer): must be scheme and host alone, such as https://id.example: no path, no slash at the end, no capitals, no port that goes without saying',
      'null REDIS_URL (storage.short_lived.uri): must begin with redis:// or rediss://',
      'null SMTP_URL: given together with SMTP_URL_FILE: one of them',
      'null SMTP_URL: SMTP_URL_FILE names an empty file',
      'null LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent',
      'null DATA_DIR: DATA_DIR_FILE cannot be read (ENOENT)',
      'null DOUBLELOCK_COOKIE_KEY (secrets.cookies[0]): is a weak secret: 32 characters at least',
      'null DOUBLELOCK_SIGNING_KEYS (secrets.signing): must be a list',
      '1 colour: unknown key',
    ]);
    expect(refusal.message).not.to.include('SESAME');
  });

  it('leaves faults of the file to the check of the file', () => {
    const faults = folder.faults('listen: 3000', { env: { PORT: '4100' } });
    expect(faults.map(({ path }) => path)).to.deep.equal(['listen']);
  });

  it('defaults to that of the process', () => {
    expect(readEnvironment().PATH).to.be.a('string');
  });
});
