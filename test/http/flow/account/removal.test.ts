/** The question before a removal: what it says, what it refuses, and what it changes. */
import { expect } from 'chai';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, errorOf, interaction, nextCode, refresh, refusal, tokensFor } from '../../oidc/story.ts';
import { accounts, lastRemoval, member, removeAt, removeWith, withApp, words } from '../members.ts';
import { sentTo } from '../outbox.ts';
import { openSecurity, trust, trusting } from '../trusted-browsers/trust.ts';

const SECURITY = '/account/security';
const MINUTE = 60_000;
const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' };
const APP = { method: 'totp', secret: SECRET } as const;
const TABLET = { method: 'totp', secret: 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V' } as const;

describe('the question before a removal', () => {
  const s = interaction(() => ({
    ...accounts(
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus'].map((name) => withApp(name, 'open')),
      ...['hal', 'ida'].map((name) => member(name, 'open', { factors: [APP, TABLET] })),
      ...['jan', 'kim'].map((name) => withApp(name, 'strict')),
    ),
    ...trusting('open', 'strict'),
  }));

  async function signedIn(email: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    await visitor.signIn(email, PASSWORD);
    const page = await visitor.enterCode(nextCode(s.app));
    expect([page.name, page.status]).to.deep.equal(['security', 200]);
    return { visitor, page };
  }

  async function factorsOf(email: string): Promise<number> {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    return (await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '')).filter(isFactor).length;
  }

  /** Presses the button, which changes nothing yet, and gives the question. */
  async function ask({ visitor, page }: { visitor: Visitor; page: Page }, button: string): Promise<Page> {
    const answer = await visitor.submit(page, {}, button);
    expect(answer.status).to.equal(303);
    const question = await visitor.follow(answer);
    expect([question.name, question.status]).to.deep.equal(['confirm-removal', 200]);
    return question;
  }

  it('says that the password is enough after the last factor, and removes it when confirmed [4.2 A53]', async () => {
    const at = await signedIn('ann@open.test');
    const question = await ask(at, 'remove');
    expect(words(question))
      .to.include('Remove Authenticator app?')
      .and.to.include('Anyone who knows your password can sign in.')
      .and.to.include('are signed out');
    expect(await factorsOf('ann@open.test')).to.equal(1);
    const confirmed = await at.visitor.submit(question, {}, 'confirm');
    expect(confirmed.status).to.equal(303);
    expect(words(await at.visitor.follow(confirmed)))
      .to.include('Removed.')
      .and.to.include('Off.');
    expect(await factorsOf('ann@open.test')).to.equal(0);
  });

  it('names what is asked for after another factor goes, and that trusted browsers are asked again [4.2]', async () => {
    const { visitor } = await trust(s, 'hal@open.test');
    const page = await openSecurity(s, visitor);
    const token = page.$(`form[action="${lastRemoval(page)}"] [name=_token]`).attr('value') ?? '';
    const question = await visitor.follow(await visitor.post(lastRemoval(page), { _token: token }));
    expect(words(question))
      .to.include('we ask for what you have left: Authenticator app.')
      .and.to.include('Browsers that you trust')
      .and.not.to.include('Anyone who knows your password');
  });

  it('changes nothing when it is cancelled, or left [4.2]', async () => {
    const at = await signedIn('ben@open.test');
    const question = await ask(at, 'remove');
    const back = await at.visitor.submit(question, {}, 'cancel');
    expect([back.status, new URL(back.location ?? '').pathname]).to.deep.equal([303, SECURITY]);
    await ask({ ...at, page: await at.visitor.follow(back) }, 'turn-off');
    expect(await factorsOf('ben@open.test')).to.equal(1);
    expect(await sentTo(s.app, 'ben@open.test')).to.deep.equal([]);
  });

  it('lists what goes when the second factor is turned off [1.6 4.2]', async () => {
    const question = await ask(await signedIn('cat@open.test'), 'turn-off');
    expect(words(question))
      .to.include('Turn off two-step verification?')
      .and.to.include('Everything you set up is removed: Authenticator app.');
  });

  it('comes before a browser is not trusted any more [A86]', async () => {
    const { visitor } = await trust(s, 'dan@open.test');
    const at = { visitor, page: await openSecurity(s, visitor) };
    const question = await ask(at, 'remove-trusted-browser');
    expect(words(question)).to.include('Stop trusting Firefox').and.to.include('your second step');
    const done = await visitor.follow(await visitor.submit(question, {}, 'confirm'));
    expect(words(done)).to.include('no longer trusted');
    expect(done.$('button[name=remove-trusted-browser]').length).to.equal(0);
  });

  it('is not asked where the factor is required: the refusal says who decides [1.6 4.2 4.6 A53]', async () => {
    const { visitor, page } = await signedIn('jan@strict.test');
    expect(page.$('button[name=turn-off], button[name=remove]').length).to.equal(0);
    expect(page.$('button[name=replace]').length).to.equal(1);
    for (const path of [`${SECURITY}/turn-off`, page.$('form[action$="/rename"]').attr('action') ?? '']) {
      const direct = await visitor.open(path.replace('/rename', '/remove'));
      expect([direct.name, new URL(direct.url).pathname]).to.deep.equal(['security', SECURITY]);
    }
    expect(await factorsOf('jan@strict.test')).to.equal(1);
  });

  it('is never answered by a GET, nor by a form of another factor or session [A56]', async () => {
    const at = await signedIn('ida@open.test');
    const question = await ask(at, 'remove');
    const { action, body } = question.form({}, 'confirm');
    expect((await at.visitor.get(action)).status).to.equal(404);
    const other = lastRemoval(at.page);
    for (const path of [`${other}/confirm`, `${SECURITY}/turn-off/confirm`])
      expect((await at.visitor.post(path, Object.fromEntries(body))).status, path).to.equal(403);
    const again = await signedIn('ida@open.test');
    expect((await again.visitor.post(action, Object.fromEntries(body))).status).to.equal(403);
    expect(await factorsOf('ida@open.test')).to.equal(2);
  });

  it('is not confirmed by a session older than the limit: the second factor is asked again [A51]', async () => {
    const at = await signedIn('eve@open.test');
    const question = await ask(at, 'turn-off');
    s.clock.nextStep(6 * MINUTE);
    const answer = await at.visitor.submit(question, {}, 'confirm');
    expect(answer.status).to.equal(303);
    expect((await at.visitor.follow(answer)).name).to.equal('enter-code');
    expect((await at.visitor.open(`${SECURITY}/turn-off`)).name).to.equal('enter-code');
    expect(await factorsOf('eve@open.test')).to.equal(1);
  });

  it('ends the session and the tokens of the other browser once it is confirmed [A58]', async () => {
    const other = await tokensFor(s.app, s.rp, 'fay@open.test', OFFLINE);
    const at = await signedIn('fay@open.test');
    const question = await ask(at, 'remove');
    expect(errorOf(await askAgain(other.visitor, s.rp, { prompt: 'none' })), 'asked').to.equal(null);
    await at.visitor.submit(question, {}, 'confirm');
    expect(errorOf(await askAgain(other.visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect(await refusal(refresh(s.rp, other.tokens.refresh_token))).to.equal('invalid_grant');
    expect((await at.visitor.open(`${SECURITY}?done=removed`)).name, 'its own').to.equal('security');
  });

  it('shows no secret, no code and no key [A52]', async () => {
    const at = await signedIn('gus@open.test');
    for (const button of ['remove', 'turn-off'])
      expect((await ask(at, button)).text).not.to.match(new RegExp(`otpauth:|${SECRET}|recovery-code`));
  });

  it('leads back to the security page when its factor is gone meanwhile', async () => {
    const at = await signedIn('kim@strict.test');
    const setUp = await at.visitor.follow(await at.visitor.submit(at.page, {}, 'set-up=totp'));
    const page = await at.visitor.putAway(
      await at.visitor.submit(setUp, { code: nextCode(s.app, setUp.mark('secret')) }),
    );
    const question = await ask({ ...at, page }, 'remove');
    const first = question.url;
    await removeWith(at.visitor, page, 'remove');
    expect((await at.visitor.open(first)).name).to.equal('security');
    const gone = await removeAt(at.visitor, page, new URL(first).pathname);
    expect([gone.status, gone.name]).to.deep.equal([200, 'security']);
    expect(await factorsOf('kim@strict.test')).to.equal(1);
  });
});
