/** An invitation: from the mail to the first sign-in. */
import { expect } from 'chai';
import { createAuthenticator } from '../../../support/authenticator.ts';
import { DAY, MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { alertOf, arrive, hasCode, words } from '../members.ts';
import { sentTo } from '../outbox.ts';
import { invitationsIn, inviting, SECRET_WORDS } from './invitations.ts';

describe('an invitation', () => {
  const s = interaction(inviting, { hostname: 'localhost' });

  const { invite, opened, save, stored } = invitationsIn(s);

  it('names the workspace in mail and page, leads to the choice of a factor without a mailed code, and to the account [0.1]', async () => {
    const email = 'ann@strict.test';
    const { visitor, page } = await opened(email);
    const [mail] = await sentTo(s.app, email);
    expect(mail?.subject).to.equal('You are invited to The strict firm');
    expect(mail?.text).to.include('Workspace name: strict');
    expect(page).to.include({ name: 'invitation', status: 200 });
    expect(words(page)).to.include('The strict firm');
    expect(page.$('#email').val()).to.equal(email);
    expect(page.mark('workspace')).to.equal('strict');
    expect((await stored(email)).account).to.include({ passwordHash: null, emailConfirmed: false });
    const choice = await save(visitor, page);
    expect(choice.name).to.equal('set-up-choose');
    expect((await stored(email)).account).to.include({ emailConfirmed: true });
    const setUp = await visitor.chooseMethod('totp');
    expect(setUp.name, 'no mailed code comes first').to.equal('set-up-totp');
    const codes = await visitor.follow(
      await visitor.submit(setUp, { code: nextCode(s.app, setUp.mark('secret')) }),
    );
    expect(codes.marks('recovery-code')).to.have.lengthOf(10);
    const end = await visitor.putAway(await visitor.submit(codes, {}, 'saved'));
    expect([end.name, end.status]).to.deep.equal(['account', 200]);
    expect((await stored(email)).events).to.include.members([
      'account.invited',
      'account.joined',
      'sign_in.completed',
    ]);
    expect((await sentTo(s.app, email)).map(({ subject }) => subject)).to.include(
      'Your account at The strict firm is ready',
    );
    // The password signs in from now on.
    const later = await arrive(s);
    expect((await later.visitor.signIn(email, SECRET_WORDS)).name).to.equal('enter-code');
  });

  it('leads straight to the account where no second factor is asked for, and on to the application that it names [0.1]', async () => {
    const { visitor, page } = await opened('ann@open.test');
    expect((await save(visitor, page)).name).to.equal('account');
    const shop = await opened('ben@open.test', 'shop');
    expect(words(shop.page)).to.include('Shop');
    expect((await save(shop.visitor, shop.page)).location).to.equal('http://rp.test/shop');
    const wiki = await opened('cat@open.test', 'wiki');
    const iss = encodeURIComponent(s.app.origin);
    expect((await save(wiki.visitor, wiki.page)).location).to.equal(`http://rp.test/login?iss=${iss}`);
  });

  it('refuses weak passwords and foreign forms, and a GET changes nothing [A56] [A57]', async () => {
    const email = 'ben@strict.test';
    const { visitor, page, link } = await opened(email);
    for (const password of ['', 'short', 'password123', email]) {
      const refused = await visitor.submit(page, { password }, 'save');
      expect([refused.status, refused.error], password).to.deep.equal([422, 'field_invalid']);
      expect(alertOf(refused)).to.not.equal('');
    }
    expect(
      (await visitor.post(new URL(link).pathname, { password: SECRET_WORDS, save: '1' })).status,
    ).to.equal(403);
    const cross = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' };
    expect((await visitor.submit(page, { password: SECRET_WORDS }, 'save', cross)).status).to.equal(403);
    for (let n = 0; n < 3; n += 1) expect((await s.app.visitor().open(link)).name).to.equal('invitation');
    expect(await stored(email)).to.deep.include({ methods: [], events: ['account.invited'] });
    expect(page.headers['cache-control']).to.equal('no-store');
  });

  it('is good for one of many who use it at once, and tells the others how to sign in [0.1] [A56]', async () => {
    const email = 'cat@strict.test';
    const { link } = await opened(email);
    const people = await Promise.all(
      [1, 2, 3, 4, 5].map(async () => {
        const visitor = s.app.visitor();
        return { visitor, page: await visitor.open(link) };
      }),
    );
    const answers = await Promise.all(
      people.map(({ visitor, page }, n) =>
        visitor.submit(page, { password: `${SECRET_WORDS} ${n}` }, 'save'),
      ),
    );
    const winners = answers.flatMap(({ status }, n) => (status === 303 ? [n] : []));
    expect(winners).to.have.lengthOf(1);
    for (const answer of answers.filter(({ status }) => status !== 303)) {
      expect([answer.status, answer.error]).to.deep.equal([400, 'session_expired']);
      expect(words(answer)).to.include('This invitation was used').and.include('help@strict.test');
    }
    const later = await arrive(s);
    const right = await later.visitor.signIn(email, `${SECRET_WORDS} ${winners[0]}`);
    expect(right.error).to.equal(null);
    const used = await s.app.visitor().open(link);
    expect(words(used)).to.include('Sign in with your e-mail address');
    expect(used.link('/account')).to.not.equal(null);
  });

  it('takes a second click of the same form for the first one, and guesses for guesses [A20]', async () => {
    const email = 'dan@strict.test';
    const { visitor, page, link } = await opened(email);
    const [one, two] = await Promise.all(
      [1, 2].map(() => visitor.submit(page, { password: SECRET_WORDS }, 'save')),
    );
    expect([one?.status, two?.status]).to.deep.equal([303, 303]);
    expect((await visitor.follow(two ?? page)).name).to.equal('set-up-choose');
    const thief = s.app.visitor();
    expect((await thief.open(link)).name).to.equal('error');
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1)
      statuses.push((await visitor.submit(page, { password: `a guess of many words ${n}` }, 'save')).status);
    expect(new Set(statuses)).to.deep.equal(new Set([400]));
    expect(
      (await visitor.submit(page, { password: SECRET_WORDS }, 'save')).status,
      'ten attempts are counted',
    ).to.equal(400);
  });

  it('completes an acceptance whose process died after the once-only key [0.1] [R23]', async () => {
    const email = 'eve@strict.test';
    const { visitor, page, link } = await opened(email);
    const { account } = await stored(email);
    const hash = await s.app.parts.hasher.hash(SECRET_WORDS);
    await s.app.parts.stores.onceKeys.first(
      `joined:${account?.id}:${account?.invitedAt}`,
      hash,
      s.clock.now() + DAY,
    );
    // Another password does not take the place of the first one.
    const other = s.app.visitor();
    const refused = await other.submit(await other.open(link), { password: `${SECRET_WORDS} too` }, 'save');
    expect(refused.status).to.equal(400);
    expect((await save(visitor, page)).name).to.equal('set-up-choose');
    expect((await stored(email)).account?.passwordHash).to.equal(hash);
  });

  it('ends after seven days, with a newer one, and with whatever else ends the account [0.1] [A117]', async () => {
    const email = 'fay@strict.test';
    const first = await opened(email);
    s.clock.nextStep(MINUTE);
    const second = await opened(email);
    const replaced = await s.app.visitor().open(first.link);
    expect(words(replaced)).to.include('There is a newer invitation').and.include('help@strict.test');
    const late = await first.visitor.submit(first.page, { password: SECRET_WORDS }, 'save');
    expect([late.status, late.error]).to.deep.equal([400, 'session_expired']);
    s.clock.nextStep(7 * DAY);
    const expired = await s.app.visitor().open(second.link);
    expect(words(expired)).to.include('no longer works').and.include('help@strict.test');
    expect((await stored(email)).account?.passwordHash).to.equal(null);
    const third = await opened(email);
    const { accounts: store } = s.app.parts.stores;
    const id = (await stored(email)).account?.id ?? '';
    await store.update(id, { disabledAt: s.clock.now() }, s.clock.now());
    expect((await third.visitor.submit(third.page, { password: SECRET_WORDS }, 'save')).status).to.equal(400);
    expect(await invite(email)).to.equal('disabled');
    await store.update(id, { disabledAt: null }, s.clock.now());
    await store.setHeld(id, s.clock.now());
    expect((await third.visitor.submit(third.page, { password: SECRET_WORDS }, 'save')).status).to.equal(400);
    expect(await invite(email)).to.equal('disabled');
    expect((await stored(email)).account?.passwordHash).to.equal(null);
    for (const dead of [`${third.link}x`, third.link.replace('/invitation/', '/not-me/'), '/invitation/x'])
      expect((await s.app.visitor().open(dead)).status, dead).to.equal(400);
  });

  it('gives a ticket for one sign-in of one browser, for two minutes [A57] [A17]', async () => {
    const email = 'gus@strict.test';
    const { visitor, page } = await opened(email);
    const answer = await visitor.submit(page, { password: SECRET_WORDS }, 'save');
    const ticket = (await visitor.jar.getCookies(s.app.origin)).find(({ key }) => key === 'visit');
    expect(ticket).to.include({ httpOnly: true, sameSite: 'lax' });
    expect(answer.location, 'no secret is in an address').to.not.include(ticket?.value ?? '?');
    s.clock.nextStep(2 * MINUTE);
    expect((await visitor.follow(answer)).name).to.equal('sign-in');
    // The proof of the mailbox is still good in this browser.
    const choice = await visitor.signIn(email, SECRET_WORDS);
    expect(choice.name).to.equal('set-up-choose');
    expect((await visitor.chooseMethod('totp')).name).to.equal('set-up-totp');
    const again = await opened('hal@strict.test');
    await save(again.visitor, again.page);
    const next = await arrive(s, again.visitor, { prompt: 'login' });
    expect(next.page.name, 'the first factor is asked for in the next sign-in').to.equal('sign-in');
  });

  it('is not sent twice by a repeated run, which names whose mail is uncertain [0.1] [R24]', async () => {
    const email = 'ida@strict.test';
    expect(await invite(email, null, false)).to.equal('invited');
    expect(await invite(email, null, false)).to.equal('recent');
    expect(await sentTo(s.app, email)).to.have.lengthOf(1);
    s.clock.nextStep(DAY + MINUTE);
    const outcomes = await Promise.all([1, 2, 3].map(() => invite(email, null, false)));
    expect(outcomes.filter((one) => one === 'invited')).to.have.lengthOf(1);
    expect(await sentTo(s.app, email)).to.have.lengthOf(2);
    // A run that died between the change of the account and the mail.
    const { account } = await stored('jan@strict.test');
    await s.app.parts.stores.accounts.update(account?.id ?? '', { invitedAt: s.clock.now() }, s.clock.now());
    expect(await invite('jan@strict.test', null, false)).to.equal('uncertain');
    expect(await sentTo(s.app, 'jan@strict.test')).to.have.lengthOf(0);
    expect(await invite('new@strict.test')).to.equal('joined');
  });

  it('takes a passkey in the place of a password, with recovery codes [0.1]', async () => {
    const email = 'kim@strict.test';
    const { visitor, page } = await opened(email);
    const form = page.$('form[data-passkey=create]');
    const creation = JSON.parse(form.attr('data-options') ?? '');
    expect(creation.authenticatorSelection.userVerification).to.equal('required');
    const device = createAuthenticator({ origin: s.app.origin });
    const nonce = String(form.find('[name=nonce]').attr('value'));
    const unverified = device.create(creation, { verified: false });
    const refused = await visitor.submit(page, { response: unverified, nonce }, 'passkey');
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    const garbage = await visitor.submit(page, { response: '{}', nonce }, 'passkey');
    expect([garbage.status, garbage.error]).to.deep.equal([422, 'code_invalid']);
    const response = device.create(creation);
    for (const forged of ['', 'x'.repeat(24), `${nonce}x`]) {
      const late = await visitor.submit(page, { response, nonce: forged }, 'passkey');
      expect(late.status, forged).to.equal(422);
      expect((await stored(email)).methods, forged).to.deep.equal([]);
    }
    const codes = await visitor.follow(await visitor.submit(page, { response, nonce }, 'passkey'));
    expect(codes.name).to.equal('recovery-codes');
    expect(codes.marks('recovery-code')).to.have.lengthOf(10);
    expect((await visitor.putAway(await visitor.submit(codes, {}, 'saved'))).name).to.equal('account');
    const { account, methods } = await stored(email);
    expect(account).to.include({ passwordHash: null, emailConfirmed: true });
    expect(methods).to.have.members(['passkey', 'recovery']);
    expect(hasCode(await visitor.open(await s.rp.authorizationUrl()))).to.equal(true);
    expect(await invite(email)).to.equal('joined');
  });

  it('stays used when the passkey that it has brought is removed again [A117]', async () => {
    const email = 'jan@strict.test';
    const { visitor, page, link } = await opened(email);
    const form = page.$('form[data-passkey=create]');
    const nonce = String(form.find('[name=nonce]').attr('value'));
    const device = createAuthenticator({ origin: s.app.origin });
    const response = device.create(JSON.parse(form.attr('data-options') ?? ''));
    await visitor.putAway(await visitor.submit(page, { response, nonce }, 'passkey'));
    const { account, methods } = await stored(email);
    expect(methods).to.include('passkey');
    const { enrolments } = s.app.parts.stores;
    for (const { id } of await enrolments.listByAccount(account?.id ?? ''))
      await enrolments.remove(account?.id ?? '', id);
    const again = await s.app.visitor().open(link);
    expect([again.status, again.$('form[data-passkey=create]').length]).to.deep.equal([400, 0]);
  });

  it('is in Dutch from the mail to the account for a person who reads Dutch [0.1] [1.7]', async () => {
    const email = 'nel@strict.test';
    const { visitor, page } = await opened(email);
    expect((await sentTo(s.app, email))[0]?.subject).to.equal('Je bent uitgenodigd voor The strict firm');
    expect(page.$('html').attr('lang')).to.equal('nl');
    const choice = await save(visitor, page);
    expect(choice.$('html').attr('lang')).to.equal('nl');
    const setUp = await visitor.chooseMethod('totp');
    const end = await visitor.enterCode(nextCode(s.app, setUp.mark('secret')));
    expect([end.name, end.$('html').attr('lang')]).to.deep.equal(['account', 'nl']);
  });
});
