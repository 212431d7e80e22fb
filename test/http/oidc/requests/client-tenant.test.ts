/** A client of one tenant: it lets nobody else's members in, and wears the tenant's brand. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD, standardConfig } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import {
  askAgain,
  errorOf,
  interaction,
  MFA,
  nextCode,
  redeem,
  refresh,
  refusal,
  signIn,
  tokensFor,
} from '../story.ts';

describe('a client of one tenant', () => {
  const at = interaction(() => ({
    tenants: standardConfig().tenants.map((tenant) =>
      tenant.id === 'strict' ? { ...tenant, name: 'Strict & Sons', brand: { colour: '#123456' } } : tenant,
    ),
  }));
  let strictOnly: RelyingParty;
  before(async () => {
    strictOnly = await at.app.relyingParty('strict-only');
  });

  it('signs its members in [U.3]', async () => {
    const { claims } = await tokensFor(at.app, strictOnly, 'app@strict.test');
    expect(claims.acr).to.equal(MFA);
  });

  it("has the tenant's brand on the sign-in page, before anybody said who they are [U.3]", async () => {
    const branded = await askAgain(at.app.visitor(), strictOnly);
    expect(branded.text).to.include('Strict &amp; Sons');
    const plain = await askAgain(at.app.visitor(), at.rp);
    expect(plain.text).not.to.include('Strict &amp; Sons');
  });

  it("refuses another tenant's member after the right password, and signs nobody in [U.3]", async () => {
    const visitor = at.app.visitor();
    const page = await signIn(at.app, visitor, await strictOnly.authorizationUrl(), 'new@open.test');
    expect(page).to.include({ status: 403, name: 'error', error: 'forbidden' });
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
  });

  it('reveals no tenant of an account after a wrong password [A95]', async () => {
    const visitor = at.app.visitor();
    await visitor.open(await strictOnly.authorizationUrl());
    const ofOther = await visitor.signIn('new@open.test', 'wrong');
    const ofNobody = await visitor.signIn('nobody@open.test', 'wrong');
    for (const page of [ofOther, ofNobody]) {
      expect(page).to.include({ status: 422, error: 'credentials_invalid' });
    }
  });

  it('lets a refused person try another account or leave [U.3]', async () => {
    const visitor = at.app.visitor();
    const page = await signIn(at.app, visitor, await strictOnly.authorizationUrl(), 'new@open.test');
    await visitor.open(page.link('/sign-in') ?? '');
    await visitor.signIn('app@strict.test', PASSWORD);
    expect((await redeem(strictOnly, await visitor.enterCode(nextCode(at.app)))).claims.acr).to.equal(MFA);

    const other = at.app.visitor();
    const refused = await signIn(at.app, other, await strictOnly.authorizationUrl(), 'new@open.test');
    expect(errorOf(await other.follow(await other.submit(refused, {}, 'cancel')))).to.equal('access_denied');
  });

  it('asks a signed-in member of another tenant to sign in with another account [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect(errorOf(await askAgain(visitor, strictOnly, { prompt: 'none' }))).to.equal('login_required');
    const page = await askAgain(visitor, strictOnly);
    expect(page.name).to.equal('sign-in');
    expect(page.$('[name=email]').attr('value') ?? '').to.equal('');
    expect((await visitor.signIn('new@open.test', PASSWORD)).error).to.equal('forbidden');
  });

  it('accepts the live session of its own member [U.3]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'app@strict.test');
    const end = await askAgain(visitor, strictOnly, { prompt: 'none' });
    expect((await redeem(strictOnly, end)).claims.sub).to.equal(claims.sub);
  });

  it('refuses other tenants at once after a client was assigned to one [B.2]', async () => {
    const offline = { scope: 'openid offline_access' };
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test', offline);
    const { clients } = standardConfig();
    const given = clients.map((one) => (one.client_id === 'rp' ? { ...one, tenant: 'strict' } : one));
    await at.app.reload({ clients: given });
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('login_required');
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
    const info = client.fetchUserInfo(at.rp.configuration, tokens.access_token, claims.sub);
    expect(await refusal(info)).to.equal('invalid_token');
    const asked = await client.tokenIntrospection(at.rp.configuration, tokens.access_token);
    expect(asked).to.deep.equal({ active: false });
    await at.app.reload({ clients });
    expect((await refresh(at.rp, tokens.refresh_token)).access_token).to.be.a('string');
  });
});
