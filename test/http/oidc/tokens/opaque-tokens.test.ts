/** Opaque access tokens for an API, which looks them up by introspection (RFC 7662). */
import { expect } from 'chai';
import { CLIENT_SECRET, standardConfig } from '../../../support/app.ts';
import { claimsOf, interaction, MFA, redeem, signIn, tenantsWith, withClients } from '../story.ts';
import { GUARDED, introspect, OPAQUE, SERVERS, tokensForApi } from './apis.ts';

describe('an opaque access token', () => {
  const at = interaction(() => ({
    ...withClients({
      client_id: GUARDED,
      client_secret: CLIENT_SECRET,
      grant_types: ['client_credentials'],
    }),
    resource_servers: SERVERS,
  }));

  it('is looked up with its audience and its user [U.3]', async () => {
    const { token, answer } = await tokensForApi(
      at,
      { scope: 'openid groups look', resource: OPAQUE },
      OPAQUE,
    );
    expect(token.split('.')).to.have.length(1);
    const told = await introspect(at, token);
    expect(told).to.deep.include({
      active: true,
      aud: OPAQUE,
      sub: claimsOf(answer).sub,
      client_id: 'rp',
      scope: 'look',
      username: 'app@open.test',
      acr: MFA,
      amr: ['pwd', 'otp', 'mfa'],
      groups: [],
      roles: ['member'],
    });
    expect(told.auth_time).to.be.a('number');
  });

  it('tells the name of its user to a third-party client only with the scope profile [U.3]', async () => {
    const third = await at.app.relyingParty('third');
    for (const [scope, name] of [
      ['openid', undefined],
      ['openid profile', 'new@open.test'],
    ] as const) {
      const visitor = at.app.visitor();
      await signIn(at.app, visitor, await third.authorizationUrl({ scope }), 'new@open.test');
      const end = await visitor.follow(await visitor.submit(visitor.page, {}, 'allow'));
      const { tokens, claims } = await redeem(third, end);
      const told = await introspect(at, tokens.access_token, 'third');
      expect(told).to.include({ active: true, sub: claims.sub });
      expect(told.username).to.equal(name);
    }
  });

  it('is looked up by nobody else where a client has the identifier of the API [U.3]', async () => {
    const { token } = await tokensForApi(at, { scope: 'openid look', resource: GUARDED }, GUARDED);
    expect(await introspect(at, token)).to.deep.equal({ active: false });
    expect((await introspect(at, token, 'rp')).active).to.equal(true);
    const basic = Buffer.from(`${encodeURIComponent(GUARDED)}:${CLIENT_SECRET}`).toString('base64');
    const response = await fetch(new URL('/token/introspection', at.app.origin), {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ token }),
    });
    expect(((await response.json()) as { active: boolean }).active).to.equal(true);
  });

  it('is refused at introspection when its sign-in satisfies the policy no more, or its client is gone [B.2]', async () => {
    const opaque = async (email: string) => {
      const asked = { scope: 'openid groups look', resource: OPAQUE };
      return (await tokensForApi(at, asked, OPAQUE, { email })).token;
    };
    const isActive = async (token: string) => (await introspect(at, token)).active;
    const [weak, strong] = [await opaque('new@open.test'), await opaque('app@open.test')];
    expect([await isActive(weak), await isActive(strong)]).to.deep.equal([true, true]);
    await at.app.reload(tenantsWith('open', { enforcement: 'required' }));
    expect([await isActive(weak), await isActive(strong)]).to.deep.equal([false, true]);
    const { clients } = standardConfig();
    await at.app.reload({ clients: clients.filter(({ client_id: id }) => id !== 'rp') });
    expect(await isActive(strong)).to.equal(false);
  });
});
