import { expect } from 'chai';
import { applicationLink } from '../../../src/oidc/clients/application-link.ts';

const ISSUER = 'https://id.example/op';

describe('the link to an application', () => {
  it('starts a sign-in where the application has an address for it, and names the issuer', () => {
    const client = { initiate_login_uri: 'https://app.example/login', client_uri: 'https://app.example/' };
    expect(applicationLink(client, ISSUER)).to.equal(
      'https://app.example/login?iss=https%3A%2F%2Fid.example%2Fop',
    );
  });

  it('keeps the query of the address, and names no issuer but this one', () => {
    const client = { initiate_login_uri: 'https://app.example/login?way=sso&iss=https://other.example' };
    const { searchParams } = new URL(String(applicationLink(client, ISSUER)));
    expect(Object.fromEntries(searchParams)).to.deep.equal({ way: 'sso', iss: ISSUER });
    expect(searchParams.getAll('iss')).to.have.length(1);
  });

  it('is the home page without such an address, unchanged', () => {
    expect(applicationLink({ client_uri: 'https://app.example/home?a=1' }, ISSUER)).to.equal(
      'https://app.example/home?a=1',
    );
  });

  it('is absent for an application with neither, and for an unknown one', () => {
    expect(applicationLink({}, ISSUER)).to.equal(null);
    expect(applicationLink(undefined, ISSUER)).to.equal(null);
  });

  for (const scheme of ['javascript:alert(1)', 'data:text/html,x', 'not an address', 7])
    it(`never leads to ${scheme}`, () => {
      expect(applicationLink({ initiate_login_uri: scheme, client_uri: scheme }, ISSUER)).to.equal(null);
    });
});
