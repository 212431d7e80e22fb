/** How a refusal reads: everything at once, where it stands, and no secret. */
import { expect } from 'chai';
import { configFolder } from './config-file.ts';

describe('a file with faults [R36]', () => {
  const folder = configFolder();

  it('is refused with all faults at once, each with its line and in the order of the file', () => {
    const refusal = folder.refusal(`issuer: nowhere
listen: { prt: 1 }
tenants:
  - id: acme
    second_factor: { enforcement: maybe }
  - id: acme
    colour: red
clients:
  - client_id: rp
    client_secret: short
accounts:
  - email: bob@acme.test
    tenant: nobody
  - email: BOB@acme.test
    tenant: acme
`);
    expect(refusal.faults.map(({ line, path }) => `${line} ${path}`)).to.deep.equal([
      '1 issuer',
      '2 listen.prt',
      '5 tenants[0].second_factor.enforcement',
      '6 tenants[1].id',
      '7 tenants[1].colour',
      '9 clients[0].redirect_uris',
      '10 clients[0].client_secret',
      '13 accounts[0].tenant',
      '14 accounts[1].email',
    ]);
    const [title, ...lines] = refusal.message.split('\n');
    expect(title).to.match(/config\.yaml has 9 faults:$/);
    expect(lines[0]).to.match(/^ {2}line 1: issuer: must be scheme and host/);
    expect(lines).to.have.lengthOf(9);
  });

  it('has each value checked, whatever is wrong beside it', () => {
    const { faults } = folder.refusal(`
tenants: [{ id: acme, brand: { logo: gone.png, colour: red } }]
clients:
  - client_id: rp
    redirect_uris: ["nowhere", "javascript:alert(1)"]
    post_logout_redirect_uris: ["https://rp.test/#there", "data:,"]
`);
    expect(faults.map(({ path }) => path)).to.have.members([
      'tenants[0].brand.logo',
      'tenants[0].brand.colour',
      'clients[0].redirect_uris[0]',
      'clients[0].redirect_uris[1]',
      'clients[0].post_logout_redirect_uris[0]',
      'clients[0].post_logout_redirect_uris[1]',
    ]);
  });

  it('is refused without its secrets in the error, however wrong they are', () => {
    const refusal = folder.refusal(`
mail: { transport: smtp, url: "http://user:SESAME1@mail" }
storage: { accounts: { driver: mongo, uri: "http://user:SESAME2@db" } }
secrets:
  encryption: [{ id: a, key: SESAME3 }]
  cookies: [SESAME4]
  signing: [{ kty: EC, crv: P-256, d: SESAME5 }]
sms: { transport: twilio, account_sid: a, auth_token: [SESAME6] }
clients: [{ client_id: rp, client_secret: SESAME7, redirect_uris: [https://rp.test] }]
accounts:
  - { email: a@b.test, tenant: x, password: [SESAME8], password_hash: SESAME9 }
  - { email: b@b.test, tenant: x, factors: [{ method: totp, secret: SESAME0 }] }
`);
    expect(refusal.faults).to.have.length.above(10);
    expect(refusal.message).not.to.include('SESAME');
    expect(JSON.stringify(refusal.faults)).not.to.include('SESAME');
  });
});
