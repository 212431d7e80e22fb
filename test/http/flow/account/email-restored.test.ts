/** The link mailed to a former address: it gives an owner the account back that an intruder has changed. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  errorOf,
  interaction,
  nextCode,
  redeem,
  refresh,
  refusal,
  signIn,
} from '../../oidc/story.ts';
import { givePassword, words } from '../members.ts';
import { desk, linkIn, reachable, sentTo } from '../outbox.ts';
import { openAccount, send } from './own-account.ts';

const APP = { method: 'totp', secret: SECRET } as const;
const NEW = 'seventeen purple umbrellas dance';

describe('the link that restores a former address', () => {
  const s = interaction(() =>
    desk(...'ann ben cat dan eve fay gus hal ida jan'.split(' ').map((name) => reachable(name, 'desk', APP))),
  );
  const at = (name: string) => `${name}@desk.test`;
  const evil = (name: string) => `${name}@evil.test`;
  const accountOf = (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  async function change(visitor: Visitor, page: Page, next: string): Promise<Page> {
    s.clock.nextStep(1000);
    const told = await send(visitor, page, { email: next }, 'change-email');
    const link = linkIn((await sentTo(s.app, next))[0], 'change-email');
    const reader = s.app.visitor();
    await reader.follow(await reader.submit(await reader.open(link), {}, 'confirm'));
    expect(await accountOf(next)).not.to.equal(null);
    return told;
  }

  const restoring = async (email: string) => {
    const mails = await sentTo(s.app, email);
    return linkIn(
      mails.find(({ text }) => text.includes('/restore-email/')),
      'restore-email',
    );
  };

  /** Somebody with the password and the phone has changed the address. Gives the link that the owner got. */
  async function stolen(name: string) {
    const { visitor, page } = await openAccount(s, at(name));
    const told = await change(visitor, page, evil(name));
    return { visitor, page: told, link: await restoring(at(name)) };
  }

  async function restore(link: string, password = NEW): Promise<Page> {
    const owner = s.app.visitor();
    return owner.follow(await owner.submit(await owner.open(link), { password }, 'save'));
  }

  async function eventsOf(email: string): Promise<string[]> {
    const accountId = (await accountOf(email))?.id ?? '';
    return (await s.app.parts.stores.audit.list({ accountId, limit: 50 })).map(({ event }) => event);
  }

  it('puts the address back, takes a new password, and ends all sessions and tokens [A15 A58]', async () => {
    const { visitor, link } = await stolen('ann');
    const url = await s.rp.authorizationUrl({ scope: 'openid offline_access' });
    const tokens = await redeem(s.rp, await signIn(s.app, s.app.visitor(), url, evil('ann')));
    s.clock.nextStep(1000);
    const done = await restore(link);
    expect([done.name, done.status]).to.deep.equal(['restore-email', 200]);
    expect(words(done)).to.include(at('ann'));
    expect((await visitor.open('/account')).name, 'the session of the intruder').to.equal('sign-in');
    expect(await refusal(refresh(s.rp, tokens.tokens.refresh_token))).to.equal('invalid_grant');
    expect((await givePassword(s, evil('ann'))).page.error).to.equal('credentials_invalid');
    expect((await givePassword(s, at('ann'))).page.error, 'the old password').to.equal('credentials_invalid');
    const owner = s.app.visitor();
    await owner.open('/account');
    expect((await owner.signIn(at('ann'), NEW)).name, 'the factor stays').to.equal('enter-code');
    expect((await owner.enterCode(nextCode(s.app))).name).to.equal('account');
    expect(await eventsOf(at('ann'))).to.include('email.restored');
    const told = (await sentTo(s.app)).filter(({ subject }) => subject.includes('was put back'));
    expect(told.map(({ to }) => to)).to.include.members([at('ann'), evil('ann')]);
  });

  it('lets the owner in who waited after wrong passwords at the address that was taken away', async () => {
    const { link } = await stolen('jan');
    const guess = async () => (await givePassword(s, at('jan'))).page.error;
    for (let each = 0; each < 10; each += 1) await guess();
    expect(await guess()).to.equal('too_many_attempts');
    s.clock.nextStep(1000);
    await restore(link);
    const owner = s.app.visitor();
    await owner.open('/account');
    expect((await owner.signIn(at('jan'), NEW)).name).to.equal('enter-code');
  });

  it('takes the second address away, and mails the losers no link that could close the account [A15]', async () => {
    const { visitor, page, link } = await stolen('hal');
    const second = 'hal@other.test';
    s.clock.nextStep(1000);
    await send(visitor, page, { notification_email: second }, 'change-email');
    const confirm = linkIn((await sentTo(s.app, second))[0], 'confirm-notices');
    const reader = s.app.visitor();
    await reader.follow(await reader.submit(await reader.open(confirm), {}, 'confirm'));
    expect((await accountOf(evil('hal')))?.notificationEmail).to.equal(second);
    s.clock.nextStep(1000);
    const before = (await sentTo(s.app, second)).length;
    await restore(link);
    expect((await accountOf(at('hal')))?.notificationEmail).to.equal(null);
    expect((await sentTo(s.app, second)).length).to.equal(before);
    const [lost] = await sentTo(s.app, evil('hal'));
    expect(lost?.subject).to.include('was put back');
    expect(lost?.text).not.to.include('/not-me/');
    const [own] = await sentTo(s.app, at('hal'));
    expect(own?.text).to.include('/not-me/');
  });

  it('removes the factors that came shortly before the change, and keeps the older ones [A15]', async () => {
    s.clock.nextStep(2 * DAY);
    const account = await accountOf(at('ida'));
    const { enrolments } = s.app.parts.stores;
    const [own] = await enrolments.listByAccount(account?.id ?? '');
    if (!own) throw new Error('the owner has no app');
    await enrolments.insert({ ...own, id: 'of-the-thief', label: 'Theirs', createdAt: s.clock.now() });
    const { link } = await stolen('ida');
    s.clock.nextStep(1000);
    await restore(link);
    const left = await enrolments.listByAccount(account?.id ?? '');
    expect(left.map(({ id }) => id)).to.deep.equal([own.id]);
  });

  it('works after a report, which ends every other link, and after further changes of the address', async () => {
    const { visitor, page, link } = await stolen('ben');
    await change(visitor, page, 'ben@worse.test');
    const report = linkIn((await sentTo(s.app, 'ben@worse.test'))[0], 'not-me');
    s.clock.nextStep(1000);
    const thief = s.app.visitor();
    await thief.follow(await thief.submit(await thief.open(report), {}, 'report'));
    s.clock.nextStep(1000);
    expect((await restore(link)).name).to.equal('restore-email');
    expect((await accountOf(at('ben')))?.email).to.equal(at('ben'));
  });

  it('ends the links of later addresses, so that an intruder restores none of them', async () => {
    const { visitor, page, link } = await stolen('cat');
    await change(visitor, page, 'cat@worse.test');
    const theirs = await restoring(evil('cat'));
    expect((await s.app.visitor().open(theirs)).status).to.equal(200);
    s.clock.nextStep(1000);
    await restore(link);
    const dead = await s.app.visitor().open(theirs);
    expect([dead.status, dead.error]).to.deep.equal([400, 'session_expired']);
    expect((await accountOf(at('cat')))?.email).to.equal(at('cat'));
  });

  it('works once, for seven days', async () => {
    const first = await stolen('dan');
    await restore(first.link);
    expect((await s.app.visitor().open(first.link)).status, 'used').to.equal(400);
    const second = await stolen('eve');
    s.clock.set(s.clock.now() + 7 * DAY - 60_000);
    expect((await s.app.visitor().open(second.link)).status).to.equal(200);
    s.clock.set(s.clock.now() + 60_000);
    expect((await s.app.visitor().open(second.link)).status, 'too old').to.equal(400);
  });

  it('changes nothing on a GET, without its token, and for a password that is refused [A56]', async () => {
    const { link } = await stolen('fay');
    const owner = s.app.visitor();
    const page = await owner.open(link);
    expect([page.name, page.$('input[name=password]').attr('autocomplete')]).to.deep.equal([
      'restore-email',
      'new-password',
    ]);
    expect((await owner.post(new URL(link).pathname, { password: NEW, _token: 'x' })).status).to.equal(403);
    for (const password of ['', 'short', PASSWORD.slice(0, 3).repeat(60)]) {
      const refused = await owner.submit(page, { password }, 'save');
      expect([refused.status, refused.error], password).to.deep.equal([422, 'field_invalid']);
      expect(refused.text).not.to.include(`value="${password || 'x'}"`);
    }
    expect(await accountOf(at('fay'))).to.equal(null);
    expect(await accountOf(evil('fay'))).not.to.equal(null);
  });

  it('is completed by one of two presses at once, and ends the session without a prompt', async () => {
    const { visitor, link } = await stolen('gus');
    const owner = s.app.visitor();
    const page = await owner.open(link);
    s.clock.nextStep(1000);
    const answers = await Promise.all([0, 1].map(() => owner.submit(page, { password: NEW }, 'save')));
    expect(answers.map(({ status }) => status)).to.include(303);
    expect(await accountOf(at('gus'))).not.to.equal(null);
    expect((await eventsOf(at('gus'))).filter((event) => event === 'email.restored')).to.have.length(1);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
  });
});
