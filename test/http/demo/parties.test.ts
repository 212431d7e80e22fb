import { expect } from 'chai';
import type { ClientConfig } from '../../../src/config/shape.ts';
import { partiesOf } from '../../../src/http/demo/parties.ts';

const ISSUER = 'http://localhost:3000';

function client(id: string, redirectUris: readonly string[], more: object = {}): ClientConfig {
  return {
    clientId: id,
    metadata: { client_id: id, redirect_uris: redirectUris, ...more },
    firstParty: false,
    requirePkce: true,
    claimsInIdToken: false,
    scopes: null,
    rotateRefreshTokens: true,
    refreshTokens: 'offline',
    tokenLifetimes: { access: 600, refresh: 30 * 24 * 3600 },
    profile: null,
    assertionAudience: 'issuer',
    secondFactor: 'tenant',
    tenantId: null,
  };
}

const basesOf = (...redirectUris: string[]) =>
  partiesOf(ISSUER, [client('a', redirectUris)]).map(({ base }) => base);

describe('the parties of the demo', () => {
  it('are the clients with a redirect URI under /demo of this issuer', () => {
    const [one, two, ...more] = partiesOf(ISSUER, [
      client('demo', [`${ISSUER}/demo/callback`], {
        client_name: 'Demo',
        client_secret: 's',
        post_logout_redirect_uris: [`${ISSUER}/demo`],
      }),
      client('real', ['https://rp.example/callback']),
      client('demo-two', ['https://rp.example/callback', `${ISSUER}/demo-two/callback`]),
    ]);

    expect(more).to.deep.equal([]);
    expect(one).to.include({
      id: 'demo',
      name: 'Demo',
      base: '/demo',
      cookie: 'demo_session',
      redirectUri: `${ISSUER}/demo/callback`,
      afterSignOut: `${ISSUER}/demo`,
      secret: 's',
      authMethod: 'client_secret_basic',
    });
    expect(two).to.include({
      name: 'demo-two',
      base: '/demo-two',
      cookie: 'demo_two_session',
      redirectUri: `${ISSUER}/demo-two/callback`,
      afterSignOut: null,
      secret: null,
      authMethod: 'none',
    });
  });

  it('exclude clients whose redirect URI is elsewhere or outside the demo', () => {
    expect(basesOf('https://localhost:3000/demo/callback')).to.deep.equal([]);
    expect(basesOf('http://localhost:4000/demo/callback')).to.deep.equal([]);
    expect(basesOf(`${ISSUER}/demolition/callback`)).to.deep.equal([]);
    expect(basesOf(`${ISSUER}/demo/../auth/callback`)).to.deep.equal([]);
    expect(basesOf(`${ISSUER}/demo/callback?a=b`)).to.deep.equal([]);
    expect(basesOf(`${ISSUER}/demo/:any/callback`)).to.deep.equal([]);
    expect(basesOf(`${ISSUER}/demo/callback`)).to.deep.equal(['/demo']);
  });

  it('include only the first client of a shared path', () => {
    const both = ['one', 'two'].map((id) => client(id, [`${ISSUER}/demo/callback`]));
    expect(partiesOf(ISSUER, both).map(({ id }) => id)).to.deep.equal(['one']);
  });
});
