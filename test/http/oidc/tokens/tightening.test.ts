/** A policy that was tightened acts at once on everything that lives; loosened again, it lets it live on. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import {
  askAgain,
  claimsOf,
  confidential,
  errorOf,
  interaction,
  MFA,
  nextCode,
  post,
  redeem,
  refresh,
  refusal,
  SFA,
  setUpApp,
  tenantsWith,
  tokensFor,
} from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };
const REQUIRED = tenantsWith('open', { enforcement: 'required' });
const { tenants, clients, accounts } = standardConfig();
const clerk = {
  email: 'clerk@open.test',
  tenant: 'open',
  name: 'Clerk',
  password: PASSWORD,
  groups: ['finance'],
};

describe('a policy that is tightened', () => {
  const at = interaction(() => ({ accounts: [...accounts, clerk] }));
  // Each test tightens for itself, and begins with what is in the configuration of all the others.
  afterEach(() => at.app.reload({ tenants, clients }));

  const userInfo = (token: string, sub: string) => client.fetchUserInfo(at.rp.configuration, token, sub);
  const introspected = async (token: string) =>
    (await post(at.app, '/token/introspection', { token })).body.active;

  it('(B.2) answers prompt=none with interaction_required [A79]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    await at.app.reload(REQUIRED);
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('interaction_required');
  });

  it('(B.2) leads SSO to the enrolment at once, and then to the relying party [A79]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'boss@open.test');
    await at.app.reload(REQUIRED);
    const rp2 = await at.app.relyingParty('rp2');
    const page = await askAgain(visitor, rp2);
    expect(page.name).to.equal('set-up-choose');
    const { end } = await setUpApp(at.app, visitor);
    const raised = await redeem(rp2, end);
    expect(raised.claims).to.include({ sub: claims.sub, acr: MFA, auth_time: claims.auth_time });
    expect((await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }))).claims.acr).to.equal(
      MFA,
    );
  });

  it('(B.2) issues no code to a person who leaves the enrolment [A79]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    await at.app.reload(REQUIRED);
    const page = await askAgain(visitor, at.rp);
    expect(errorOf(await visitor.follow(await visitor.submit(page, {}, 'cancel')))).to.equal('access_denied');
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('interaction_required');
  });

  it('takes a scope from the refresh tokens of a client that may not ask for it any more [A80]', async () => {
    const scope = 'openid groups offline_access';
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test', { scope });
    const narrow = (one: Yaml) => (one.client_id === 'rp' ? { ...one, scope: 'openid offline_access' } : one);
    await at.app.reload({ tenants, clients: clients.map(narrow) });
    const next = await refresh(at.rp, tokens.refresh_token);
    expect(next.scope).to.equal('openid offline_access');
    expect(await userInfo(next.access_token, claims.sub)).not.to.have.any.keys('groups', 'roles');
    const asked = client.refreshTokenGrant(at.rp.configuration, tokens.refresh_token ?? '', { scope });
    expect(await refusal(asked)).to.equal('invalid_scope');
  });

  it('(B.2) ends refresh, userinfo and introspection [A80]', async () => {
    const { tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    await at.app.reload(REQUIRED);
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect(await refusal(userInfo(tokens.access_token, claims.sub))).to.equal('invalid_token');
    expect(await introspected(tokens.access_token)).to.equal(false);
    expect(await introspected(tokens.refresh_token ?? '')).to.equal(false);
  });

  it('(B.2) ends an authorization code that was not redeemed yet [A80]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const end = await askAgain(visitor, at.rp);
    await at.app.reload(REQUIRED);
    expect(await refusal(at.rp.exchange(end.location ?? ''))).to.equal('invalid_grant');
  });

  it("acts on the account's own pages [B.2]", async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    expect((await visitor.open('/account')).name).to.equal('account');
    await at.app.reload(REQUIRED);
    expect((await visitor.open('/account')).name).to.equal('set-up-choose');
  });

  it('stops a sign-in that is under way [B.2]', async () => {
    const visitor = at.app.visitor();
    const page = await askAgain(visitor, at.rp);
    await at.app.reload(REQUIRED);
    const fields = { email: 'new@open.test', password: PASSWORD };
    const next = await visitor.follow(await visitor.submit(page, fields));
    expect(next.name).to.match(/^set-up-/);
  });

  it('stops an answer to the consent page that was open meanwhile [B.2]', async () => {
    const third = await at.app.relyingParty('third');
    const visitor = at.app.visitor();
    await askAgain(visitor, third);
    const page = await visitor.signIn('new@open.test', PASSWORD);
    expect(page.name).to.equal('consent');
    await at.app.reload(REQUIRED);
    const next = await visitor.follow(await visitor.submit(page, {}, 'allow'));
    expect(next.name).to.equal('set-up-choose');
  });

  it('does not affect a person who gave two factors [B.2]', async () => {
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'app@open.test', OFFLINE);
    await at.app.reload(REQUIRED);
    expect((await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }))).claims.acr).to.equal(
      MFA,
    );
    expect((await userInfo(tokens.access_token, claims.sub)).sub).to.equal(claims.sub);
    expect(claimsOf(await refresh(at.rp, tokens.refresh_token)).acr).to.equal(MFA);
  });

  it('lets live sessions and tokens continue once the policy is loosened again [B.2]', async () => {
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    await at.app.reload(REQUIRED);
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
    await at.app.reload({ tenants });
    const again = await redeem(at.rp, await askAgain(visitor, at.rp, { prompt: 'none' }));
    expect(again.claims.auth_time).to.equal(claims.auth_time);
    expect(claimsOf(await refresh(at.rp, tokens.refresh_token)).acr).to.equal(SFA);
    expect((await userInfo(tokens.access_token, claims.sub)).sub).to.equal(claims.sub);
  });

  it('acts when the rule of the client was changed [B.2]', async () => {
    const { visitor, tokens, claims } = await tokensFor(at.app, at.rp, 'new@open.test', OFFLINE);
    const stricter = clients.map((one) =>
      one.client_id === 'rp' ? { ...one, second_factor: 'always' } : one,
    );
    await at.app.reload({ clients: stricter });
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect(await refusal(userInfo(tokens.access_token, claims.sub))).to.equal('invalid_token');
    const rp2 = await at.app.relyingParty('rp2');
    expect(errorOf(await askAgain(visitor, rp2, { prompt: 'none' }))).to.equal(null);
  });

  it('acts on the members of a tightened group only [B.2]', async () => {
    const { visitor: member } = await tokensFor(at.app, at.rp, 'clerk@open.test');
    const { visitor: other } = await tokensFor(at.app, at.rp, 'new@open.test');
    await at.app.reload(tenantsWith('open', { groups: { finance: 'required' } }));
    expect(errorOf(await askAgain(member, at.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(errorOf(await askAgain(other, at.rp, { prompt: 'none' }))).to.equal(null);
  });

  it('acts when the used method is no longer allowed [B.2]', async () => {
    const { visitor, tokens } = await tokensFor(at.app, at.rp, 'app@open.test', OFFLINE);
    await at.app.reload(tenantsWith('open', { methods: ['passkey'] }));
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect((await askAgain(visitor, at.rp)).error).to.equal('method_not_allowed');
    expect(await refusal(refresh(at.rp, tokens.refresh_token))).to.equal('invalid_grant');
  });

  it('enrols no method that was forbidden meanwhile, at a sign-in or on the security page [B.2 A105]', async () => {
    await at.app.reload(tenantsWith('strict', { methods: ['totp', 'email'] }));
    const forced = at.app.visitor();
    await askAgain(forced, at.rp);
    await forced.signIn('new@strict.test', PASSWORD);
    const own = at.app.visitor();
    await own.open('/account/security');
    await own.signIn('clerk@open.test', PASSWORD);
    const forcedPage = await forced.chooseMethod('totp');
    const ownPage = await own.follow(await own.submit(own.page, {}, 'set-up=totp'));
    await at.app.reload({
      tenants: tenants.map((tenant) => ({
        ...tenant,
        second_factor: { ...(tenant.second_factor as Yaml), methods: ['email'] },
      })),
    });
    const typed = (page: Page) => ({ code: nextCode(at.app, page.mark('secret')) });
    const next = await forced.follow(await forced.submit(forcedPage, typed(forcedPage)));
    expect(next.name).to.equal('set-up-email');
    expect((await forced.open(forcedPage.url)).name).to.equal('set-up-choose');
    expect((await own.follow(await own.submit(ownPage, typed(ownPage)))).name).to.equal('security');
    expect((await own.open(ownPage.url)).name).to.equal('security');
    for (const email of ['new@strict.test', 'clerk@open.test']) {
      const account = await at.app.parts.stores.accounts.findByEmail(email);
      expect(await at.app.parts.stores.enrolments.listByAccount(account?.id ?? ''), email).to.deep.equal([]);
    }
  });

  it('refuses a client that was removed, without an effect on others [B.2]', async () => {
    const gone = confidential('short-lived', { post_logout_redirect_uris: ['http://rp.test/bye'] });
    await at.app.reload({ clients: [...clients, gone] });
    const party = await at.app.relyingParty('short-lived');
    const { visitor, tokens } = await tokensFor(at.app, party, 'app@open.test', OFFLINE);
    const url = await party.authorizationUrl({ prompt: 'login' });
    const page = await visitor.open(url);
    await at.app.reload({ clients });
    expect(await refusal(refresh(party, tokens.refresh_token))).to.equal('invalid_client');
    expect((await visitor.get(url)).status).to.equal(400);
    // A sign-in for the client that is gone ends in a page, not in a fault.
    expect(
      await visitor.follow(await visitor.submit(page, { email: 'app@open.test', password: PASSWORD })),
    ).to.include({ name: 'enter-code' });
    expect(await visitor.enterCode(nextCode(at.app))).to.include({ status: 400, name: 'error' });
    expect(errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }))).to.equal(null);
    const confirm = await visitor.open('/session/end');
    expect((await visitor.follow(await visitor.submit(confirm, {}, 'logout'))).name).to.equal('signed-out');
  });
});
