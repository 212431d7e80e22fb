/** A person who lost the second factor asks for a reset: nothing changes before an administrator has approved it. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import { toldApplications } from '../../../support/hosts/told-application.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { DAY, HOUR } from '../../oidc/machine-clock.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  nextCode,
  redeem,
  refresh,
  refusal,
  tenantsWith,
  tokensFor,
  withClients,
} from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, member, withApp, words } from '../members.ts';
import { sentTo } from '../outbox.ts';
import { resetsIn } from './resets.ts';

const NAMES = 'ann ben cat dan eve fay gus hal ida jan kim leo mia ned oda pim'.split(' ');
const CONFIRMED = { email_confirmed: true };

describe('a request to reset second factors', () => {
  const applications = toldApplications();
  const s = interaction(() => ({
    ...withClients(confidential('shop', applications.metadata('shop'))),
    ...tenantsWith('strict', { set_up_proof: 'email' }),
    ...accounts(
      ...NAMES.flatMap((name) => [withApp(name, 'open', CONFIRMED), withApp(name, 'strict', CONFIRMED)]),
      member('chief', 'open', { role: 'admin', ...CONFIRMED }),
    ),
  }));
  const { atRequest, ask, newest, listed, decide, stored, subjects, linkOf } = resetsIn(s);

  it('is offered on each page of the second factor, and nowhere before the password [1.5] [4.4]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@open.test');
    expect(page.name).to.equal('enter-code');
    const href = page.link('request-reset') ?? '';
    expect(new URL(href).pathname).to.match(/^\/interaction\/[^/]+\/second-factor\/request-reset$/);
    expect((await visitor.open(href)).name).to.equal('request-reset');
    const stranger = s.app.visitor();
    expect((await stranger.open(href)).status).to.equal(400);
    const early = s.app.visitor();
    const arrived = await early.open(await s.rp.authorizationUrl());
    expect(arrived.link('request-reset')).to.equal(null);
    const uid = new URL(arrived.url).pathname.split('/')[2];
    const led = await early.open(`/interaction/${uid}/second-factor/request-reset`);
    expect(led.name).to.equal('sign-in');
    const { visitor: without, page: end } = await givePassword(s, 'new@open.test');
    expect(hasCode(end), 'there is nothing to reset').to.equal(true);
    expect((await without.open(href)).status).to.equal(400);
  });

  it('is mailed to the person with a link to cancel, and to the administrators, and changes nothing [1.5] [A57]', async () => {
    const { visitor, page } = await ask('ben@open.test');
    expect(page).to.include({ name: 'request-reset', status: 200, error: null });
    expect(words(page)).to.include('Your request was sent');
    const [mail] = await sentTo(s.app, 'ben@open.test');
    expect(mail?.subject).to.equal('A reset of your account at open was requested');
    expect(mail?.text).to.include('Browser: Firefox, Linux').and.include('/cancel-reset/');
    const [told] = await sentTo(s.app, 'chief@open.test');
    expect(told?.subject).to.equal('Someone at open asks for a reset');
    expect(told?.text).to.include('ben@open.test').and.not.include('/cancel-reset/');
    const { request, state } = await newest('ben@open.test');
    expect(state).to.equal('open');
    expect(request).to.include({ reason: 'I left my phone in the train.', ip: '127.0.0.0/24' });
    await visitor.open(page.link('second-factor') ?? '');
    if (visitor.page.name === 'choose-method') await visitor.chooseMethod('totp');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    expect(await stored('ben@open.test')).to.deep.include({ methods: ['totp'], events: ['reset.requested'] });
  });

  it('refuses a form without a reason or with a long one, and a form of another page [A56]', async () => {
    const { visitor, page } = await atRequest('cat@open.test');
    for (const reason of ['', '  ', 'x'.repeat(501)]) {
      const refused = await visitor.submit(page, { reason }, 'send');
      expect([refused.status, refused.error], JSON.stringify(reason)).to.deep.equal([422, 'field_invalid']);
    }
    const url = new URL(page.url).pathname;
    expect((await visitor.post(url, { reason: 'lost', send: '1' })).status).to.equal(403);
    const cross = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' };
    expect((await visitor.submit(page, { reason: 'lost' }, 'send', cross)).status).to.equal(403);
    expect(await listed('cat@open.test')).to.deep.equal([]);
    expect(await sentTo(s.app, 'cat@open.test')).to.deep.equal([]);
  });

  it('is one at a time, and the page does not tell a stranger that there is one [A57]', async () => {
    const first = await ask('dan@open.test');
    const second = await ask('dan@open.test', 'It is me again.');
    expect(words(second.page)).to.equal(words(first.page));
    expect(await listed('dan@open.test')).to.have.lengthOf(1);
    expect(await subjects('dan@open.test')).to.have.lengthOf(1);
    expect((await stored('dan@open.test')).events).to.deep.equal([
      'reset.requested',
      'reset.requested already_waiting',
    ]);
    const { visitor, page } = await atRequest('eve@open.test');
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) => visitor.submit(page, { reason: `form ${n}` }, 'send')),
    );
    expect(new Set(answers.map(({ status }) => status))).to.deep.equal(new Set([303]));
    expect(await listed('eve@open.test')).to.have.lengthOf(1);
    expect(await subjects('eve@open.test')).to.have.lengthOf(1);
  });

  it('is accepted three times a day [A57]', async () => {
    const email = 'fay@open.test';
    for (let n = 0; n < 3; n += 1) {
      await ask(email);
      await decide('refuse', email);
    }
    const { visitor, page } = await atRequest(email);
    const refused = await visitor.submit(page, { reason: 'once more' }, 'send');
    expect([refused.status, refused.error]).to.deep.equal([429, 'too_many_attempts']);
    expect(await listed(email)).to.have.lengthOf(3);
    expect((await stored(email)).events.at(-1)).to.equal('reset.requested too_many_attempts');
    s.clock.nextStep(DAY);
    await ask(email);
    expect(await listed(email)).to.have.lengthOf(4);
  });

  it('is cancelled by the button behind the link, and a GET cancels nothing [A56]', async () => {
    const email = 'gus@open.test';
    await ask(email);
    const link = await linkOf(email, 'cancel-reset');
    const owner = s.app.visitor();
    const page = await owner.open(link);
    expect(page).to.include({ name: 'cancel-reset', status: 200 });
    expect(words(page)).to.include(email).and.include('Firefox, Linux');
    expect((await newest(email)).state).to.equal('open');
    expect((await owner.post(new URL(link).pathname, { cancel: '1' })).status).to.equal(403);
    const answer = await owner.submit(page, {}, 'cancel');
    expect(answer.status).to.equal(303);
    expect(words(await owner.follow(answer))).to.include('The request was cancelled');
    expect((await newest(email)).state).to.equal('cancelled');
    expect((await owner.submit(page, {}, 'cancel')).status, 'a second click').to.equal(303);
    expect(await decide('approve', email)).to.deep.equal({ kind: 'late', state: 'cancelled' });
    expect(await stored(email)).to.deep.include({
      methods: ['totp'],
      events: ['reset.requested', 'reset.cancelled', 'reset.approved request_cancelled'],
    });
    expect(await subjects(email)).to.deep.equal([
      'The reset of your account at open was cancelled',
      'A reset of your account at open was requested',
    ]);
    for (const dead of [`${link}x`, link.replace('cancel-reset', 'set-up-again'), '/cancel-reset/x'])
      expect((await owner.open(dead)).status, dead).to.equal(400);
  });

  it('refuses to approve what was refused, and tells the person [A59]', async () => {
    const email = 'hal@open.test';
    await ask(email);
    expect(await decide('refuse', email)).to.include({ kind: 'decided', state: 'refused' });
    expect(await decide('approve', email)).to.deep.equal({ kind: 'late', state: 'refused' });
    expect(await stored(email)).to.deep.include({
      methods: ['totp'],
      events: ['reset.requested', 'reset.refused', 'reset.approved request_refused'],
    });
    expect((await subjects(email))[0]).to.equal('The reset of your account at open was refused');
    const dead = await s.app.visitor().open(await linkOf(email, 'cancel-reset'));
    expect([dead.status, dead.error]).to.deep.equal([400, 'session_expired']);
  });

  it('can be approved for 72 hours [A59] [A125]', async () => {
    const email = 'ida@open.test';
    await ask(email);
    s.clock.nextStep(72 * HOUR);
    expect((await newest(email)).state).to.equal('expired');
    expect(await decide('approve', email)).to.deep.equal({ kind: 'late', state: 'expired' });
    expect((await stored(email)).methods).to.deep.equal(['totp']);
    await ask(email);
    expect((await newest(email)).state, 'the next request').to.equal('open');
  });

  it('is not decided by the person of the account [A59] [A125]', async () => {
    await ask('jan@open.test');
    const { account } = await newest('jan@open.test');
    expect(await decide('approve', 'jan@open.test', { by: account.id })).to.deep.equal({ kind: 'own' });
    expect(await decide('refuse', 'jan@open.test', { by: account.id })).to.deep.equal({ kind: 'own' });
    expect((await newest('jan@open.test')).state).to.equal('open');
  });

  it('ends factors, sessions and tokens when it is approved, and applications are told [1.5] [A120]', async () => {
    const email = 'kim@strict.test';
    const shop = await s.app.relyingParty('shop');
    const live = await tokensFor(s.app, shop, email, { scope: 'openid offline_access' });
    await ask(email);
    expect(await decide('approve', email)).to.deep.equal({ kind: 'decided', state: 'done', effectAt: null });
    expect(await stored(email)).to.deep.include({
      methods: [],
      events: ['reset.requested', 'reset.approved', 'reset.done'],
    });
    await eventually(async () => {
      await s.app.parts.logouts.deliverDue();
      expect(applications.told).to.have.lengthOf(1);
    });
    const { sid } = await applications.claimsOf(applications.told[0], s.app.origin);
    expect(sid).to.equal(live.claims.sid);
    expect(await refusal(refresh(shop, live.tokens.refresh_token))).to.equal('invalid_grant');
    expect(errorOf(await askAgain(live.visitor, shop, { prompt: 'none' }))).to.equal('login_required');
    expect((await subjects(email))[0]).to.equal('The second steps of your account at strict were removed');
    expect(await decide('approve', email)).to.deep.equal({ kind: 'late', state: 'done' });
  });

  it('leads by its own link from the password straight to the set-up, without a mailed code [1.5] [0.1]', async () => {
    const email = 'leo@strict.test';
    await ask(email);
    await decide('approve', email);
    const link = await linkOf(email, 'set-up-again');
    const owner = s.app.visitor();
    const page = await owner.open(link);
    expect(page).to.include({ name: 'set-up-again', status: 200 });
    const before = (await sentTo(s.app, email)).length;
    const signIn = await owner.follow(await owner.submit(page, {}, 'continue'));
    expect(signIn.name).to.equal('sign-in');
    expect(signIn.$('[name=email]').attr('value')).to.equal(email);
    const setUp = await owner.signIn(email, PASSWORD);
    expect(setUp.name).to.equal('set-up-totp');
    expect((await sentTo(s.app, email)).length, 'no code is mailed').to.equal(before);
    const secret = setUp.mark('secret');
    const end = await owner.enterCode(nextCode(s.app, secret));
    expect([end.name, end.status]).to.deep.equal(['security', 200]);
    const dead = await s.app.visitor().open(link);
    expect([dead.status, dead.error], 'it has done its work').to.deep.equal([400, 'session_expired']);
  });

  it('asks for the mailed code in another browser than the one that used the link [1.5] [A48]', async () => {
    const email = 'mia@strict.test';
    await ask(email);
    await decide('approve', email);
    const link = await linkOf(email, 'set-up-again');
    const owner = s.app.visitor();
    await owner.follow(await owner.submit(await owner.open(link), {}, 'continue'));
    await owner.signIn(email, PASSWORD);
    const other = s.app.visitor();
    await other.follow(await other.submit(await other.open(link), {}, 'continue'));
    expect((await other.signIn(email, PASSWORD)).name).to.equal('set-up-proof');
    // Without the link nobody needs less than before.
    const { page } = await givePassword(s, email);
    expect(page.name).to.equal('set-up-proof');
    // The first browser can begin again.
    const again = await givePassword(s, email, owner, { prompt: 'login' });
    expect(again.page.name).to.equal('set-up-totp');
  });

  it('proves nothing for another account in the browser that used the link [A48] [A57]', async () => {
    const email = 'ned@strict.test';
    await ask(email);
    await decide('approve', email);
    await ask('oda@strict.test');
    await decide('approve', 'oda@strict.test');
    const owner = s.app.visitor();
    await owner.follow(
      await owner.submit(await owner.open(await linkOf(email, 'set-up-again')), {}, 'continue'),
    );
    expect((await owner.signIn('oda@strict.test', PASSWORD)).name).to.equal('set-up-proof');
  });

  it('leads to a set-up where the tenant leaves it to the person, too [1.5]', async () => {
    const email = 'ned@open.test';
    await ask(email);
    await decide('approve', email);
    const owner = s.app.visitor();
    await owner.follow(
      await owner.submit(await owner.open(await linkOf(email, 'set-up-again')), {}, 'continue'),
    );
    expect((await owner.signIn(email, PASSWORD)).name).to.equal('set-up-totp');
    const { page } = await givePassword(s, email);
    expect(await redeem(s.rp, page)).to.have.property('tokens');
  });

  it('ends with everything that the owner ends: "it was not me" stops it [A117] [A120]', async () => {
    const email = 'oda@open.test';
    await ask(email);
    const { account } = await newest(email);
    await s.app.parts.stores.accounts.raiseEndsBefore(account.id, s.clock.now() + 1);
    expect((await newest(email)).state).to.equal('expired');
    expect(await decide('approve', email)).to.deep.equal({ kind: 'late', state: 'expired' });
    expect((await stored(email)).methods).to.deep.equal(['totp']);
  });

  it('is refused while the account is frozen, with what to do [A117]', async () => {
    const email = 'pim@open.test';
    const { account } = await stored(email);
    await s.app.parts.stores.accounts.setFrozen(account?.id ?? '', s.clock.now());
    const { visitor, page } = await atRequest(email);
    const refused = await visitor.submit(page, { reason: 'lost' }, 'send');
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
    expect(alertOf(refused)).to.include('Ask an administrator');
    expect(await listed(email)).to.deep.equal([]);
    expect((await stored(email)).events).to.deep.equal(['reset.requested frozen']);
  });
});
