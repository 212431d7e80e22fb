/** A forgotten password: a mailed link, a new password, and a second factor that stays what it was. */
import { expect } from 'chai';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import type { Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { eventually } from '../../../support/time/eventually.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, errorOf, interaction, nextCode, redeem, refresh, refusal } from '../../oidc/story.ts';
import { accounts, alertOf, arrive, givePassword, hasCode, member, withApp, words } from '../members.ts';
import { codeTo, linkIn, type Sent, sentTo } from '../outbox.ts';
import { signInAgain, trust, trusting } from '../trusted-browsers/trust.ts';

const ASK = '/forgot-password';
const NEW = 'violet kettle seventeen';
const CONFIRMED = { email_confirmed: true };
const OFFLINE = { scope: 'openid offline_access' };

describe('a forgotten password', () => {
  const s = interaction(() => {
    const { tenants } = trusting('open');
    const mailed = { enforcement: 'required', methods: ['totp', 'email'], set_up_proof: 'email' };
    const desk = { id: 'desk', name: 'The Desk', second_factor: mailed };
    const email = { factors: [{ method: 'email' }] };
    const both = { factors: [...(withApp('x', 'desk').factors as Yaml[]), { method: 'email' }] };
    return {
      tenants: [...tenants, desk],
      ...accounts(
        ...'ann ben cas dan eve fay gus hal ivo'.split(' ').map((name) => withApp(name, 'open', CONFIRMED)),
        ...['kim', 'lea'].map((name) => member(name, 'open', CONFIRMED)),
        member('mia', 'desk', { ...CONFIRMED, ...email }),
        member('ned', 'desk', { ...CONFIRMED, ...both }),
        member('oda', 'desk', CONFIRMED),
        { email: 'invited@open.test', tenant: 'open', name: 'Invited' },
        ...['known6', 'known7'].map((name) => withApp(name, 'open', CONFIRMED)),
      ),
    };
  });

  async function ask(email: string, visitor: Visitor = s.app.visitor()): Promise<Page> {
    return visitor.submit(await visitor.open(ASK), { email }, 'send');
  }

  async function mailsTo(email: string): Promise<Sent[]> {
    const all = await sentTo(s.app, email);
    return all.filter(({ subject }) => subject.includes('Choose a new password'));
  }

  /** Asks, and waits for the mail, which is written after the answer. */
  async function linkFor(email: string): Promise<string> {
    const before = (await mailsTo(email)).length;
    expect((await ask(email)).status).to.equal(303);
    return eventually(async () => {
      const mails = await mailsTo(email);
      expect(mails.length).to.be.above(before);
      return linkIn(mails[0], 'reset-password');
    });
  }

  async function use(link: string, password = NEW, visitor: Visitor = s.app.visitor()): Promise<Page> {
    return visitor.submit(await visitor.open(link), { password }, 'save');
  }

  const accountOf = async (email: string) => s.app.parts.stores.accounts.findByEmail(email);

  async function eventsOf(email: string): Promise<(string | null)[][]> {
    const accountId = (await accountOf(email))?.id ?? '';
    const lines = await s.app.parts.stores.audit.list({ accountId, limit: 100 });
    return lines
      .filter(({ event }) => event.startsWith('password.'))
      .map(({ event, reason }) => [event, reason]);
  }

  const enter = async (email: string, password = NEW) => {
    const { visitor } = await arrive(s);
    return { visitor, page: await visitor.signIn(email, password) };
  };

  it('is replaced by a link from the sign-in page, and the person goes on to the application', async () => {
    const { visitor, page } = await arrive(s);
    const forgotten = await visitor.open(page.link('forgot-password') ?? '');
    expect(forgotten.name).to.equal('forgot-password');
    const sent = await visitor.follow(await visitor.submit(forgotten, { email: ' Ann@OPEN.test ' }, 'send'));
    expect(sent.$('[role=status]').text()).to.include('If an account');
    expect(sent.url).not.to.include('ann');
    const link = await eventually(async () => linkIn((await mailsTo('ann@open.test'))[0], 'reset-password'));
    const asked = await visitor.open(link);
    expect([asked.status, asked.name, asked.headers['referrer-policy']]).to.deep.equal([
      200,
      'reset-password',
      'same-origin',
    ]);
    expect(asked.headers['cache-control']).to.equal('no-store');
    const done = await visitor.follow(await visitor.submit(asked, { password: NEW }, 'save'));
    expect(done.$('[role=status]').text()).to.include('signed out everywhere');
    expect((await enter('ann@open.test')).page.name).to.equal('enter-code');
    expect(await eventsOf('ann@open.test')).to.deep.equal([
      ['password.reset', null],
      ['password.reset_asked', null],
    ]);
    const [told] = await sentTo(s.app, 'ann@open.test');
    expect(told?.subject).to.include('was changed');
    expect(linkIn(told, 'not-me')).to.be.a('string');
  });

  it('leaves the second factor as it is, and asks for it [A15]', async () => {
    const before = await s.app.parts.stores.enrolments.listByAccount(
      (await accountOf('ben@open.test'))?.id ?? '',
    );
    expect((await use(await linkFor('ben@open.test'))).status).to.equal(303);
    const after = await s.app.parts.stores.enrolments.listByAccount(
      (await accountOf('ben@open.test'))?.id ?? '',
    );
    expect(after).to.deep.equal(before);
    const { visitor, page } = await enter('ben@open.test');
    expect(page.name).to.equal('enter-code');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('ends every session, token and trust, and a sign-in that was under way [A58 A15]', async () => {
    const elsewhere = s.app.visitor();
    await trust(s, 'cas@open.test', elsewhere);
    const { tokens } = await redeem(s.rp, await signInAgain(s, 'cas@open.test', elsewhere, OFFLINE));
    const half = await givePassword(s, 'cas@open.test');
    const link = await linkFor('cas@open.test');
    s.clock.nextStep(1000);
    expect((await use(link)).status).to.equal(303);
    expect(errorOf(await askAgain(elsewhere, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    const late = await half.visitor.follow(await half.visitor.submit(half.page, { code: nextCode(s.app) }));
    expect(hasCode(late)).to.equal(false);
    await elsewhere.open(await s.rp.authorizationUrl({ prompt: 'login' }));
    expect((await elsewhere.signIn('cas@open.test', NEW)).name).to.equal('enter-code');
  });

  it('changes nothing by a GET, and uses each link once [A41 A56]', async () => {
    const link = await linkFor('dan@open.test');
    const visitors = Array.from({ length: 8 }, () => s.app.visitor());
    const pages = await Promise.all(visitors.map((visitor) => visitor.open(link)));
    expect(await eventsOf('dan@open.test')).to.deep.equal([['password.reset_asked', null]]);
    const answers = await Promise.all(
      visitors.map((visitor, at) => visitor.submit(pages[at] as Page, { password: `${NEW} ${at}` }, 'save')),
    );
    expect(answers.filter(({ status }) => status === 303)).to.have.length(1);
    const again = await s.app.visitor().open(link);
    expect([again.status, again.name, again.error]).to.deep.equal([400, 'error', 'session_expired']);
    expect(again.$('a[href="/forgot-password"]').length).to.equal(1);
  });

  it('has links that end after half an hour, with another password, an ending and another address', async () => {
    const dead = async (link: string) => (await s.app.visitor().open(link)).error;
    const late = await linkFor('eve@open.test');
    const [older, newer] = [await linkFor('fay@open.test'), await linkFor('fay@open.test')];
    s.clock.nextStep(1000);
    expect((await use(newer)).status).to.equal(303);
    expect(await dead(older)).to.equal('session_expired');
    const moved = await linkFor('gus@open.test');
    const { id = '' } = (await accountOf('gus@open.test')) ?? {};
    await s.app.parts.stores.accounts.replaceEmail(id, 'gus@open.test', 'gus2@open.test', s.clock.now());
    expect(await dead(moved)).to.equal('session_expired');
    const ended = await linkFor('hal@open.test');
    const hal = (await accountOf('hal@open.test'))?.id ?? '';
    await s.app.parts.stores.accounts.raiseEndsBefore(hal, s.clock.now() + 1);
    expect(await dead(ended)).to.equal('session_expired');
    s.clock.nextStep(31 * MINUTE);
    expect(await dead(late)).to.equal('session_expired');
    expect(await dead(`${s.app.origin}/reset-password/forged`)).to.equal('session_expired');
  });

  it('ends a link when the password was changed in a session that kept the others', async () => {
    const link = await linkFor('kim@open.test');
    const visitor = s.app.visitor();
    await visitor.open('/account/password');
    const page = await visitor.signIn('kim@open.test', 'correct horse battery staple');
    const fields = {
      current_password: 'correct horse battery staple',
      password: `${NEW} of my own`,
      keep_sessions: '1',
    };
    expect((await visitor.submit(page, fields, 'save')).status).to.equal(303);
    expect((await s.app.visitor().open(link)).error).to.equal('session_expired');
  });

  it('refuses a weak password, and keeps the link for a better one [D26]', async () => {
    const link = await linkFor('ivo@open.test');
    const visitor = s.app.visitor();
    const short = await use(link, 'kettle', visitor);
    expect([short.status, short.error]).to.deep.equal([422, 'field_invalid']);
    expect(alertOf(short)).to.include('at least 15 characters');
    expect(short.text).not.to.include('kettle');
    expect((await visitor.submit(short, { password: NEW }, 'save')).status).to.equal(303);
  });

  it('lets the person in who waited after wrong passwords, since those were of the old one', async () => {
    for (let each = 0; each < 10; each += 1) await enter('lea@open.test', 'wrong');
    expect((await enter('lea@open.test', 'wrong')).page.error).to.equal('too_many_attempts');
    expect((await use(await linkFor('lea@open.test'))).status).to.equal(303);
    const { page } = await enter('lea@open.test');
    expect(hasCode(page)).to.equal(true);
  });

  it('sends nothing to an account that is frozen, disabled or invited, and writes that down', async () => {
    const { accounts: store } = s.app.parts.stores;
    const frozen = (await accountOf('known6@open.test'))?.id ?? '';
    const disabled = (await accountOf('known7@open.test'))?.id ?? '';
    const [early, late] = [await linkFor('known6@open.test'), await linkFor('known7@open.test')];
    await store.setFrozen(frozen, s.clock.now() - MINUTE);
    await store.update(disabled, { disabledAt: s.clock.now() }, s.clock.now());
    for (const link of [early, late])
      expect((await s.app.visitor().open(link)).error).to.equal('session_expired');
    for (const [email, reason] of [
      ['known6@open.test', 'frozen'],
      ['known7@open.test', 'disabled'],
      ['invited@open.test', 'no_password'],
    ] as const) {
      const before = (await mailsTo(email)).length;
      expect((await ask(email)).location).to.include('?sent=1');
      expect((await eventsOf(email))[0]).to.deep.equal(['password.reset_asked', reason]);
      expect((await mailsTo(email)).length).to.equal(before);
    }
  });

  describe('of an account with codes by e-mail', () => {
    it('does not let the mailbox be both factors, until another one was given [A15]', async () => {
      expect((await use(await linkFor('ned@desk.test'))).status).to.equal(303);
      s.clock.nextStep(1000);
      const { visitor, page } = await enter('ned@desk.test');
      expect([page.name, page.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'totp']);
      expect(page.link('choose-method')).to.equal(null);
      expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
      expect((await accountOf('ned@desk.test'))?.mailResetAt).to.equal(null);
      const after = await enter('ned@desk.test');
      expect(after.page.name).to.equal('choose-method');
      await after.visitor.chooseMethod('email');
      expect(hasCode(await after.visitor.enterCode(await codeTo(s.app, 'ned@desk.test')))).to.equal(true);
    });

    it('refuses a sign-in to which the mailbox would be the only other factor [A15]', async () => {
      expect((await use(await linkFor('mia@desk.test'))).status).to.equal(303);
      s.clock.nextStep(1000);
      const { page } = await enter('mia@desk.test');
      expect([page.name, page.$('main').text().includes('second step')]).to.deep.equal(['error', true]);
      expect((await sentTo(s.app, 'mia@desk.test')).some(({ text }) => /\b\d{6}\b/.test(text))).to.equal(
        false,
      );
    });

    it('lets an account without any factor prove itself by its mailbox, as before the reset [A48]', async () => {
      expect((await use(await linkFor('oda@desk.test'))).status).to.equal(303);
      s.clock.nextStep(1000);
      const { visitor, page } = await enter('oda@desk.test');
      expect(page.name).to.equal('set-up-choose');
      await visitor.chooseMethod('totp');
      expect(visitor.page.name).to.equal('set-up-proof');
      expect((await accountOf('oda@desk.test'))?.mailResetAt).to.equal(null);
      const factors = await s.app.parts.stores.enrolments.listByAccount(
        (await accountOf('oda@desk.test'))?.id ?? '',
      );
      expect(factors.filter(isFactor)).to.deep.equal([]);
    });
  });

  it('tells a person in words what the page is for', async () => {
    expect(words(await s.app.visitor().open(ASK))).to.include('link to choose a new password');
  });
});
