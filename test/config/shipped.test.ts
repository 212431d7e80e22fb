/** The demo and the example that come with the product are right. */
import { copyFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadConfig } from '../../src/config.ts';
import { configFolder, ecKey, rsaKey } from './config-file.ts';

const CONFIG = fileURLToPath(new URL('../../config/', import.meta.url));

describe('U.5 the files that come with the product', () => {
  const folder = configFolder();

  it('have a demo for each kind of enforcement, which is used when no file is named', () => {
    const config = loadConfig({ env: {}, cwd: folder.path('.') });
    expect(config.isBuiltInDemo).to.equal(true);
    const policies = config.tenants.map(({ id, locale, secondFactor }) => [
      id,
      locale,
      secondFactor.enforcement,
    ]);
    expect(policies).to.deep.equal([
      ['acme', 'en', 'optional'],
      ['kantoor', 'nl', 'required'],
      ['plain', 'en', 'off'],
    ]);
    expect(config.clients.map(({ clientId, metadata }) => [clientId, metadata.redirect_uris])).to.deep.equal([
      ['demo', ['http://localhost:3000/demo/callback']],
      ['demo-two', ['http://localhost:3000/demo-two/callback']],
    ]);
    const passwords = config.accounts.map(({ password }) => password ?? '');
    expect(new Set(passwords).size).to.equal(passwords.length);
    // Members who set up no factor need 15 characters (NIST SP 800-63B-4, 3.1.1.2).
    for (const password of passwords) expect(password.length, password).to.be.within(15, 128);
    expect(config.storage.dataDir).to.equal(folder.path('data'));
  });

  it('know the demo by its file, and not by its content', () => {
    copyFileSync(`${CONFIG}demo.yaml`, folder.path('copy.yaml'));
    const load = (file: string) => loadConfig({ file, env: {}, cwd: folder.path('.') }).isBuiltInDemo;
    expect(load(`${CONFIG}demo.yaml`)).to.equal(true);
    expect(load('copy.yaml')).to.equal(false);
  });

  it('have an example for production, which is valid once its secrets are there', () => {
    const example = readFileSync(`${CONFIG}production.example.yaml`, 'utf8');
    const missing = folder.faults(example).map(({ path }) => path);
    expect(missing).to.deep.equal([
      'secrets.encryption[0].key_file',
      'secrets.cookies_file',
      'secrets.signing_file',
      'mail.url_file',
      'clients[0].client_secret_file',
      'accounts[0].password_hash_file',
    ]);

    folder.write('secrets/encryption-2026', `${'e'.repeat(64)}\n`);
    folder.write('secrets/cookies', `${'c'.repeat(64)}\n${'d'.repeat(64)}\n`);
    folder.write('secrets/signing.json', JSON.stringify({ keys: [ecKey(), rsaKey()] }));
    folder.write('secrets/smtp-url', 'smtps://user:password@mail.example.org:465\n');
    folder.write('secrets/intranet-client-secret', 's'.repeat(43));
    folder.write('secrets/admin-password-hash', '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g\n');
    const config = folder.load(example);
    expect(config.environment).to.equal('production');
    expect(config.secrets.cookies).to.deep.equal(['c'.repeat(64), 'd'.repeat(64)]);
    expect(config.secrets.signing.map(({ kty }) => kty)).to.deep.equal(['EC', 'RSA']);
    expect(config.accounts[0]?.passwordHash).to.match(/^\$argon2id\$.*g$/);
    expect(config.clients.map(({ metadata }) => metadata.token_endpoint_auth_method)).to.deep.equal([
      'client_secret_basic',
      'none',
    ]);
  });
});
