/** Secrets that stand in files of their own. */
import { expect } from 'chai';
import { generated } from '../../../src/config/generate.ts';
import { FILE_KEYS } from '../../../src/config/sources/secret-files.ts';
import { configFolder, ecKey } from '../config-file.ts';

describe('a secret in a file of its own', () => {
  const folder = configFolder();

  it('is read for every secret, relative to the configuration, without surrounding white space', () => {
    const [jwk, hash] = [ecKey(), '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g'];
    folder.write('s/mongo', 'mongodb://user:password@db\n');
    folder.write('s/redis', 'password\n');
    folder.write('s/key', ` ${'e'.repeat(32)}\n`);
    folder.write('s/cookies', `${'c'.repeat(32)}\n\n${'d'.repeat(32)}\n`);
    folder.write('s/signing', JSON.stringify([jwk]));
    folder.write('s/smtp', 'smtp://user:password@mail');
    folder.write('s/token', 'token');
    folder.write('s/client', 's'.repeat(32));
    folder.write('s/password', 'a password\n');
    folder.write('s/hash', hash);
    folder.write('s/totp', 'NBSWY3DPEB3W64TM\n');
    const config = folder.load(`
storage:
  accounts: { driver: mongo, uri_file: s/mongo }
  short_lived: { driver: redis, sentinel: { name: main, nodes: ["a:26379"], password_file: s/redis } }
secrets: { encryption: [{ id: a, key_file: s/key }], cookies_file: s/cookies, signing_file: s/signing }
mail: { transport: smtp, url_file: s/smtp }
sms: { transport: http, url: https://sms.test, bearer_token_file: s/token }
tokens: { id_token_signed_response_alg: ES256 }
tenants: [{ id: acme }]
clients: [{ client_id: rp, client_secret_file: ${folder.path('s/client')}, redirect_uris: [https://rp.test] }]
accounts:
  - { email: a@acme.test, tenant: acme, password_file: s/password, factors: [{ method: totp, secret_file: s/totp }] }
  - { email: b@acme.test, tenant: acme, password_hash_file: s/hash }
`);
    expect(config.storage.accounts.uri).to.equal('mongodb://user:password@db');
    expect(config.storage.shortLived.sentinel).to.deep.equal({
      name: 'main',
      nodes: ['a:26379'],
      password: 'password',
    });
    expect(config.secrets).to.deep.equal({
      encryption: [{ id: 'a', key: 'e'.repeat(32) }],
      cookies: ['c'.repeat(32), 'd'.repeat(32)],
      signing: [jwk],
    });
    expect(config.mail.url).to.equal('smtp://user:password@mail');
    expect(config.sms.gateway).to.include({ url: 'https://sms.test', bearerToken: 'token' });
    expect(config.clients[0]?.metadata).to.include({ client_secret: 's'.repeat(32) });
    expect(config.clients[0]?.metadata).not.to.have.property('client_secret_file');
    expect(config.accounts[0]).to.deep.include({
      password: 'a password',
      factors: [{ method: 'totp', secret: 'NBSWY3DPEB3W64TM' }],
    });
    expect(config.accounts[1]?.passwordHash).to.equal(hash);
  });

  it('is refused by its key when it is missing, empty, weak, repeated or of another kind [R36]', () => {
    folder.write('weak', 'SESAME');
    folder.write('empty', ' \n');
    const refusal = folder.refusal(`
secrets: { cookies_file: empty, signing_file: weak, encryption: [{ id: a, key_file: weak }] }
tenants: [{ id: acme }]
clients:
  - { client_id: one, client_secret_file: gone, require_pkce: false, redirect_uris: [https://rp.test] }
  - { client_id: two, client_secret_file: weak, client_secret: ${'s'.repeat(32)}, redirect_uris: [https://rp.test] }
`);
    expect(refusal.faults.map(({ path, message }) => `${path} ${message}`)).to.have.members([
      'secrets.cookies_file names an empty file',
      'secrets.signing_file names a file that is no JSON Web Key Set',
      'secrets.encryption[0].key is a weak secret: 32 characters at least',
      'clients[0].client_secret_file cannot be read (ENOENT)',
      'clients[1].client_secret_file given together with client_secret: one of them',
    ]);
    expect(refusal.message).not.to.include('SESAME');
  });

  it('is allowed by the schema only for secrets', () => {
    const listed = FILE_KEYS.flatMap(([where, keys]) =>
      Object.keys(keys).map((key) => `${where}.${key}_file`),
    );
    const inSchema = fileKeys(JSON.parse(generated()['schema.json'] ?? ''), '');
    // The list of breached passwords is a file itself, and no secret.
    const ofSecrets = inSchema.filter((key) => key !== 'passwords.breached_file');
    expect(ofSecrets).to.have.members(listed);
  });

  it('is an unknown key elsewhere', () => {
    const [fault] = folder.faults('tenants: [{ id: acme, support: { url_file: x } }]');
    expect(fault).to.include({ path: 'tenants[0].support.url_file', message: 'unknown key' });
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
}

function fileKeys({ properties = {}, items, oneOf = [], anyOf = [] }: Schema, path: string): string[] {
  const own = Object.entries(properties).flatMap(([key, schema]) => {
    const at = path === '' ? key : `${path}.${key}`;
    return key.endsWith('_file') ? [at] : fileKeys(schema, at);
  });
  const below = [...oneOf, ...anyOf].flatMap((schema) => fileKeys(schema, path));
  return [...own, ...below, ...(items === undefined ? [] : fileKeys(items, `${path}.*`))];
}
