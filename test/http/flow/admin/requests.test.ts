/** Requests for a reset in the console: who sees them, who decides about them, and what a decision does. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { HOUR } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, hasCode, withApp, words } from '../members.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';

import { CONFIRMED, idsIn, reviewsIn, SALES, stateOf } from './reviews.ts';

describe('requests for a reset in the console', () => {
  const s = interaction(() =>
    consoleConfig(
      { enforcement: 'required' },
      ...'cat dan eve fay gus hal ida'.split(' ').map((name) => withApp(name, 'acme', SALES)),
      withApp('kim', 'acme', { groups: ['research'], ...CONFIRMED }),
      withApp('boss', 'acme', { role: 'admin', ...CONFIRMED }),
    ),
  );
  const { asked, pathOf, press, stored, newest, decide, linkOf, subjects } = reviewsIn(s);

  it('lead from the reason to the set-up: the person asks, an administrator approves, and the person signs in without the second step once [4.4] [1.5]', async () => {
    const path = await asked('cat', 'I lost my phone <b>yesterday</b>.');
    const { visitor, page: overview } = await openConsole(s, addressOf('admin'));
    expect(overview.mark('requests')).to.equal('1');
    const list = await visitor.open(overview.$('[data-mark=requests]').attr('href') ?? '');
    expect([list.name, idsIn(list).length]).to.deep.equal(['admin-requests', 1]);
    const page = await visitor.open(path);
    expect([page.name, stateOf(page), page.mark('reason')]).to.deep.equal([
      'admin-request',
      'open',
      'I lost my phone <b>yesterday</b>.',
    ]);
    expect(page.link(`/admin/users/${await idOf(s, addressOf('cat'))}`)).to.be.a('string');
    expect(words(page)).to.include('127.0.0.0/24').and.include('Firefox, Linux');

    const answer = await visitor.submit(page, { reason: 'Called her.' }, 'approve');
    expect([answer.status, new URL(answer.location ?? '').pathname]).to.deep.equal([303, path]);
    const done = await visitor.follow(answer);
    expect(stateOf(done)).to.equal('done');
    expect(words(done)).to.include('By admin,').and.include('Called her.');
    expect((await visitor.open('/admin')).mark('requests')).to.equal('0');
    expect((await stored(addressOf('cat'))).methods).to.deep.equal([]);
    expect((await subjects(addressOf('cat')))[0]).to.equal(
      'The second steps of your account at Acme were removed',
    );

    const owner = s.app.visitor();
    const link = await linkOf(addressOf('cat'), 'set-up-again');
    await owner.follow(await owner.submit(await owner.open(link), {}, 'continue'));
    const setUp = await owner.signIn(addressOf('cat'), PASSWORD);
    expect(setUp.name).to.match(/^set-up-/);
    const first = setUp.name === 'set-up-choose' ? await owner.chooseMethod('totp') : setUp;
    await owner.enterCode(nextCode(s.app, first.mark('secret')));
    expect((await stored(addressOf('cat'))).methods).to.include('totp');
  });

  it('are acts of their administrator in the audit log [A125]', async () => {
    const admin = await idOf(s, addressOf('admin'));
    const lines = await s.app.parts.stores.audit.list({
      accountId: await idOf(s, addressOf('cat')),
      limit: 50,
    });
    for (const name of ['reset.approved', 'enrolment.removed', 'reset.done'])
      expect(lines.find(({ event }) => event === name)?.actor, name).to.equal(admin);
  });

  it('are refused with a note, which changes nothing for the person', async () => {
    const path = await asked('dan');
    const { visitor } = await openConsole(s, addressOf('admin'), path);
    const done = await visitor.follow(await press(visitor, path, 'refuse', 'Nobody answered the phone.'));
    expect(stateOf(done)).to.equal('refused');
    expect(words(done)).to.include('Nobody answered the phone.');
    const { visitor: owner } = await givePassword(s, addressOf('dan'));
    expect(hasCode(await owner.enterCode(nextCode(s.app)))).to.equal(true);
    expect((await stored(addressOf('dan'))).events).to.deep.equal(['reset.requested', 'reset.refused']);
  });

  it('stay undecided by a note that is too long, which is not lost', async () => {
    const path = await asked('eve');
    const { visitor } = await openConsole(s, addressOf('admin'), path);
    const answer = await press(visitor, path, 'approve', 'x'.repeat(501));
    expect([answer.status, answer.error]).to.deep.equal([422, 'field_invalid']);
    expect(answer.$('[name=reason]').attr('value')).to.have.lengthOf(501);
    expect((await newest(addressOf('eve'))).state).to.equal('open');
  });

  it('are decided once: a form that was sent twice succeeds, and that of another administrator conflicts [A59] [A125]', async () => {
    const path = await pathOf('eve');
    const { visitor: one } = await openConsole(s, addressOf('admin'), path);
    const { visitor: other } = await openConsole(s, addressOf('second'), path);
    const [mine, theirs] = [await one.open(path), await other.open(path)];
    expect((await one.submit(mine, {}, 'approve')).status).to.equal(303);
    expect((await one.submit(mine, {}, 'approve')).status, 'again').to.equal(303);
    const late = await other.submit(theirs, { reason: 'I know her.' }, 'refuse');
    expect([late.status, late.error, stateOf(late)]).to.deep.equal([409, 'conflict', 'done']);
    expect(late.mark('attempt')).to.include('I know her.');
    expect((await stored(addressOf('eve'))).events).to.deep.equal([
      'reset.requested',
      'reset.approved',
      'reset.done',
      'reset.refused request_done',
    ]);
  });

  it('are decided by one of two administrators at the same moment [A125]', async () => {
    const path = await asked('fay');
    const browsers = [];
    for (const name of ['admin', 'second'])
      browsers.push((await openConsole(s, addressOf(name), path)).visitor);
    const pages = await Promise.all(browsers.map((each) => each.open(path)));
    const answers = await Promise.all(
      browsers.map((each, n) => each.submit(pages[n] as Page, {}, n === 0 ? 'approve' : 'refuse')),
    );
    expect(answers.map(({ status }) => status).toSorted()).to.deep.equal([303, 409]);
    const { request } = await newest(addressOf('fay'));
    expect(request.steps.filter(({ stage }) => stage === 'decision')).to.have.lengthOf(1);
  });

  it('cannot be approved after 72 hours, nor after the person has cancelled [A59] [A125]', async () => {
    const cancelled = await asked('gus');
    const expired = await asked('hal');
    const { visitor } = await openConsole(s, addressOf('admin'), cancelled);
    const [early, old] = [await visitor.open(cancelled), await visitor.open(expired)];
    const owner = s.app.visitor();
    await owner.submit(await owner.open(await linkOf(addressOf('gus'), 'cancel-reset')), {}, 'cancel');
    const refused = await visitor.submit(early, {}, 'approve');
    expect([refused.status, refused.error, stateOf(refused)]).to.deep.equal([409, 'conflict', 'cancelled']);
    expect(refused.$('[name=approve]')).to.have.lengthOf(0);

    s.clock.nextStep(72 * HOUR);
    const { visitor: again } = await openConsole(s, addressOf('admin'), expired);
    const shown = await again.open(expired);
    expect([stateOf(shown), shown.$('[name=approve]').length]).to.deep.equal(['expired', 0]);
    const fields = { _token: old.$('main [name=_token]').attr('value') ?? '', version: '0', approve: '1' };
    // The token of another session is refused, before anything is looked at.
    expect((await again.post(expired, fields)).status).to.equal(403);
    for (const name of ['gus', 'hal'])
      expect((await stored(addressOf(name))).methods, name).to.deep.equal(['totp']);
  });

  it('of the own account are shown, and decided by somebody else [A59] [A125]', async () => {
    const path = await asked('boss');
    const { visitor } = await openConsole(s, addressOf('boss'), path);
    const page = await visitor.open(path);
    expect(page.$('[data-mark=obstacle]').attr('data-obstacle')).to.equal('own');
    expect(page.$('[name=approve], [name=refuse]')).to.have.lengthOf(0);
    const { visitor: admin } = await openConsole(s, addressOf('admin'), path);
    expect(stateOf(await admin.follow(await press(admin, path, 'approve')))).to.equal('done');
  });

  it('are seen by the help desk, which decides about none [A125]', async () => {
    const path = await asked('ida');
    const { visitor, page: list } = await openConsole(s, addressOf('helpdesk'), '/admin/requests');
    expect(idsIn(list)).to.include(path.split('/').at(-1));
    const page = await visitor.open(path);
    expect(page.$('[data-mark=obstacle]').attr('data-obstacle')).to.equal('role');
    expect(page.$('[name=approve], [name=refuse]')).to.have.lengthOf(0);
  });

  it('are narrowed to the groups of a manager, in the list, in the number and by their address [A61] [A125]', async () => {
    const outside = await asked('kim');
    const inside = await pathOf('ida');
    const { visitor, page: overview } = await openConsole(s, addressOf('manager'));
    expect(overview.mark('requests')).to.equal('1');
    const list = await visitor.open('/admin/requests');
    expect(idsIn(list)).to.include(inside.split('/').at(-1));
    expect(idsIn(list)).to.not.include(outside.split('/').at(-1));
    expect((await visitor.open(outside)).status).to.equal(404);
    const done = await visitor.follow(await press(visitor, inside, 'approve'));
    expect(stateOf(done)).to.equal('done');

    const { visitor: admin } = await openConsole(s, addressOf('admin'), outside);
    expect((await admin.open(outside)).status).to.equal(200);
    const { visitor: foreign, page } = await openConsole(s, addressOf('admin', 'open'), '/admin/requests');
    expect([idsIn(page), (await foreign.open(outside)).status]).to.deep.equal([[], 404]);
  });

  it('stand in the list with those that wait first, page after page', async () => {
    const { resetRequests, accounts } = s.app.parts.stores;
    const { account } = await stored(addressOf('ann'));
    if (!account) throw new Error('ann is missing');
    const now = s.clock.now();
    for (let n = 0; n < 60; n += 1) {
      const id = `crowd-${n}`;
      await accounts.insert({ ...account, id, email: `${id}@acme.test` });
      const times = { createdAt: now + n, expiresAt: now + n + HOUR };
      const more = { reason: 'lost', ip: '192.0.2.0/24', browser: null };
      await resetRequests.insert({ id: `${id}.1`, accountId: id, tenantId: 'acme', ...more, ...times });
      const step = { requestId: `${id}.1`, stage: 'decision', outcome: 'refused', by: 'operator' } as const;
      if (n >= 30) await resetRequests.take({ ...step, note: null, atMs: now + n, dueAt: null });
    }
    const { visitor, page } = await openConsole(s, addressOf('admin'), '/admin/requests');
    const rest = await visitor.open(page.$('[data-mark=next]').attr('href') ?? '');
    const ids = [...idsIn(page), ...idsIn(rest)];
    expect(new Set(ids).size).to.equal(ids.length);
    const states = [
      ...page.$('[data-mark=request]').toArray(),
      ...rest.$('[data-mark=request]').toArray(),
    ].map((each) => each.attribs['data-state']);
    expect(states.lastIndexOf('open')).to.be.lessThan(states.indexOf('refused'));
    expect(ids.indexOf('crowd-29.1')).to.be.lessThan(ids.indexOf('crowd-28.1'));
    expect(ids).to.include('crowd-0.1').and.include('crowd-30.1');
    const waiting = await visitor.open('/admin/requests?filter=waiting');
    expect(waiting.$('[data-state=refused]')).to.have.lengthOf(0);
    expect((await visitor.open('/admin/requests?after=nonsense')).status).to.equal(200);
    expect(await decide('refuse', addressOf('kim'))).to.include({ state: 'refused' });
  });
});
