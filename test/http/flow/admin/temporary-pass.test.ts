/** The temporary pass: it stands in for the mailed code before a first factor, and for nothing else. */
import { expect } from 'chai';
import { readPass } from '../../../../src/domain/codes/temporary-pass.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, MFA, nextCode, redeem } from '../../oidc/story.ts';
import { givePassword, hasCode, member, withApp } from '../members.ts';
import { codeTo, sentTo } from '../outbox.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';
import { linesOf, openPerson, press } from './person.ts';

const PASS = '[data-mark=temporary-pass]';
const sales = { groups: ['sales'] };
const people = ['cas', 'dan', 'eva', 'fay', 'gus', 'hal', 'ivy', 'jan', 'kim', 'lea'].map((name) =>
  member(name, 'acme', sales),
);

describe('a temporary pass', () => {
  const policy = { enforcement: 'required', methods: ['totp', 'email', 'passkey'], set_up_proof: 'email' };
  const s = interaction(() =>
    consoleConfig(
      policy,
      ...people,
      withApp('max', 'acme', sales),
      member('ned', 'acme', { ...sales, role: 'helpdesk' }),
    ),
  );

  /** As an administrator shows it. */
  async function issue(name: string, by = 'admin'): Promise<string> {
    const page = await press(await openPerson(s, by, name), 'temporary-pass');
    const shown = page.mark('temporary-pass');
    expect(shown).to.match(/^[A-Z2-7]{16}$/);
    return shown;
  }

  /** On the page of the set-up proof of an authenticator app. */
  async function atProof(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor } = await givePassword(s, addressOf(name));
    await visitor.chooseMethod('totp');
    return { visitor, page: await openPassForm(visitor) };
  }

  async function openPassForm(visitor: Visitor): Promise<Page> {
    const { page } = visitor;
    expect([page.name, page.$('[name=code]').length]).to.deep.equal(['set-up-proof', 0]);
    return visitor.open(new URL(page.$('a[href$="?pass=1"]').attr('href') ?? '', page.url).href);
  }

  const use = (visitor: Visitor, page: Page, code: string) => visitor.submit(page, { code }, 'confirm');

  it('lets a person set up a first factor without the mailed code, and confirms no address [A126]', async () => {
    const pass = await issue('cas');
    const { visitor, page } = await atProof('cas');
    const setUp = await visitor.follow(
      await use(visitor, page, ` ${pass.toLowerCase().replace(/.{4}/g, '$&-')} `),
    );
    expect(setUp.name).to.equal('set-up-totp');
    const secret = setUp.mark('secret').replaceAll(' ', '');
    const codes = await visitor.follow(await visitor.submit(setUp, { code: nextCode(s.app, secret) }));
    const { claims } = await redeem(s.rp, await visitor.follow(await visitor.submit(codes, {}, 'saved')));
    expect(claims.acr).to.equal(MFA);
    const account = await s.app.parts.stores.accounts.findByEmail(addressOf('cas'));
    expect(account?.emailConfirmed).to.equal(false);
    const proven = (await linesOf(s, addressOf('cas'))).find(({ event }) => event === 'set_up.proven');
    expect(proven?.reason).to.equal('temporary_pass');
    expect((await sentTo(s.app, addressOf('cas'))).some(({ text }) => /\b\d{6}\b/.test(text))).to.equal(
      false,
    );
  });

  it('is shown once, to the one who has made it, and stands in no address', async () => {
    const person = await openPerson(s, 'admin', 'dan');
    const answer = await person.visitor.submit(person.page, {}, 'temporary-pass');
    expect(answer.status).to.equal(303);
    const other = await openConsole(s, addressOf('second'));
    expect((await other.visitor.open(answer.location ?? '')).$(PASS)).to.have.lengthOf(0);
    const page = await person.visitor.follow(answer);
    const pass = readPass(page.mark('temporary-pass')) ?? '';
    expect(pass).to.have.lengthOf(16);
    expect(answer.location).not.to.include(pass);
    expect((await person.visitor.open(answer.location ?? '')).$(PASS)).to.have.lengthOf(0);
  });

  it('works once, for its account alone [A126]', async () => {
    const pass = await issue('eva');
    const wrong = await atProof('fay');
    expect((await use(wrong.visitor, wrong.page, pass)).error).to.equal('code_invalid');
    const first = await atProof('eva');
    expect((await first.visitor.follow(await use(first.visitor, first.page, pass))).name).to.equal(
      'set-up-totp',
    );
    const second = await atProof('eva');
    expect((await use(second.visitor, second.page, pass)).error).to.equal('code_invalid');
  });

  it('lets one of several simultaneous visits pass [A126]', async () => {
    const pass = await issue('gus');
    const visits = await Promise.all(Array.from({ length: 4 }, () => atProof('gus')));
    const answers = await Promise.all(visits.map(({ visitor, page }) => use(visitor, page, pass)));
    expect(answers.filter(({ status }) => status === 303)).to.have.lengthOf(1);
  });

  it('ends after an hour, and with everything else of the account [A126]', async () => {
    const late = await issue('hal');
    s.clock.nextStep(60 * MINUTE);
    const at = await atProof('hal');
    expect((await use(at.visitor, at.page, late)).error).to.equal('code_invalid');
    const ended = await issue('hal');
    await press(await openPerson(s, 'admin', 'hal'), 'end-sessions');
    s.clock.nextStep(1000);
    const again = await atProof('hal');
    expect((await use(again.visitor, again.page, ended)).error).to.equal('code_invalid');
  });

  it('is no code of a sign-in, and is refused where a factor is set up [A126]', async () => {
    const refused = await press(await openPerson(s, 'admin', 'ivy'), 'temporary-pass');
    const pass = refused.mark('temporary-pass');
    const { stores } = s.app.parts;
    const id = await idOf(s, addressOf('ivy'));
    const [app] = await stores.enrolments.listByAccount(await idOf(s, addressOf('max')));
    if (!app) throw new Error('there is no app');
    const page = await givePassword(s, addressOf('max'));
    expect(page.page.name).to.equal('enter-code');
    expect((await page.visitor.enterCode(pass)).error).to.equal('code_invalid');
    expect((await openPerson(s, 'admin', 'max')).page.$('button[name=temporary-pass]')).to.have.lengthOf(0);
    // A factor that comes between the page and the press.
    const person = await openPerson(s, 'admin', 'ivy');
    await stores.enrolments.insert({ ...app, id: 'app-of-ivy', accountId: id });
    const answer = await person.visitor.submit(person.page, {}, 'temporary-pass');
    expect([answer.status, answer.error]).to.deep.equal([403, 'forbidden']);
    expect(answer.$(PASS)).to.have.lengthOf(0);
  });

  it('counts a wrong pass as a wrong code, and tells every contact of a right one', async () => {
    await issue('jan');
    const told = await sentTo(s.app, addressOf('jan'));
    expect(told.map(({ subject }) => subject).join()).to.include('pass');
    const { visitor } = await atProof('jan');
    for (let tries = 0; tries < 4; tries += 1)
      expect((await use(visitor, visitor.page, 'AAAABBBBCCCCDDDD')).error).to.equal('code_invalid');
    const last = await use(visitor, visitor.page, 'AAAABBBBCCCCDDDD');
    expect(last.$('[name=code]')).to.have.lengthOf(0);
    const lines = (await linesOf(s, addressOf('jan'))).filter(
      ({ event }) => event === 'second_factor.refused',
    );
    expect(lines.map(({ reason }) => reason)).to.include('temporary_pass');
  });

  it('still asks for the mailed code where the factor is that mailbox', async () => {
    const pass = await issue('kim');
    const { visitor } = await givePassword(s, addressOf('kim'));
    await visitor.chooseMethod('email');
    const page = await openPassForm(visitor);
    const next = await visitor.follow(await use(visitor, page, pass));
    expect(next.name).to.equal('set-up-email');
    const asked = await visitor.follow(await visitor.submit(next, {}, 'send'));
    const done = await visitor.submit(asked, { code: await codeTo(s.app, addressOf('kim')) });
    expect(hasCode(await visitor.putAway(await visitor.follow(done)))).to.equal(true);
  });

  it('is given by managers in their groups, and never by the help desk or to the own account', async () => {
    await issue('lea', 'manager');
    const page = await openPerson(s, 'helpdesk', 'lea');
    expect(page.page.$('button[name=temporary-pass]')).to.have.lengthOf(0);
    const token = page.page.$('main [name=_token]').first().attr('value') ?? '';
    const refused = await page.visitor.post(page.page.url, { _token: token, 'temporary-pass': '1' });
    expect(refused.status).to.equal(403);
  });
});
