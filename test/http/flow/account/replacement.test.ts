/** Replacing a factor: the old one works until the new one does, and goes in the same act. */
import { expect } from 'chai';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { totpCode } from '../../../support/totp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, errorOf, interaction, nextCode, tokensFor } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, lastRemoval, removeAt, withApp, words } from '../members.ts';
import { codeTo, desk, phoneFor, reachable, sentTo } from '../outbox.ts';

const SECURITY = '/account/security';
const MINUTE = 60_000;
const APP = { method: 'totp', secret: SECRET } as const;

describe('a factor that is replaced', () => {
  const s = interaction(() => {
    const { tenants, accounts: people } = desk(
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'hal'].map((name) => reachable(name, 'desk', APP)),
      reachable('gus', 'desk', APP, 'email'),
      reachable('ida', 'desk', 'sms', APP),
    );
    const strict = accounts(withApp('kim', 'strict')).accounts as object[];
    return { tenants, accounts: [...(people as object[]), strict.at(-1)] };
  });
  const at = (name: string) => `${name}@desk.test`;

  async function signedIn(email: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    await visitor.signIn(email, PASSWORD);
    if (visitor.page.name === 'choose-method') await visitor.chooseMethod('totp');
    const page = await visitor.enterCode(nextCode(s.app));
    expect([page.name, page.status]).to.deep.equal(['security', 200]);
    return { visitor, page };
  }

  async function factorsOf(email: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    return (await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '')).filter(isFactor);
  }

  const methods = async (email: string) => (await factorsOf(email)).map(({ method }) => method);

  async function beginWith(visitor: Visitor, page: Page): Promise<Page> {
    return visitor.follow(await visitor.submit(page, {}, 'replace'));
  }

  it('works until the new one does, and goes with its first code: one mail tells of both [4.3 0.5 A48]', async () => {
    const { visitor, page } = await signedIn(at('ann'));
    const [old] = await factorsOf(at('ann'));
    const shown = await beginWith(visitor, page);
    expect(shown.name).to.equal('set-up-totp');
    expect((await visitor.submit(shown, { code: '000000' })).error).to.equal('code_invalid');
    const elsewhere = await givePassword(s, at('ann'));
    expect(hasCode(await elsewhere.visitor.enterCode(nextCode(s.app)))).to.equal(true);

    const before = (await sentTo(s.app, at('ann'))).length;
    const code = nextCode(s.app, shown.mark('secret'));
    const done = await visitor.putAway(await visitor.submit(shown, { code, label: 'New phone' }));
    expect(words(done)).to.include('New phone');
    const left = await factorsOf(at('ann'));
    expect(left.map(({ label }) => label)).to.deep.equal(['New phone']);
    expect(left[0]?.id).not.to.equal(old?.id);
    const mails = (await sentTo(s.app, at('ann'))).slice(0, -before || undefined);
    expect(mails.filter(({ subject }) => /was (replaced|added|removed)/.test(subject))).to.have.length(1);
    expect(mails[0]?.subject).to.include('A second step of your account').and.to.include('was replaced');
    expect(mails[0]?.text).to.match(/Replaces:? .*Authenticator app/);

    const again = await givePassword(s, at('ann'));
    expect((await again.visitor.enterCode(totpCode(SECRET, s.clock.now()))).error).to.equal('code_invalid');
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app, shown.mark('secret'))))).to.equal(true);
    const { audit } = s.app.parts.stores;
    const lines = await audit.list({ accountId: old?.accountId ?? '', limit: 9 });
    const changes = lines.filter(({ event }) => event.startsWith('enrolment.'));
    expect(changes.map(({ event, actor }) => [event, actor])).to.have.deep.members([
      ['enrolment.created', old?.accountId],
      ['enrolment.removed', old?.accountId],
    ]);
  });

  it('can be replaced by another method, and stays the default [4.3]', async () => {
    const { visitor, page } = await signedIn(at('ben'));
    const [old] = await factorsOf(at('ben'));
    await s.app.parts.stores.enrolments.setDefault(old?.accountId ?? '', old?.id ?? '');
    const shown = await beginWith(visitor, page);
    const chooser = await visitor.open(shown.$('main a[href$="/replace"]').attr('href') ?? '');
    expect([chooser.name, words(chooser).includes('which works until the new one does')]).to.deep.equal([
      'set-up-choose',
      true,
    ]);
    const mail = await visitor.follow(await visitor.submit(chooser, { method: 'email' }));
    const asked = await visitor.follow(await visitor.submit(mail, {}, 'send'));
    expect(await methods(at('ben'))).to.deep.equal(['totp']);
    const done = await visitor.putAway(await visitor.submit(asked, { code: await codeTo(s.app, at('ben')) }));
    expect(done.name).to.equal('security');
    const [now, ...others] = await factorsOf(at('ben'));
    expect([now?.method, now?.isDefault, others.length]).to.deep.equal(['email', true, 0]);
  });

  it('offers a choice where the same method cannot take its place [4.3]', async () => {
    const { visitor, page } = await signedIn(at('gus'));
    const action = page.$('[data-method=email] form[action$="/replace"]').attr('action') ?? '';
    const token = page.$(`form[action="${action}"] [name=_token]`).attr('value') ?? '';
    const chooser = await visitor.follow(await visitor.post(action, { _token: token }));
    expect(chooser.name).to.equal('set-up-choose');
    expect(chooser.$('[name=method][value=email]').length).to.equal(0);
    for (const method of ['recovery', 'constructor', '']) {
      const refused = await visitor.post(action, { _token: token, method });
      expect([refused.status, refused.error], method).to.deep.equal([422, 'method_not_allowed']);
    }
    expect(await methods(at('gus'))).to.deep.equal(['totp', 'email']);
  });

  it('stays when the new one is left alone, and when it is required [4.3 A53]', async () => {
    const { visitor, page } = await signedIn('kim@strict.test');
    const shown = await beginWith(visitor, page);
    await visitor.open(SECURITY);
    expect(await factorsOf('kim@strict.test')).to.have.length(1);
    const code = nextCode(s.app, shown.mark('secret'));
    await visitor.putAway(await visitor.submit(shown, { code }));
    const [now, ...more] = await factorsOf('kim@strict.test');
    expect([now === undefined, more.length]).to.deep.equal([false, 0]);
    expect(hasCode((await tokensPage('kim@strict.test', shown.mark('secret'))) ?? shown)).to.equal(true);
  });

  async function tokensPage(email: string, secret: string): Promise<Page | null> {
    const { visitor } = await givePassword(s, email);
    return visitor.enterCode(nextCode(s.app, secret));
  }

  it('ends the other sessions that used it, and not the one that replaced it [A58]', async () => {
    const other = await tokensFor(s.app, s.rp, at('cat'));
    const { visitor, page } = await signedIn(at('cat'));
    const shown = await beginWith(visitor, page);
    expect(errorOf(await askAgain(other.visitor, s.rp, { prompt: 'none' })), 'begun').to.equal(null);
    await visitor.putAway(await visitor.submit(shown, { code: nextCode(s.app, shown.mark('secret')) }));
    expect(errorOf(await askAgain(other.visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    const next = await beginWith(visitor, await visitor.open(SECURITY));
    const done = await visitor.submit(next, { code: nextCode(s.app, next.mark('secret')) });
    expect(words(await visitor.follow(done)), 'with recovery codes').to.include('the old one is removed');
  });

  it('is asked for again when the session is older than the limit [A51]', async () => {
    const { visitor, page } = await signedIn(at('dan'));
    s.clock.nextStep(6 * MINUTE);
    const answer = await visitor.submit(page, {}, 'replace');
    expect((await visitor.follow(answer)).name).to.equal('enter-code');
    expect(await methods(at('dan'))).to.deep.equal(['totp']);
  });

  it('shows the new key until it is confirmed, and the old one never [A52]', async () => {
    const { visitor, page } = await signedIn(at('eve'));
    const shown = await beginWith(visitor, page);
    expect(shown.text).not.to.include(SECRET);
    const secret = shown.mark('secret');
    await visitor.putAway(await visitor.submit(shown, { code: nextCode(s.app, secret) }));
    for (const url of [shown.url, SECURITY, `${SECURITY}?done=replaced`])
      expect((await visitor.open(url)).text, url).not.to.match(new RegExp(`otpauth:|${secret}|${SECRET}`));
  });

  it('is no factor of another account, and no form of another factor [A13 A56]', async () => {
    const { visitor, page } = await signedIn(at('fay'));
    const [theirs] = await factorsOf(at('dan'));
    const token = page.$('form[action$="/replace"] [name=_token]').attr('value') ?? '';
    for (const id of [theirs?.id ?? '', 'made-up'])
      expect((await visitor.post(`${SECURITY}/factors/${id}/replace`, { _token: token })).status).to.equal(
        403,
      );
    expect((await visitor.open(`${SECURITY}/factors/${theirs?.id}/replace`)).name).to.equal('security');
    expect(await methods(at('dan'))).to.deep.equal(['totp']);
  });

  it('is lost to nobody when it was removed meanwhile: the new one is set up all the same [4.3]', async () => {
    const { visitor, page } = await signedIn(at('hal'));
    const shown = await beginWith(visitor, page);
    await removeAt(visitor, page, lastRemoval(page));
    expect(await factorsOf(at('hal'))).to.deep.equal([]);
    const code = nextCode(s.app, shown.mark('secret'));
    const done = await visitor.putAway(await visitor.submit(shown, { code, label: 'New' }));
    expect([done.name, done.status]).to.deep.equal(['security', 200]);
    expect((await factorsOf(at('hal'))).map(({ label }) => label)).to.deep.equal(['New']);
    const [mail] = await sentTo(s.app, at('hal'));
    expect(mail?.subject).to.include('was added');
  });

  it('of text messages tells its number when codes go elsewhere from now on [3.5 A48]', async () => {
    const { visitor, page } = await signedIn(at('ida'));
    const action = page.$('[data-method=sms] form[action$="/replace"]').attr('action') ?? '';
    const token = page.$(`form[action="${action}"] [name=_token]`).attr('value') ?? '';
    const mail = await visitor.follow(await visitor.post(action, { _token: token, method: 'email' }));
    const asked = await visitor.follow(await visitor.submit(mail, {}, 'send'));
    await visitor.putAway(await visitor.submit(asked, { code: await codeTo(s.app, at('ida')) }));
    expect(await methods(at('ida'))).to.deep.equal(['totp', 'email']);
    const [text] = await sentTo(s.app, phoneFor('ida'));
    expect(text?.text).to.include('was replaced');
  });
});
