import { expect } from 'chai';
import { startAgainPath } from '../../src/oidc/requests/start-again.ts';

const returnTo = 'https://login.test/base/auth/a-uid';

describe('the address that repeats an authorization request', () => {
  it('has the endpoint and all parameters of a plain request', () => {
    const params = {
      client_id: 'rp',
      state: 'a&b=c',
      max_age: 0,
      resource: ['https://one.test', 'https://two.test'],
      nonce: undefined,
    };
    const url = new URL(startAgainPath({ returnTo, params }) ?? '', returnTo);
    expect(url.pathname).to.equal('/base/auth');
    expect([...url.searchParams]).to.deep.equal([
      ['client_id', 'rp'],
      ['state', 'a&b=c'],
      ['max_age', '0'],
      ['resource', 'https://one.test'],
      ['resource', 'https://two.test'],
    ]);
  });

  it('is none for a pushed or a signed request, whose parameters stay out of addresses', () => {
    const params = { client_id: 'rp' };
    expect(startAgainPath({ returnTo, params, parJti: 'pushed' })).to.equal(null);
    expect(startAgainPath({ returnTo, params, trusted: ['client_id'] })).to.equal(null);
    expect(startAgainPath({ returnTo, params, trusted: [] })).to.equal('/base/auth?client_id=rp');
  });

  it('is the page for the code of a device, without a parameter', () => {
    const of = {
      returnTo: 'https://login.test/device/a-uid',
      params: { client_id: 'tv' },
      deviceCode: 'jti',
    };
    expect(startAgainPath(of)).to.equal('/device');
  });
});
