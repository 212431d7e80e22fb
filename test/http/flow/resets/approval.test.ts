/** Between the approval of a reset and its effect: cooling-off, a second approver, interruptions. */
import { expect } from 'chai';
import { PASSWORD, standardConfig, type Yaml } from '../../../support/app.ts';
import { HOUR, MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, withApp } from '../members.ts';
import { sentTo } from '../outbox.ts';
import { resetsIn } from './resets.ts';

const CONFIRMED = { email_confirmed: true };

/** `open` waits a day after an approval, and `strict` asks for two approvals. */
function careful(): { readonly tenants: readonly Yaml[] } {
  const settings: Readonly<Record<string, Yaml>> = {
    open: { reset_cooling_off_hours: 24 },
    strict: { reset_approvers: 2 },
  };
  const tenants = standardConfig().tenants.map((tenant) => {
    const secondFactor = { ...(tenant.second_factor as Yaml), ...settings[String(tenant.id)] };
    return { ...tenant, second_factor: secondFactor };
  });
  return { tenants };
}

describe('an approved reset', () => {
  const s = interaction(() => ({
    ...careful(),
    ...accounts(
      ...'ann ben cat dan eve fay gus'.split(' ').map((name) => withApp(name, 'open', CONFIRMED)),
      ...'ann ben cat dan'.split(' ').map((name) => withApp(name, 'strict', CONFIRMED)),
      ...'ann'.split(' ').map((name) => withApp(name, 'plain', CONFIRMED)),
    ),
  }));
  const { ask, newest, decide, stored, subjects, linkOf } = resetsIn(s);
  const carryOut = () => s.app.parts.resets.carryOutDue();

  it('changes nothing before its cooling-off is over, and tells the person until when [1.5]', async () => {
    const email = 'ann@open.test';
    await ask(email);
    const approvedAt = s.clock.now();
    const decision = await decide('approve', email);
    expect(decision).to.include({ kind: 'decided', state: 'approved' });
    expect('effectAt' in decision && decision.effectAt).to.be.within(
      approvedAt + 24 * HOUR,
      approvedAt + 24 * HOUR + MINUTE,
    );
    const [mail] = await sentTo(s.app, email);
    expect(mail?.subject).to.equal('The reset of your account at open was approved');
    expect(mail?.text).to.include('Takes effect: ').and.include('/cancel-reset/');
    s.clock.nextStep(23 * HOUR);
    await carryOut();
    expect((await stored(email)).methods).to.deep.equal(['totp']);
    expect((await newest(email)).state).to.equal('approved');
    s.clock.nextStep(HOUR + MINUTE);
    // Any instance, and any number of them.
    await Promise.all([carryOut(), carryOut(), carryOut()]);
    expect(await stored(email)).to.deep.include({
      methods: [],
      events: ['reset.requested', 'reset.approved', 'reset.done'],
    });
    expect((await newest(email)).state).to.equal('done');
    expect((await subjects(email))[0]).to.equal('The second steps of your account at open were removed');
  });

  it('is still cancelled by the person, whose factor then signs in as before [1.5] [A57]', async () => {
    const email = 'ben@open.test';
    await ask(email);
    await decide('approve', email);
    const owner = s.app.visitor();
    await owner.submit(await owner.open(await linkOf(email, 'cancel-reset')), {}, 'cancel');
    expect((await newest(email)).state).to.equal('cancelled');
    s.clock.nextStep(25 * HOUR);
    await carryOut();
    expect(await stored(email)).to.deep.include({
      methods: ['totp'],
      events: ['reset.requested', 'reset.approved', 'reset.cancelled'],
    });
    const { visitor } = await givePassword(s, email);
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('has no effect after a later ending of the account, such as a new password [A117]', async () => {
    const email = 'cat@open.test';
    await ask(email);
    await decide('approve', email);
    const { account } = await newest(email);
    s.clock.nextStep(MINUTE);
    await s.app.parts.stores.accounts.raiseEndsBefore(account.id, s.clock.now());
    s.clock.nextStep(25 * HOUR);
    await carryOut();
    expect((await stored(email)).methods).to.deep.equal(['totp']);
    expect((await newest(email)).state).to.equal('expired');
  });

  it('is completed by the next instance when the first one died at any point of its effect [1.5]', async () => {
    const email = 'dan@open.test';
    await ask(email);
    await decide('approve', email);
    s.clock.nextStep(25 * HOUR);
    const { request } = await newest(email);
    const { resetRequests } = s.app.parts.stores;
    // The stage was taken, and then nothing more was done.
    const atMs = s.clock.now();
    const dead = { requestId: request.id, stage: 'effect', outcome: 'done', by: 'operator' } as const;
    await resetRequests.take({ ...dead, note: null, atMs, dueAt: null });
    expect((await stored(email)).methods).to.deep.equal(['totp']);
    await carryOut();
    expect(await stored(email)).to.deep.include({ methods: [] });
    expect((await stored(email)).events.at(-1)).to.equal('reset.done');
    expect(await resetRequests.listDue(s.clock.now(), 10)).to.deep.equal([]);
  });

  it('is told of once more by an operator whose first command died after the decision [1.5]', async () => {
    const email = 'eve@open.test';
    await ask(email);
    const { request } = await newest(email);
    const now = s.clock.now();
    const step = { requestId: request.id, stage: 'decision', outcome: 'approved', by: 'operator' } as const;
    await s.app.parts.stores.resetRequests.take({ ...step, note: null, atMs: now, dueAt: now + 24 * HOUR });
    expect(await subjects(email)).to.have.lengthOf(1);
    for (let n = 0; n < 2; n += 1)
      expect(await decide('approve', email)).to.include({ kind: 'decided', state: 'approved' });
    expect((await stored(email)).events).to.deep.equal(['reset.requested', 'reset.approved']);
    expect(await subjects(email), 'one mail for both').to.have.lengthOf(2);
  });

  it('leaves a factor alone that was set up after its effect, when that is repeated [1.5]', async () => {
    const email = 'fay@open.test';
    await ask(email);
    await decide('approve', email);
    s.clock.nextStep(25 * HOUR);
    await carryOut();
    const owner = s.app.visitor();
    await owner.follow(
      await owner.submit(await owner.open(await linkOf(email, 'set-up-again')), {}, 'continue'),
    );
    const setUp = await owner.signIn(email, PASSWORD);
    await owner.enterCode(nextCode(s.app, setUp.mark('secret')));
    expect((await stored(email)).methods).to.include('totp');
    const { request } = await newest(email);
    // As if the first run had died before its last act.
    const { resetRequests } = s.app.parts.stores;
    const late = { requestId: request.id, stage: 'first-approval', outcome: 'approved' } as const;
    await resetRequests.take({ ...late, by: 'x', note: null, atMs: 1, dueAt: s.clock.now() });
    await carryOut();
    expect((await stored(email)).methods).to.include('totp');
  });

  it('takes one of many simultaneous approvals and cancellations, with one effect at most [A125]', async () => {
    const email = 'gus@open.test';
    await ask(email);
    const link = await linkOf(email, 'cancel-reset');
    const owner = s.app.visitor();
    const page = await owner.open(link);
    const decisions = await Promise.all([
      ...['boss-1', 'boss-2', 'boss-3'].map((by) => decide('approve', email, { by })),
      decide('refuse', email, { by: 'boss-4' }),
    ]);
    expect(decisions.filter(({ kind }) => kind === 'decided')).to.have.lengthOf(1);
    await owner.submit(page, {}, 'cancel');
    const { request, state } = await newest(email);
    expect(['cancelled', 'refused']).to.include(state);
    expect(request.steps.filter(({ stage }) => stage === 'decision')).to.have.lengthOf(1);
    expect((await stored(email)).methods).to.deep.equal(['totp']);
  });

  it('needs two different approvers where the tenant asks for two [A59] [A125]', async () => {
    const email = 'ann@strict.test';
    await ask(email);
    for (let n = 0; n < 2; n += 1)
      expect(await decide('approve', email, { by: 'boss-1' })).to.deep.equal({ kind: 'first-of-two' });
    expect(await stored(email)).to.deep.include({
      methods: ['totp'],
      events: ['reset.requested', 'reset.approved first_of_two'],
    });
    expect((await newest(email)).state).to.equal('open');
    expect(await decide('approve', email, { by: 'boss-2' })).to.include({ kind: 'decided', state: 'done' });
    expect((await stored(email)).methods).to.deep.equal([]);
  });

  it('is refused by the second of two administrators [A125]', async () => {
    const email = 'ben@strict.test';
    await ask(email);
    await decide('approve', email, { by: 'boss-1' });
    expect(await decide('refuse', email, { by: 'boss-2' })).to.include({ kind: 'decided', state: 'refused' });
    expect((await stored(email)).methods).to.deep.equal(['totp']);
  });

  it('is given by the operator alone with a reason, which the audit trail tells apart [A125]', async () => {
    const email = 'cat@strict.test';
    await ask(email);
    const alone = { isAlone: true, note: 'both administrators are on holiday' };
    expect(await decide('approve', email, alone)).to.include({ kind: 'decided', state: 'done' });
    expect((await stored(email)).events).to.deep.equal([
      'reset.requested',
      'reset.approved override',
      'reset.done',
    ]);
    expect((await newest(email)).request.steps[0]).to.include({ note: alone.note, by: 'operator' });
  });

  it('is the act of its approver in the audit trail, as are the removals that follow [A125]', async () => {
    const email = 'dan@strict.test';
    await ask(email);
    await decide('approve', email, { isAlone: true });
    const { account } = await newest(email);
    const lines = await s.app.parts.stores.audit.list({ accountId: account.id, limit: 20 });
    const actorOf = (name: string) => lines.find(({ event }) => event === name)?.actor;
    expect(actorOf('reset.requested')).to.equal(account.id);
    for (const name of ['reset.approved', 'enrolment.removed', 'reset.done'])
      expect(actorOf(name), name).to.equal('operator');
  });
});
