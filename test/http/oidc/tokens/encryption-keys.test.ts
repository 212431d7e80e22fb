/** Encryption keys are rotated under people at work, and an older one goes once nothing is sealed under it. */
import { expect } from 'chai';
import { createCipher } from '../../../../src/adapters/system/cipher.ts';
import { KeysRefused } from '../../../../src/use-cases/keys/admission.ts';
import { createReencryption } from '../../../../src/use-cases/keys/reencryption.ts';
import { type App, PASSWORD, startApp } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import { type MachineClock, moveMachine } from '../machine-clock.ts';
import { askAgain, errorOf, MFA, nextCode, redeem, refresh, refusal, signIn, tokensFor } from '../story.ts';

const OFFLINE = { scope: 'openid offline_access' };
const padded = (name: string) => name.padEnd(40, '-');
const key = (id: string) => ({ id, key: padded(id) });
const keys = (...ids: string[]) => ({
  secrets: { cookies: [padded('cookie')], encryption: ids.map(key) },
});

describe('encryption keys', () => {
  let clock: MachineClock;
  let app: App;
  let rp: RelyingParty;
  beforeEach(async () => {
    clock = moveMachine();
    app = await startApp({ clock, config: keys('old') });
    rp = await app.relyingParty();
  });
  afterEach(async () => {
    await app.stop();
    clock.restore();
  });

  const reencryption = (...ids: string[]) =>
    createReencryption({ ...app.parts.stores, cipher: createCipher(ids.map(key)), clock });
  const reseal = (...ids: string[]) => reencryption(...ids).round(async () => true);
  const counts = async () => Object.fromEntries(await reencryption('any').count());
  const failed = (reloaded: Promise<void>) =>
    reloaded.then(
      () => null,
      (error: unknown) => error,
    );

  it('are added, used and rotated without an effect on people [R35]', async () => {
    const { visitor, tokens } = await tokensFor(app, rp, 'app@open.test', OFFLINE);
    const waiting = app.visitor();
    await askAgain(waiting, rp);
    await waiting.signIn('app@open.test', PASSWORD);

    await app.reload(keys('old', 'new'));
    await app.reload(keys('new', 'old'));
    expect(await reseal('new', 'old')).to.include({ unreadable: 0 });
    expect(errorOf(await askAgain(visitor, rp, { prompt: 'none' }))).to.equal(null);
    const refreshed = await refresh(rp, tokens.refresh_token);
    expect((await redeem(rp, await waiting.enterCode(nextCode(app)))).claims.acr).to.equal(MFA);
    expect(Object.keys(await counts())).to.deep.equal(['new']);

    // Everything durable is found again without the old one: by its digest, and under its seal.
    await app.reload(keys('new'));
    expect((await refresh(rp, refreshed.refresh_token)).access_token).to.be.a('string');
    const later = await tokensFor(app, rp, 'app@open.test');
    expect(later.claims.acr).to.equal(MFA);
    expect(errorOf(await askAgain(visitor, rp, { prompt: 'none' }))).to.be.oneOf([null, 'login_required']);
  });

  it('keep known browsers and counted failures when they are removed [R35]', async () => {
    const visitor = app.visitor();
    await signIn(app, visitor, await rp.authorizationUrl(), 'new@open.test');
    const stranger = app.visitor();
    await askAgain(stranger, rp);
    for (let tries = 0; tries < 10; tries += 1) await stranger.signIn('new@open.test', 'wrong');

    await app.reload(keys('new', 'old'));
    await reseal('new', 'old');
    await app.reload(keys('new'));
    const another = app.visitor();
    await askAgain(another, rp);
    expect((await another.signIn('new@open.test', PASSWORD)).status).to.equal(429);
    await askAgain(visitor, rp, { prompt: 'login' });
    expect(errorOf(await visitor.signIn('new@open.test', PASSWORD))).to.equal(null);
  });

  it('re-encrypt records on use, too [R35]', async () => {
    await app.reload(keys('new', 'old'));
    const before = (await counts()).new?.factors ?? 0;
    await tokensFor(app, rp, 'app@open.test');
    expect((await counts()).new?.factors).to.equal(before + 1);
  });

  it('cannot be removed too early, and the running server keeps its own [R35]', async () => {
    const { tokens } = await tokensFor(app, rp, 'app@open.test', OFFLINE);
    await app.reload(keys('new', 'old'));
    const refused = await failed(app.reload(keys('new')));
    expect(refused).to.be.instanceOf(KeysRefused);
    expect(String(refused))
      .to.match(/^KeysRefused: .*\bold\b.*keys status/)
      .and.not.include('\n');
    expect((await refresh(rp, tokens.refresh_token)).access_token).to.be.a('string');
    expect((await tokensFor(app, rp, 'app@open.test')).claims.acr).to.equal(MFA);
  });

  it('are refused when another key has the same id, or when none is listed [R35]', async () => {
    await reseal('old');
    const other = { secrets: { ...keys('old').secrets, encryption: [{ id: 'old', key: padded('other') }] } };
    expect(await failed(app.reload(other))).to.be.instanceOf(KeysRefused);
    expect(await failed(app.reload(keys('new')))).to.be.instanceOf(KeysRefused);
    await app.reload(keys('old'));
  });

  it('that are lost make a factor unusable: the page names the contact, and the audit log has an event [R35]', async () => {
    const stores = app.parts.stores;
    const foreign = createCipher([key('gone')]);
    const account = await stores.accounts.findByEmail('app@open.test');
    for (const { id, secret } of await stores.enrolments.listByAccount(account?.id ?? ''))
      await stores.enrolments.replaceSecret(id, secret ?? '', foreign.encrypt('lost', 'lost'));

    const visitor = app.visitor();
    const page = await signIn(app, visitor, await rp.authorizationUrl(), 'app@open.test');
    expect([page.name, page.status, page.error]).to.deep.equal(['error', 403, 'method_not_allowed']);
    expect(page.text).to.include('help@open.test');
    const [newest] = await stores.audit.list({ accountId: account?.id ?? '', limit: 1 });
    expect(newest).to.include({ event: 'sign_in.refused', reason: 'secret_unreadable' });
  });

  it('that are lost end what was issued under them, without an error [R35]', async () => {
    const { visitor, tokens } = await tokensFor(app, rp, 'boss@open.test', OFFLINE);
    const { keys: known } = app.parts.stores;
    // As it is given up when it is lost for good.
    await known.remove('old');
    await app.reload(keys('new'));
    expect(await refusal(refresh(rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect(errorOf(await askAgain(visitor, rp, { prompt: 'none' }))).to.equal('login_required');
    await askAgain(visitor, rp);
    expect(errorOf(await visitor.signIn('boss@open.test', PASSWORD))).to.equal(null);
  });
});
