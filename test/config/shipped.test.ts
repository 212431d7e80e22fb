/** The demo and the example that come with the product are right. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadConfig } from '../../src/config/load.ts';
import { needs } from '../support/needs.ts';
import { configFolder } from './config-file.ts';

const CONFIG = fileURLToPath(new URL('../../config/', import.meta.url));

describe('the files that come with the product [U.5]', () => {
  const folder = configFolder();

  it('include a demo for each kind of enforcement, which is used when no file is named', () => {
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

  it('make the server recognise the demo by its file, not by its content', () => {
    copyFileSync(`${CONFIG}demo.yaml`, folder.path('copy.yaml'));
    const load = (file: string) => loadConfig({ file, env: {}, cwd: folder.path('.') }).isBuiltInDemo;
    expect(load(`${CONFIG}demo.yaml`)).to.equal(true);
    expect(load('copy.yaml')).to.equal(false);
  });

  describe('the example for production', () => {
    needs('openssl');
    const example = readFileSync(`${CONFIG}production.example.yaml`, 'utf8');

    it('is valid once its secrets are made as it describes', () => {
      const missing = folder.faults(example).map(({ path }) => path);
      expect(missing).to.deep.equal([
        'secrets.encryption[0].key_file',
        'secrets.cookies_file',
        'secrets.signing_file',
        'mail.url_file',
        'clients[0].client_secret_file',
        'accounts[0].password_file',
      ]);

      const commands = [...example.matchAll(/^# {3}(.*)$/gm)].map(([, line]) => line);
      execFileSync('sh', ['-e', '-c', commands.join('\n')], { cwd: folder.path('.') });
      const config = folder.load(example);
      expect(config.environment).to.equal('production');
      expect(config.secrets.encryption[0]?.key).to.match(/^[0-9a-f]{64}$/);
      expect(config.secrets.signing.map(({ kty }) => kty)).to.deep.equal(['EC', 'RSA']);
      expect(config.accounts[0]?.password).to.match(/^[0-9a-f]{32}$/);
      expect(statSync(folder.path('secrets/signing.json')).mode & 0o777).to.equal(0o600);
      expect(config.warnings).to.deep.equal([]);
      expect(config.clients.map(({ metadata }) => metadata.token_endpoint_auth_method)).to.deep.equal([
        'client_secret_basic',
        'none',
      ]);
    });
  });
});
