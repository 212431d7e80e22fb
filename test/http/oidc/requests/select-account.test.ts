/** `prompt=select_account`: to continue as the account of the session, or to sign in with another one. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  askAgain,
  errorOf,
  interaction,
  MFA,
  nextCode,
  partyOf,
  redeem,
  tokensFor,
  withClients,
} from '../story.ts';

const SELECT = { prompt: 'select_account' };

describe('prompt=select_account', () => {
  const at = interaction(() =>
    withClients({
      client_id: 'web',
      redirect_uris: ['http://rp.test/callback'],
      initiate_login_uri: 'http://rp.test/login',
      first_party: true,
    }),
  );
  let third: RelyingParty;
  before(async () => {
    third = await at.app.relyingParty('third');
  });

  const press = async (visitor: Visitor, button: 'continue' | 'other' | 'cancel') =>
    visitor.follow(await visitor.submit(visitor.page, {}, button));

  it('is announced [U.3]', () => {
    const { prompt_values_supported: values } = at.rp.configuration.serverMetadata();
    expect(values).to.have.members(['none', 'login', 'consent', 'select_account']);
  });

  it('shows the account of the session, and continues with it [U.3]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await askAgain(visitor, at.rp, SELECT);
    expect(page).to.include({ status: 200, name: 'select-account' });
    expect(page.$('main').text()).to.include('new@open.test');
    const again = await redeem(at.rp, await press(visitor, 'continue'));
    expect(again.claims).to.include({ sub: claims.sub, auth_time: claims.auth_time });
  });

  it('signs in with another account after an empty form, and the session changes to it [A86]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    await askAgain(visitor, at.rp, SELECT);
    const page = await press(visitor, 'other');
    expect(page.name).to.equal('sign-in');
    expect(page.$('[name=email]').val()).to.equal('');
    const change = await visitor.signIn('boss@open.test', PASSWORD);
    expect(change.name).to.equal('switch-account');
    const other = await redeem(at.rp, await visitor.follow(await visitor.submit(change, {})));
    expect(other.claims.sub).not.to.equal(claims.sub);
  });

  it('accepts the same account as another one, after its sign-in [U.3]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    await askAgain(visitor, at.rp, SELECT);
    at.app.clock.nextStep(2000);
    await press(visitor, 'other');
    const end = await redeem(at.rp, await visitor.signIn('new@open.test', PASSWORD));
    expect(end.claims.sub).to.equal(claims.sub);
    expect(end.claims.auth_time).to.be.greaterThan(Number(claims.auth_time));
  });

  it('is the sign-in page where nobody is signed in, and asks nothing after it [U.3]', async () => {
    const visitor = at.app.visitor();
    expect((await visitor.open(await at.rp.authorizationUrl(SELECT))).name).to.equal('sign-in');
    expect((await redeem(at.rp, await visitor.signIn('new@open.test', PASSWORD))).claims.sub).to.be.a(
      'string',
    );
  });

  it('asks for the missing factor of the chosen account, after the choice [A15]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'app@plain.test');
    const page = await askAgain(visitor, at.rp, { ...SELECT, acr_values: MFA });
    expect(page.name).to.equal('select-account');
    expect((await press(visitor, 'continue')).name).to.equal('enter-code');
    const { claims } = await redeem(at.rp, await visitor.enterCode(nextCode(at.app)));
    expect(claims.acr).to.equal(MFA);
  });

  it('is answered by the sign-in that prompt=login or max_age asks for [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    at.app.clock.nextStep(61_000);
    for (const parameters of [{ prompt: 'login select_account' }, { ...SELECT, max_age: '60' }]) {
      const page = await askAgain(visitor, at.rp, parameters);
      expect(page.name).to.equal('sign-in');
      const end = await visitor.signIn('new@open.test', PASSWORD);
      expect((await redeem(at.rp, end)).claims.sub).to.be.a('string');
      at.app.clock.nextStep(61_000);
    }
  });

  it('comes before the consent that a third party asks for [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await askAgain(visitor, third, { prompt: 'select_account consent' });
    expect(page.name).to.equal('select-account');
    expect((await press(visitor, 'continue')).name).to.equal('consent');
    const end = await visitor.follow(await visitor.submit(visitor.page, {}, 'allow'));
    expect((await redeem(third, end)).claims.sub).to.be.a('string');
  });

  it('offers no account that the request or the client does not take [U.3]', async () => {
    const named = await tokensFor(at.app, at.rp, 'boss@open.test');
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const hint = { id_token_hint: String(named.tokens.id_token) };
    const hinted = await askAgain(visitor, at.rp, { ...SELECT, ...hint });
    expect(hinted.name).to.equal('sign-in');
    expect(hinted.$('[name=email]').val()).to.equal('');
    const strict = await at.app.relyingParty('strict-only');
    expect((await askAgain(visitor, strict, SELECT)).name).to.equal('sign-in');
  });

  it('ends with access_denied when the person leaves [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    await askAgain(visitor, at.rp, SELECT);
    expect(errorOf(await press(visitor, 'cancel'))).to.equal('access_denied');
  });

  it('refuses a form without a choice, of another page and from another browser [A56]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await askAgain(visitor, at.rp, SELECT);
    const { action, body } = page.form({}, 'continue');
    const { continue: _pressed, ...fields } = Object.fromEntries(body);
    expect(await visitor.post(action, fields)).to.include({ status: 422, error: 'field_invalid' });
    const forged = await visitor.post(action, { ...fields, continue: '1', _token: 'guessed' });
    expect(forged.status).to.equal(403);
    const stranger = await at.app.visitor().post(action, { ...fields, continue: '1' });
    expect(stranger).to.include({ status: 400, error: 'session_expired' });
  });

  it('cannot be combined with prompt=none [U.3]', async () => {
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await askAgain(visitor, at.rp, { prompt: 'none select_account' });
    expect(errorOf(page)).to.equal('invalid_request');
  });

  it('serves a client whose initiate_login_uri is http in development [U.3]', async () => {
    const web = await partyOf(at.app, 'web', 'http://rp.test/callback', null);
    const { claims } = await tokensFor(at.app, web, 'new@open.test', SELECT);
    expect(claims.sub).to.be.a('string');
  });
});
