/** The settings that production requires and those that it refuses. */
import { expect } from 'chai';
import { configFolder, production } from './config-file.ts';

const CLIENT = `
clients:
  - client_id: rp
    client_secret: ${'s'.repeat(32)}
    redirect_uris: [https://rp.test/cb]
    id_token_signed_response_alg: RS256
`;

describe('a file for production [R36]', () => {
  const folder = configFolder();

  it('is accepted only with secrets and https', () => {
    const config = folder.load(production());
    expect(config.environment).to.equal('production');
    expect(config.warnings).to.deep.equal(['mail has no transport: nothing is mailed to anybody']);
  });

  it('causes a warning about metrics on the public port', () => {
    const { warnings } = folder.load(production().replace(/^metrics: .*$/m, ''));
    expect(warnings.filter((warning) => /^metrics .*everybody/.test(warning))).to.have.length(1);
  });

  it('is refused without secrets, with http and with an outbox', () => {
    const faults = folder.faults(
      'environment: production\nmail: { transport: outbox }\nsms: { transport: outbox }',
    );
    expect(faults.map(({ path, message }) => `${path} ${message}`)).to.have.members([
      'issuer must begin with https:// in production',
      'secrets.encryption is required in production',
      'secrets.cookies is required in production',
      'secrets.signing is required in production',
      'mail.transport outbox is for development alone',
      'sms.transport outbox is for development alone',
    ]);
  });

  it('is refused with any public secret of the demo', () => {
    const faults = folder.faults(
      production(`
tenants: [{ id: acme, second_factor: { methods: [totp] } }]
clients:
  - client_id: demo
    client_secret: demo-secret-demo-secret-demo-secret
    id_token_signed_response_alg: ES256
    redirect_uris: [https://id.example/demo/callback]
accounts:
  - { email: bob@acme.test, tenant: acme, password: correct horse battery staple }
  - { email: carol@acme.test, tenant: acme, factors: [{ method: totp, secret: NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V }] }
`),
    );
    expect(faults.map(({ path }) => path)).to.deep.equal([
      'clients[0].client_secret',
      'clients[0].redirect_uris[0]',
      'accounts[0].password',
      'accounts[1].factors',
    ]);
  });

  it('is refused for a client whose signature algorithm has no key', () => {
    const [fault, ...rest] = folder.faults(production(CLIENT));
    expect(rest).to.deep.equal([]);
    expect(fault).to.include({ path: 'clients[0].id_token_signed_response_alg' });
    expect(fault?.message).to.equal('no key of secrets.signing signs with RS256; there is ES256');
  });

  it('is refused for a client without an algorithm when the default has no key', () => {
    const client = 'clients: [{ client_id: rp, redirect_uris: [https://rp.example/cb] }]';
    expect(folder.faults(production(client)).map(({ path }) => path)).to.deep.equal([
      'tokens.id_token_signed_response_alg',
    ]);
    const es256 = 'tokens: { id_token_signed_response_alg: ES256 }';
    expect(folder.load(production(`${es256}\n${client}`)).clients).to.have.length(1);
  });

  it('is refused for an API with signed tokens when the default algorithm has no key', () => {
    const api = (format: string) =>
      production(`resource_servers: [{ identifier: "https://api.example", access_token_format: ${format} }]`);
    expect(folder.faults(api('jwt')).map(({ path }) => path)).to.deep.equal([
      'tokens.id_token_signed_response_alg',
    ]);
    expect(folder.load(api('opaque')).resourceServers).to.have.length(1);
  });

  it('is refused with an initiate_login_uri over http, which development allows', () => {
    const client =
      'clients: [{ client_id: rp, redirect_uris: [https://rp.example/cb], initiate_login_uri: http://rp.example/ }]';
    const faults = folder.faults(production(`tokens: { id_token_signed_response_alg: ES256 }\n${client}`));
    expect(faults.map(({ path }) => path)).to.deep.equal(['clients[0].initiate_login_uri']);
    expect(folder.load(client).clients[0]?.metadata.initiate_login_uri).to.equal('http://rp.example/');
  });
});
