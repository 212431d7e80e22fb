/** The acts of an administrator on one person: what they change, what the audit log has of them, and who is told. */
import { expect } from 'chai';
import { PASSWORD, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { interaction, refresh, refusal, tokensFor } from '../../oidc/story.ts';
import { alertOf, member, withApp } from '../members.ts';
import { linkIn, reachable, sentTo } from '../outbox.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';
import { linesOf, openPerson, post, press } from './person.ts';

const sales = { groups: ['sales'], email_confirmed: true };
const people: readonly Yaml[] = [
  withApp('cas', 'acme', sales),
  withApp('dan', 'acme', sales),
  withApp('eva', 'acme', sales),
  withApp('fay', 'acme', sales),
  withApp('gus', 'acme', { ...sales, email_confirmed: false }),
  member('hal', 'acme', { groups: ['sales', 'research'], email_confirmed: true }),
  member('ivy', 'acme', sales),
  reachable('jan', 'acme', { method: 'totp', secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }, 'email'),
];

/** The fold around the button that removes all factors. */
function questionOf({ $ }: Page) {
  return $('details').has('button[name=remove-factors]');
}

describe('the acts of an administrator on one person', () => {
  const s = interaction(() => consoleConfig({}, ...people));
  const accountOf = async (name: string) => {
    const account = await s.app.parts.stores.accounts.findByEmail(addressOf(name));
    if (!account) throw new Error(`there is no ${name}`);
    return account;
  };

  /** The line of the last act, and its actor. */
  async function lastLine(of: string, event: string, by: string): Promise<void> {
    const line = (await linesOf(s, addressOf(of))).findLast((each) => each.event === event);
    expect([line?.event, line?.actor]).to.deep.equal([event, await idOf(s, addressOf(by))]);
  }

  it('turns an account off and on, and signs the person out at once [2.1]', async () => {
    const { visitor } = await openConsole(s, addressOf('cas'), '/account');
    const person = await openPerson(s, 'admin', 'cas');
    const off = await press(person, 'disable');
    expect(off.$('[data-mark=state]').attr('data-state')).to.equal('disabled');
    expect((await visitor.get('/account')).status).to.equal(303);
    await lastLine('cas', 'account.disabled', 'admin');
    const on = await press({ ...person, page: off }, 'enable');
    expect(on.$('[data-mark=state]').attr('data-state')).to.equal('protected');
    await lastLine('cas', 'account.enabled', 'admin');
    expect((await openConsole(s, addressOf('cas'), '/account')).page.name).to.equal('account');
  });

  it('ends the wait after wrong passwords, for the help desk too', async () => {
    const visitor = s.app.visitor();
    await visitor.open('/account');
    for (let tries = 0; tries < 11; tries += 1) await visitor.signIn(addressOf('dan'), 'a wrong password');
    const person = await openPerson(s, 'helpdesk', 'dan');
    expect(person.page.$('[data-mark=state]').attr('data-state')).to.equal('locked');
    const unlocked = await press(person, 'unlock');
    expect(unlocked.$('[data-mark=state]').attr('data-state')).to.equal('protected');
    await lastLine('dan', 'account.unlocked', 'helpdesk');
  });

  it('answers a report of the person', async () => {
    await s.app.parts.stores.accounts.setFrozen((await accountOf('eva')).id, s.clock.now());
    const person = await openPerson(s, 'manager', 'eva');
    expect(person.page.$('[data-mark=state]').attr('data-state')).to.equal('frozen');
    await press(person, 'unfreeze');
    expect((await accountOf('eva')).frozenAt).to.equal(null);
    await lastLine('eva', 'account.unfrozen', 'manager');
  });

  it('ends all sessions of the person', async () => {
    const { visitor } = await openConsole(s, addressOf('fay'), '/account');
    const person = await openPerson(s, 'helpdesk', 'fay');
    expect(person.page.marks('session')).to.have.length(1);
    expect((await press(person, 'end-sessions')).marks('session')).to.have.length(0);
    expect((await visitor.get('/account')).status).to.equal(303);
    await lastLine('fay', 'session.ended', 'helpdesk');
  });

  it('mails one confirmation link to a person whose address is not confirmed [2.3]', async () => {
    const person = await openPerson(s, 'helpdesk', 'gus');
    await press(person, 'resend-confirmation');
    const mails = await sentTo(s.app, addressOf('gus'));
    expect(mails).to.have.length(1);
    expect(linkIn(mails[0], 'confirm-email')).to.be.a('string');
    await lastLine('gus', 'contact.link_asked', 'helpdesk');
  });

  it('mails the link with a saved form whose box is ticked, and none without [2.3]', async () => {
    const before = (await sentTo(s.app, addressOf('gus'))).length;
    const person = await openPerson(s, 'admin', 'gus');
    const saved = await press(person, 'save', { name: 'Gus de Wit' });
    expect((await sentTo(s.app, addressOf('gus'))).length).to.equal(before);
    await press({ ...person, page: saved }, 'save', { send_activation: '1' });
    expect((await sentTo(s.app, addressOf('gus'))).length).to.equal(before + 1);
    expect((await accountOf('gus')).name).to.equal('Gus de Wit');
    await lastLine('gus', 'account.updated', 'admin');
  });

  it('saves one of two forms over the same state, and shows both values to the other one', async () => {
    const one = await openPerson(s, 'admin', 'hal');
    const two = await openPerson(s, 'second', 'hal');
    await press(one, 'save', { name: 'Hal One', groups: 'sales\nsupport' });
    const late = await two.visitor.submit(two.page, { name: 'Hal Two' }, 'save');
    expect([late.status, late.error]).to.deep.equal([409, 'conflict']);
    expect(late.mark('conflict')).to.include('Hal One').and.include('Hal Two');
    expect((await accountOf('hal')).name).to.equal('Hal One');
    const again = await press({ ...two, page: late }, 'save');
    expect(again.status).to.equal(200);
    expect((await accountOf('hal')).name).to.equal('Hal Two');
  });

  it('lets one of two simultaneous saves count', async () => {
    const one = await openPerson(s, 'admin', 'hal');
    const two = await openPerson(s, 'second', 'hal');
    const answers = await Promise.all([
      one.visitor.submit(one.page, { name: 'Hal A' }, 'save'),
      two.visitor.submit(two.page, { name: 'Hal B' }, 'save'),
    ]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 409]);
  });

  it('keeps what was typed after a refusal', async () => {
    const person = await openPerson(s, 'admin', 'hal');
    const answer = await person.visitor.submit(person.page, { name: ' ', email: 'hal@new.test' }, 'save');
    expect([answer.status, answer.error]).to.deep.equal([422, 'field_invalid']);
    expect(answer.$('[name=email]').val()).to.equal('hal@new.test');
  });

  it('lets a manager change the own groups of a person, and no others', async () => {
    const person = await openPerson(s, 'manager', 'hal');
    const refused = await person.visitor.submit(person.page, { groups: 'sales\nfinance' }, 'save');
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
    expect(alertOf(refused)).to.include('groups that you manage');
    const role = await post(person.visitor, person.path, 'save', person.page, { role: 'helpdesk' });
    expect(role.status).to.equal(403);
    expect((await accountOf('hal')).role).to.equal('member');
  });

  it('gives a role that counts at once, and ends nothing', async () => {
    const { visitor } = await openConsole(s, addressOf('fay'), '/account');
    expect((await visitor.get('/admin')).status).to.equal(403);
    const person = await openPerson(s, 'admin', 'fay');
    await press(person, 'save', { role: 'helpdesk' });
    expect((await visitor.get('/account')).status).to.equal(200);
    expect((await visitor.get('/admin')).status).to.equal(200);
    await lastLine('fay', 'account.role_changed', 'admin');
    const back = await openPerson(s, 'second', 'fay');
    await press(back, 'save', { role: 'member' });
    expect((await visitor.get('/admin')).status).to.equal(403);
  });

  it('changes an address once its owner presses the button of the mail, and lets the old owner restore it', async () => {
    const person = await openPerson(s, 'admin', 'ivy');
    const saved = await press(person, 'save', { email: 'ivy@new.test' });
    expect(saved.mark('pending-email')).to.equal('ivy@new.test');
    expect((await accountOf('ivy')).email).to.equal('ivy@acme.test');
    await lastLine('ivy', 'email.change_asked', 'admin');
    expect((await sentTo(s.app, addressOf('ivy')))[0]?.subject).to.include('wants to change');
    const link = linkIn((await sentTo(s.app, 'ivy@new.test'))[0], 'change-email');
    const visitor = s.app.visitor();
    const page = await visitor.open(link);
    await visitor.submit(page, {});
    expect(await s.app.parts.stores.accounts.findByEmail('ivy@new.test')).not.to.equal(null);
    expect(linkIn((await sentTo(s.app, addressOf('ivy')))[0], 'restore-email')).to.be.a('string');
  });

  it('answers the same for an address that another account has', async () => {
    const person = await openPerson(s, 'admin', 'hal');
    const saved = await press(person, 'save', { email: 'zoe@open.test' });
    expect(saved.$('[role=status]').length).to.equal(1);
    expect((await sentTo(s.app, 'zoe@open.test'))[0]?.text).not.to.include('/change-email/');
  });

  it('removes the second steps for a reason, signs the person out and tells him or her', async () => {
    const { visitor } = await openConsole(s, addressOf('dan'), '/account');
    const person = await openPerson(s, 'admin', 'dan');
    const without = await person.visitor.submit(person.page, { reason: ' ' }, 'remove-factors');
    expect([without.status, without.error]).to.deep.equal([422, 'field_invalid']);
    expect(questionOf(without).is('[open]'), 'the question stays open').to.equal(true);
    const removed = await press(person, 'remove-factors', { reason: 'Lost phone, called back' });
    expect(removed.marks('factor')).to.have.length(0);
    expect((await visitor.get('/account')).status).to.equal(303);
    const lines = await linesOf(s, addressOf('dan'));
    expect(lines.find(({ event }) => event === 'account.factors_removed')?.reason).to.include('called back');
    await lastLine('dan', 'enrolment.removed', 'admin');
    expect((await sentTo(s.app, addressOf('dan')))[0]?.subject).to.include('removed a second step');
    expect((await s.app.visitor().open('/account')).name).to.equal('sign-in');
  });

  it('asks before it removes the second steps: the button is in a question that says what stops working [A125]', async () => {
    const { page } = await openPerson(s, 'admin', 'fay');
    const question = questionOf(page);
    expect([question.length, question.is('[open]')]).to.deep.equal([1, false]);
    expect(question.children('summary').text()).to.equal('Remove all second steps…');
    expect(question.text().replace(/\s+/g, ' '))
      .to.include('These stop working: Authenticator app, and the recovery codes.')
      .and.include('The person is signed out everywhere');
    expect(question.find('a').attr('href')).to.equal(page.$('form#fields').attr('action'));
    expect(question.closest('form').find('[name=reason]').length).to.equal(1);
  });

  it('suspends one factor, which still counts as set up, and allows it again', async () => {
    const person = await openPerson(s, 'admin', 'jan');
    const app = person.page.$('[data-mark=factor][data-method=totp]').attr('data-id') ?? '';
    const suspended = await press(person, `suspend-factor=${app}`);
    expect(suspended.marks('suspended')).to.have.length(1);
    await lastLine('jan', 'factor.suspended', 'admin');
    expect((await sentTo(s.app, addressOf('jan')))[0]?.subject).to.include('suspended a second step');
    const visitor = s.app.visitor();
    await visitor.open('/account');
    const only = await visitor.signIn(addressOf('jan'), PASSWORD);
    expect([only.name, only.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'email']);
    const mail = suspended.$('[data-mark=factor][data-method=email]').attr('data-id') ?? '';
    const both = await press({ ...person, page: suspended }, `suspend-factor=${mail}`);
    const barred = s.app.visitor();
    await barred.open('/account');
    // Neither lets the person in, nor set up another one with the password alone.
    expect((await barred.signIn(addressOf('jan'), PASSWORD)).name).to.equal('error');
    const resumed = await press({ ...person, page: both }, `resume-factor=${app}`);
    expect(resumed.marks('suspended')).to.have.length(1);
    await lastLine('jan', 'factor.resumed', 'admin');
  });

  it('requires a second factor of one person, of live sessions and refresh tokens too [B.2]', async () => {
    const { visitor, tokens } = await tokensFor(s.app, s.rp, addressOf('ben'), {
      scope: 'openid offline_access',
    });
    expect(tokens.refresh_token).to.be.a('string');
    const person = await openPerson(s, 'admin', 'ben');
    const saved = await press(person, 'save', { enforcement: 'required' });
    expect(saved.$('[name=enforcement]').val()).to.equal('required');
    await lastLine('ben', 'account.enforcement_changed', 'admin');
    expect((await visitor.get('/account')).status).to.equal(303);
    expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
    const later = s.app.visitor();
    await later.open('/account');
    expect((await later.signIn(addressOf('ben'), PASSWORD)).name).to.match(/^set-up-/);
    await press({ ...person, page: saved }, 'save', { enforcement: 'tenant' });
    expect((await accountOf('ben')).enforcement).to.equal(null);
  });
});
