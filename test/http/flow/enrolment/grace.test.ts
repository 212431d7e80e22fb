/** Putting a required set-up off: how long, for which session, and not a day longer. */
import { expect } from 'chai';
import { DAY, HOUR, MINUTE } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  errorOf,
  interaction,
  MFA,
  nextCode,
  partyOf,
  redeem,
  refresh,
  refusal,
  SFA,
  setUpApp,
  tenantsWith,
} from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, member, words } from '../members.ts';
import { sentTo } from '../outbox.ts';

const GRACE_DAYS = 14;
const OFFLINE = { scope: 'openid offline_access' };

function dateOf(ms: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(ms);
}

describe('the grace period of a tenant that requires a second factor', () => {
  const s = interaction(() => ({
    ...tenantsWith('strict', { grace_days: GRACE_DAYS }),
    ...accounts(
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay'].map((name) => member(name, 'strict')),
      member('gus', 'strict', { email_confirmed: true, locale: 'nl' }),
    ),
  }));

  it('offers "later" with the date, on the page that says who demands it; the next page does not repeat that [1.3]', async () => {
    const end = dateOf(s.clock.now() + GRACE_DAYS * DAY);
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    expect(page.name).to.equal('set-up-choose');
    expect(words(page)).to.include(`You can put this off until ${end}.`);
    expect(words(page)).to.include('Because of the audit.');
    expect(page.link('help@strict.test')).to.equal('mailto:help@strict.test');

    const next = await visitor.chooseMethod('totp');
    expect(next.name).to.equal('set-up-totp');
    expect(words(next)).not.to.include('Because of the audit.');
    // The page names somebody to ask.
    expect(next.link('help@strict.test')).to.equal('mailto:help@strict.test');
    const { end: done } = await setUpApp(s.app, visitor);
    expect((await redeem(s.rp, done)).claims.acr).to.equal(MFA);
  });

  it('covers SSO, prompt=none and refresh of the session after "later", and asks in another browser [U.5]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test', undefined, OFFLINE);
    const end = await visitor.follow(await visitor.submit(page, {}, 'later'));
    const { claims, tokens } = await redeem(s.rp, end);
    expect(claims.acr).to.equal(SFA);

    const other = await partyOf(s.app, 'rp2');
    expect(hasCode(await askAgain(visitor, other))).to.equal(true);
    expect(hasCode(await askAgain(visitor, other, { prompt: 'none' }))).to.equal(true);
    expect((await refresh(s.rp, tokens.refresh_token)).access_token).to.be.a('string');

    expect((await givePassword(s, 'ben@strict.test')).page.name).to.equal('set-up-choose');
  });

  it('stores its end once: a second "later" keeps it [U.5]', async () => {
    const end = dateOf(s.clock.now() + GRACE_DAYS * DAY);
    await givePassword(s, 'cat@strict.test');
    s.clock.nextStep(3 * DAY);
    const { visitor, page } = await givePassword(s, 'cat@strict.test');
    expect(words(page)).to.include(`until ${end}.`);
    await visitor.follow(await visitor.submit(page, {}, 'later'));
    s.clock.nextStep(3 * DAY);
    expect(words((await givePassword(s, 'cat@strict.test')).page)).to.include(`until ${end}.`);
  });

  it('ends for the page, the form, the session, prompt=none and the refresh token [U.5]', async () => {
    await givePassword(s, 'dan@strict.test');
    s.clock.nextStep(GRACE_DAYS * DAY - HOUR);
    const late = await givePassword(s, 'dan@strict.test', undefined, OFFLINE);
    const end = await late.visitor.follow(await late.visitor.submit(late.page, {}, 'later'));
    const { tokens } = await redeem(s.rp, end);
    const undecided = await givePassword(s, 'dan@strict.test');
    expect(undecided.page.$('button[name=later]').length).to.equal(1);
    s.clock.nextStep(HOUR - MINUTE);
    const atTheEnd = await givePassword(s, 'dan@strict.test');
    s.clock.nextStep(2 * MINUTE);

    const refused = await atTheEnd.visitor.submit(atTheEnd.page, {}, 'later');
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'set-up-choose', 'enforced']);
    expect(alertOf(refused)).to.include('can’t put it off any longer');
    expect(refused.$('button[name=later]').length).to.equal(0);
    const goingOn = await atTheEnd.visitor.submit(refused, { method: 'totp' });
    expect((await atTheEnd.visitor.follow(goingOn)).name).to.equal('set-up-totp');

    expect((await askAgain(late.visitor, s.rp)).name).to.equal('set-up-choose');
    expect(late.visitor.page.$('button[name=later]').length).to.equal(0);
    expect(errorOf(await askAgain(late.visitor, s.rp, { prompt: 'none' }))).to.equal('interaction_required');
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    expect((await late.visitor.open('/account')).name).to.equal('set-up-choose');
    expect((await givePassword(s, 'dan@strict.test')).page.name).to.equal('set-up-totp');
  });

  it('does not cover a client that always requires a second factor [U.5]', async () => {
    const always = await partyOf(s.app, 'always');
    const { visitor, page } = await givePassword({ app: s.app, rp: always }, 'eve@strict.test');
    expect(page.$('button[name=later]').length).to.equal(0);
    const pushed = await visitor.post(page.form({ code: '' }).action.replace('/totp', ''), {
      _token: 'made-up',
      later: '1',
    });
    expect(pushed.status).to.equal(403);
  });

  it('stays visible on every page of the account after "later", with its date and a way to set up [1.3 4.6]', async () => {
    const end = dateOf(s.clock.now() + GRACE_DAYS * DAY);
    const { visitor, page } = await givePassword(s, 'fay@strict.test');
    expect(page.marks('grace')).to.deep.equal([]);
    await visitor.follow(await visitor.submit(page, {}, 'later'));
    const account = await visitor.open('/account');
    expect(account.mark('grace')).to.include(end);
    expect(account.$('[data-mark=grace] a').attr('href')).to.equal('/account/security');
    const security = await visitor.open('/account/security');
    expect([security.name, security.mark('grace').includes(end)]).to.deep.equal(['security', true]);
    const proof = await visitor.follow(await visitor.submit(security, {}, 'set-up=totp'));
    expect([proof.name, proof.mark('grace').includes(end)]).to.deep.equal(['set-up-totp', true]);
    const code = nextCode(s.app, proof.mark('secret'));
    const done = await visitor.putAway(await visitor.submit(proof, { code }));
    expect([done.name, done.marks('grace').length]).to.deep.equal(['security', 0]);
  });

  it('is told by one mail on the day that it is first put off, in the language of the account [1.3]', async () => {
    const end = new Intl.DateTimeFormat('nl-NL', { dateStyle: 'long', timeZone: 'UTC' });
    const until = end.format(s.clock.now() + GRACE_DAYS * DAY);
    const to = 'gus@strict.test';
    const { visitor, page } = await givePassword(s, to);
    expect(await sentTo(s.app, to)).to.deep.equal([]);
    const click = () => visitor.submit(page, {}, 'later');
    await Promise.all([click(), click()]);
    const [mail, ...more] = await sentTo(s.app, to);
    expect(more).to.deep.equal([]);
    expect(mail?.subject).to.include('Stel een tweede stap in');
    expect(mail?.text).to.include(until).and.to.include('/not-me/');
    s.clock.nextStep(DAY);
    const again = await givePassword(s, to);
    await again.visitor.submit(again.page, {}, 'later');
    const putOff = (await sentTo(s.app, to)).filter(({ subject }) => subject === mail?.subject);
    expect(putOff).to.have.length(1);
  });
});

describe('the grace period of a tenant that tightens its policy', () => {
  const s = interaction();

  it('begins with the first prompt=none or refresh that finds the policy unmet [B.4]', async () => {
    const { visitor, page } = await givePassword(s, 'new@open.test', undefined, OFFLINE);
    const { tokens } = await redeem(s.rp, page);
    await s.app.reload(tenantsWith('open', { enforcement: 'required', grace_days: 7 }));

    const end = dateOf(s.clock.now() + 7 * DAY);
    expect((await refresh(s.rp, tokens.refresh_token)).access_token).to.be.a('string');
    expect(hasCode(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(true);
    s.clock.nextStep(2 * DAY);
    expect(words((await givePassword(s, 'new@open.test')).page)).to.include(`until ${end}.`);
  });
});
