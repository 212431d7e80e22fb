/** Requests for a reset in the console of a tenant with two approvers and a cooling-off. */
import { expect } from 'chai';
import { HOUR, MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { alertOf, withApp, words } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';
import { CONFIRMED, reviewsIn, SALES, stateOf } from './reviews.ts';

describe('requests for a reset in the console of a careful tenant', () => {
  const s = interaction(() =>
    consoleConfig(
      { reset_approvers: 2, reset_cooling_off_hours: 24 },
      ...'cat dan eve'.split(' ').map((name) => withApp(name, 'acme', SALES)),
      withApp('third', 'acme', { role: 'admin', ...CONFIRMED }),
    ),
  );
  const { asked, press, force, stored, newest, pathOf } = reviewsIn(s);

  it('need two different administrators, and wait for their time of effect, which is shown [A59] [A125]', async () => {
    const path = await asked('cat');
    const { visitor: one } = await openConsole(s, addressOf('admin'), path);
    const first = await one.follow(await press(one, path, 'approve', 'I called.'));
    expect([stateOf(first), first.$('[name=approve]').length]).to.deep.equal(['open', 0]);
    expect(first.$('[data-mark=obstacle]').attr('data-obstacle')).to.equal('first_approval');
    // An approval counts once, however often the form is sent.
    await force(one, path, 'approve');
    expect((await newest(addressOf('cat'))).state).to.equal('open');

    const { visitor: other } = await openConsole(s, addressOf('second'), path);
    const before = await other.open(path);
    expect(words(before)).to.include('First approval').and.include('I called.');
    const done = await other.follow(await other.submit(before, {}, 'approve'));
    expect(stateOf(done)).to.equal('approved');
    expect(done.mark('effect')).to.match(/^Takes effect: \d+ \w+ 2\d{3}/);
    expect((await stored(addressOf('cat'))).methods).to.deep.equal(['totp']);
    const [mail] = await sentTo(s.app, addressOf('cat'));
    expect(mail?.subject).to.include('was approved');
    expect(linkIn(mail, 'cancel-reset')).to.be.a('string');
    s.clock.nextStep(24 * HOUR + MINUTE);
    await s.app.parts.resets.carryOutDue();
    expect((await stored(addressOf('cat'))).methods).to.deep.equal([]);
  });

  it('are not decided on a page from before the first approval [A125]', async () => {
    const path = await asked('dan');
    const { visitor: one } = await openConsole(s, addressOf('admin'), path);
    const { visitor: other } = await openConsole(s, addressOf('second'), path);
    const old = await other.open(path);
    await press(one, path, 'approve');
    const late = await other.submit(old, {}, 'approve');
    expect([late.status, late.error]).to.deep.equal([409, 'conflict']);
    expect(alertOf(late)).to.match(/^Someone else changed this in the meantime/);
    expect((await newest(addressOf('dan'))).state).to.equal('open');
    expect((await other.submit(late, {}, 'refuse')).status).to.equal(303);
  });

  it('are never approved by the administrator who filed them [A59]', async () => {
    const path = await filedBy('admin', 'eve');
    const { visitor } = await openConsole(s, addressOf('admin'), path);
    const page = await visitor.open(path);
    expect(page.$('[data-mark=obstacle]').attr('data-obstacle')).to.equal('filer');
    expect(page.mark('filed-by')).to.equal('admin');
    expect((await force(visitor, path, 'approve')).status).to.equal(403);
    expect((await stored(addressOf('eve'))).events).to.deep.equal(['reset.approved filed_by_approver']);
    for (const name of ['second', 'third']) {
      const { visitor: other } = await openConsole(s, addressOf(name), path);
      expect((await press(other, path, 'approve')).status, name).to.equal(303);
    }
    expect((await newest(addressOf('eve'))).state).to.equal('approved');
  });

  it('count the first approval of the administrator whose removal filed them, and no second one of the same [A59]', async () => {
    const path = await filedBy('second', 'ann');
    const requestId = path.split('/').at(-1) ?? '';
    const by = await idOf(s, addressOf('second'));
    const step = { requestId, stage: 'first-approval', outcome: 'approved', by, note: null } as const;
    await s.app.parts.stores.resetRequests.take({ ...step, atMs: s.clock.now(), dueAt: null });
    const { visitor } = await openConsole(s, addressOf('second'), path);
    expect((await force(visitor, path, 'approve', { version: '1' })).status).to.equal(403);
    const { visitor: other } = await openConsole(s, addressOf('third'), path);
    expect(stateOf(await other.follow(await press(other, path, 'approve')))).to.equal('approved');
    expect(await pathOf('ann')).to.equal(path);
  });

  /** As an administrator files it: the request names the one who did. */
  async function filedBy(administrator: string, person: string): Promise<string> {
    const accountId = await idOf(s, addressOf(person));
    const createdAt = s.clock.now();
    await s.app.parts.stores.resetRequests.insert({
      id: `${accountId}.1`,
      accountId,
      tenantId: 'acme',
      filedBy: await idOf(s, addressOf(administrator)),
      reason: 'Stood at my desk.',
      ip: '192.0.2.0/24',
      browser: null,
      createdAt,
      expiresAt: createdAt + 72 * HOUR,
    });
    return `/admin/requests/${accountId}.1`;
  }
});
