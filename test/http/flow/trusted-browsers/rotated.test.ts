/** The cookie of a trusted browser changes with each sign-in. A copy of an older one ends the trust. */
import { expect } from 'chai';
import { OVERLAP_MS } from '../../../../src/domain/sign-in/trusted-browser.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, errorOf, interaction, nextCode, redeem, refresh, refusal } from '../../oidc/story.ts';
import { accounts, arrive, givePassword, hasCode, withApp } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { livingOnTrust, signInAgain, signOut, trust, trusting } from './trust.ts';

const NAMES = 'ann ben cat dan eve fay gus hal ida'.split(' ');

describe('the cookie of a trusted browser', () => {
  const s = interaction(() => ({
    ...trusting('strict'),
    ...accounts(
      ...NAMES.map((name) => withApp(name, 'strict', { email_confirmed: true })),
      withApp('nel', 'strict', { email_confirmed: true, locale: 'nl' }),
    ),
  }));

  const kept = (visitor: Visitor) =>
    visitor.jar.getCookiesSync(s.app.origin).filter(({ key }) => key.startsWith('trusted'));
  const tokenOf = (visitor: Visitor) => kept(visitor)[0]?.value;
  const wait = () => s.clock.nextStep(OVERLAP_MS + 1);

  /** Another browser with a copy of these cookies. */
  function copyOf(visitor: Visitor): Visitor {
    const thief = s.app.visitor();
    for (const cookie of kept(visitor)) thief.jar.setCookieSync(String(cookie), s.app.origin);
    return thief;
  }

  async function browsersOf(email: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    return s.app.parts.stores.trustedBrowsers.listByAccount(account?.id ?? '', s.clock.now());
  }

  async function replays(email: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    const lines = await s.app.parts.stores.audit.list({ accountId: account?.id ?? '', limit: 100 });
    return lines.filter(({ event }) => event === 'browser.replayed');
  }

  it('changes with each sign-in, and the session records name the same browser [A116]', async () => {
    const { visitor } = await trust(s, 'ann@strict.test');
    const values = new Set([tokenOf(visitor)]);
    for (let times = 0; times < 3; times += 1) {
      expect(hasCode(await signInAgain(s, 'ann@strict.test', visitor))).to.equal(true);
      values.add(tokenOf(visitor));
      wait();
    }
    expect(values.size).to.equal(4);
    expect(kept(visitor)).to.have.length(1);
    const [browser, ...others] = await browsersOf('ann@strict.test');
    expect(others).to.deep.equal([]);
    const account = await s.app.parts.stores.accounts.findByEmail('ann@strict.test');
    const records = await s.app.parts.stores.records.listByAccount(account?.id ?? '', s.clock.now());
    const named = records.flatMap(({ trustedBrowserId }) => trustedBrowserId ?? []);
    expect(new Set(named)).to.deep.equal(new Set([browser?.id]));
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect(await replays('ann@strict.test')).to.deep.equal([]);
  });

  it('that was copied asks the thief for the factor, ends the trust, and its owner gets a mail [A116]', async () => {
    const lives = await livingOnTrust(s, 'ben@strict.test');
    const thief = copyOf(lives.visitor);
    expect(hasCode(await signInAgain(s, 'ben@strict.test', lives.visitor))).to.equal(true);
    wait();
    expect((await signInAgain(s, 'ben@strict.test', thief)).name).to.equal('enter-code');
    expect(await browsersOf('ben@strict.test')).to.deep.equal([]);
    expect(errorOf(await askAgain(lives.visitor, s.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(await refusal(refresh(s.rp, lives.tokens.refresh_token))).to.equal('invalid_grant');
    expect((await signInAgain(s, 'ben@strict.test', lives.visitor)).name).to.equal('enter-code');
    expect(await replays('ben@strict.test'), 'told once').to.have.length(1);
    const [mail, ...others] = await sentTo(s.app, 'ben@strict.test');
    expect(others).to.deep.equal([]);
    expect(mail?.subject).to.include('no longer trusted');
    expect(mail?.text).to.include('This may be an interrupted sign-in');
    expect(linkIn(mail, 'not-me')).to.include('/not-me');
  });

  it('that a thief used first asks its owner for the factor, and ends the thief’s session [A116]', async () => {
    const { visitor } = await trust(s, 'nel@strict.test');
    const thief = copyOf(visitor);
    const stolen = await redeem(s.rp, await signInAgain(s, 'nel@strict.test', thief));
    wait();
    expect((await signInAgain(s, 'nel@strict.test', visitor)).name).to.equal('enter-code');
    expect(errorOf(await askAgain(thief, s.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect((await signInAgain(s, 'nel@strict.test', thief)).name).to.equal('enter-code');
    expect(stolen.tokens.access_token).to.be.a('string');
    const [mail] = await sentTo(s.app, 'nel@strict.test');
    expect(mail?.subject).to.include('niet meer vertrouwd');
    const fields = { code: nextCode(s.app), trust_device: '1' };
    const again = await signInAgain(s, 'nel@strict.test', visitor);
    expect(hasCode(await visitor.follow(await visitor.submit(again, fields)))).to.equal(true);
    wait();
    expect(hasCode(await signInAgain(s, 'nel@strict.test', visitor)), 'trusted anew').to.equal(true);
  });

  it('survives a lost answer and a second tab for 30 seconds [A116]', async () => {
    const { visitor } = await trust(s, 'cat@strict.test');
    const before = copyOf(visitor);
    expect(hasCode(await signInAgain(s, 'cat@strict.test', visitor))).to.equal(true);
    s.clock.nextStep(OVERLAP_MS - 1000);
    expect(hasCode(await signInAgain(s, 'cat@strict.test', before)), 'a repeated one').to.equal(true);
    expect(tokenOf(before)).to.equal(tokenOf(visitor));
    wait();
    expect(hasCode(await signInAgain(s, 'cat@strict.test', before))).to.equal(true);
    expect(await replays('cat@strict.test')).to.deep.equal([]);
  });

  it('has one successor when several tabs sign in at once [A116]', async () => {
    const { visitor } = await trust(s, 'dan@strict.test');
    const tabs = Array.from({ length: 8 }, () => copyOf(visitor));
    const arrivals = await Promise.all(tabs.map((tab) => arrive(s, tab)));
    const fields = { email: 'dan@strict.test', password: 'correct horse battery staple' };
    const answers = await Promise.all(arrivals.map(({ visitor: tab, page }) => tab.submit(page, fields)));
    for (const answer of answers) expect([answer.status, answer.error]).to.deep.equal([303, null]);
    expect(new Set(tabs.map(tokenOf)).size).to.equal(1);
    wait();
    const [tab = visitor] = tabs;
    expect(hasCode(await signInAgain(s, 'dan@strict.test', tab))).to.equal(true);
  });

  it('of one account is not overwritten by that of another in a second tab [A116]', async () => {
    const { visitor } = await trust(s, 'eve@strict.test');
    await signOut(visitor);
    await trust(s, 'fay@strict.test', visitor);
    await signOut(visitor);
    const [first, second] = [copyOf(visitor), copyOf(visitor)];
    const before = kept(visitor).map(({ value }) => value);
    // Both requests leave with the same cookies. The browser then gets the cookies that each answer has changed.
    for (const [tab, name] of [
      [first, 'eve'],
      [second, 'fay'],
    ] as const) {
      expect(hasCode(await signInAgain(s, `${name}@strict.test`, tab))).to.equal(true);
      const changed = kept(tab).filter(({ value }) => !before.includes(value));
      expect(changed).to.have.length(1);
      for (const cookie of changed) visitor.jar.setCookieSync(String(cookie), s.app.origin);
    }
    wait();
    for (const name of ['eve', 'fay']) {
      expect(hasCode(await signInAgain(s, `${name}@strict.test`, visitor)), name).to.equal(true);
      await signOut(visitor);
    }
  });

  it('of an older release is read, and replaced at its first use [A116 R26]', async () => {
    const { visitor } = await trust(s, 'gus@strict.test');
    const older = s.app.visitor();
    const [cookie] = kept(visitor);
    const entry = `${cookie?.key.slice('trusted-'.length)}${cookie?.value}`;
    const stranger = 'x'.repeat(54);
    older.jar.setCookieSync(`trusted=${stranger}.${entry}; Path=/`, s.app.origin);
    expect(hasCode(await signInAgain(s, 'gus@strict.test', older))).to.equal(true);
    expect(kept(older).map(({ key }) => key)).to.have.members(['trusted', String(cookie?.key)]);
    expect(kept(older).find(({ key }) => key === 'trusted')?.value).to.equal(stranger);
    wait();
    expect(hasCode(await signInAgain(s, 'gus@strict.test', older))).to.equal(true);
    expect((await signInAgain(s, 'gus@strict.test', visitor)).name, 'a copy of the old one').to.equal(
      'enter-code',
    );
    expect(await replays('gus@strict.test')).to.have.length(1);
  });

  it('does nothing without the password [A86 A116]', async () => {
    const { visitor } = await trust(s, 'hal@strict.test');
    const thief = copyOf(visitor);
    expect(hasCode(await signInAgain(s, 'hal@strict.test', visitor))).to.equal(true);
    wait();
    const { page } = await arrive(s, thief);
    const refused = await thief.submit(page, { email: 'hal@strict.test', password: 'not this one at all' });
    expect(refused.error).to.equal('credentials_invalid');
    expect(await browsersOf('hal@strict.test')).to.have.length(1);
    expect(await replays('hal@strict.test')).to.deep.equal([]);
  });

  it('that is outdated ends the trust in a step-up too [A116]', async () => {
    const { visitor } = await trust(s, 'ida@strict.test');
    const thief = copyOf(visitor);
    expect(hasCode(await signInAgain(s, 'ida@strict.test', thief))).to.equal(true);
    wait();
    // The owner's session has its factor. The page of a fresh one sees the outdated token.
    s.clock.nextStep(10 * 60_000);
    expect((await visitor.open('/account/security')).name).to.equal('enter-code');
    expect(await browsersOf('ida@strict.test')).to.deep.equal([]);
    expect(await replays('ida@strict.test')).to.have.length(1);
    expect((await givePassword(s, 'ida@strict.test', thief, { prompt: 'login' })).page.name).to.equal(
      'enter-code',
    );
  });
});
