/** The link by which an address is confirmed: who opens it changes nothing, who presses the button does. */
import { expect } from 'chai';
import { pathPattern } from '../../../../src/http/middleware/request-log.ts';
import type { Page } from '../../../support/pages/page.ts';
import { rawRequest } from '../../../support/process/raw-request.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY } from '../../oidc/machine-clock.ts';
import { interaction, nextCode, tenantsWith } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, member, words } from '../members.ts';
import { codeTo, linkIn, sentTo } from '../outbox.ts';

const NAMES = 'ann ben cat dan eve fay gus hal'.split(' ');

describe('the link that confirms an e-mail address', () => {
  const s = interaction(() => ({
    ...tenantsWith('strict', { set_up_proof: 'email', methods: ['totp', 'email'] }),
    ...accounts(...NAMES.map((name) => member(name, 'strict'))),
  }));

  /** Up to the mail that proves the address before a first factor is set up. */
  async function mailed(
    email: string,
    headers = {},
  ): Promise<{ visitor: Visitor; page: Page; link: string }> {
    const { visitor } = await givePassword(s, email);
    const authentication = await visitor.chooseMethod('totp');
    expect(authentication.name).to.equal('set-up-proof');
    const page = await visitor.follow(await visitor.submit(authentication, {}, 'send', headers));
    const [mail] = await sentTo(s.app, email);
    return { visitor, page, link: linkIn(mail, 'confirm-email') };
  }

  const isConfirmed = async (email: string) =>
    (await s.app.parts.stores.accounts.findByEmail(email))?.emailConfirmed;

  async function eventsOf(email: string): Promise<string[]> {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    const events = await s.app.parts.stores.audit.list({ accountId: account?.id ?? '', limit: 50 });
    return events.map(({ event }) => event);
  }

  it('shows a button and changes nothing when a person or a mail scanner opens it [2.5 A56]', async () => {
    const { link } = await mailed('ann@strict.test');
    const { port, pathname } = new URL(link);
    for (const method of ['GET', 'HEAD', 'GET']) {
      const answer = await rawRequest(Number(port), { method, path: pathname, headers: { accept: '*/*' } });
      expect(answer.status, method).to.equal(200);
      expect(answer.headers['set-cookie'], method).to.equal(undefined);
    }
    const page = await s.app.visitor().open(`${link}?done=1`);
    expect([page.name, page.status]).to.deep.equal(['confirm-email', 200]);
    expect(page.$('button[name=confirm]').length, 'nothing is done yet').to.equal(1);
    expect(words(page)).to.include('ann@strict.test');
    expect(await isConfirmed('ann@strict.test')).to.equal(false);
    expect(await eventsOf('ann@strict.test')).not.to.include('contact.confirmed');
  });

  it('confirms by the button, on any device, and repeatedly [2.5]', async () => {
    const { link } = await mailed('ben@strict.test');
    const phone = s.app.visitor();
    const page = await phone.open(link);
    const answer = await phone.submit(page, {}, 'confirm');
    expect(answer.status).to.equal(303);
    const done = await phone.follow(answer);
    expect([done.name, done.status]).to.deep.equal(['confirm-email', 200]);
    expect(done.$('button[name=confirm]').length).to.equal(0);
    expect(words(done))
      .to.include('Your e-mail address is confirmed')
      .and.include('You can close this window');
    expect(await isConfirmed('ben@strict.test')).to.equal(true);
    expect((await phone.submit(page, {}, 'confirm')).status, 'the Back button').to.equal(303);
    const again = await s.app.visitor().open(link);
    expect([again.name, again.status]).to.deep.equal(['confirm-email', 200]);
    const confirmed = (await eventsOf('ben@strict.test')).filter((event) => event === 'contact.confirmed');
    expect(confirmed).to.have.length(1);
  });

  it('is not needed after the code of the same mail, which also enrols the factor [2.5]', async () => {
    const { visitor } = await mailed('hal@strict.test');
    const page = await visitor.enterCode(await codeTo(s.app, 'hal@strict.test'));
    expect(page.name).to.equal('set-up-totp');
    expect(await isConfirmed('hal@strict.test')).to.equal(true);
  });

  it('signs nobody in: the sign-in continues at its step [A15]', async () => {
    const { visitor, page, link } = await mailed('cat@strict.test');
    const stranger = s.app.visitor();
    await stranger.follow(await stranger.submit(await stranger.open(link), {}, 'confirm'));
    expect(stranger.jar.getCookieStringSync(s.app.origin)).not.to.include('session');
    expect((await stranger.open('/account')).name).to.equal('sign-in');
    expect((await visitor.open(page.url)).name, 'the code is asked for still').to.equal('set-up-proof');
    expect((await visitor.submit(page, { code: '000000' })).error).to.equal('code_invalid');
    const app = await visitor.enterCode(await codeTo(s.app, 'cat@strict.test'));
    expect(hasCode(await visitor.enterCode(nextCode(s.app, app.mark('secret'))))).to.equal(true);
  });

  it('refuses a form of another site, without a token, or with the token of another link [A56]', async () => {
    const { link } = await mailed('dan@strict.test');
    const { link: other } = await mailed('eve@strict.test');
    const visitor = s.app.visitor();
    const page = await visitor.open(link);
    const foreign = Object.fromEntries((await visitor.open(other)).form({}, 'confirm').body);
    for (const [fields, headers, status] of [
      [{}, {}, 403],
      [{ _token: 'x' }, {}, 403],
      [foreign, {}, 403],
      [{ ...foreign, 'email[$ne]': '' }, {}, 400],
    ] as const) {
      expect((await visitor.post(link, fields, headers)).status).to.equal(status);
    }
    const own = Object.fromEntries(page.form({}, 'confirm').body);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.test' },
      { 'sec-fetch-site': null, origin: null },
    ]) {
      expect((await visitor.post(link, own, headers)).status, JSON.stringify(headers)).to.equal(403);
    }
    expect((await visitor.post(link, own, { 'content-type': 'text/plain' })).status).to.equal(400);
    const { port, pathname } = new URL(link);
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const answer = await rawRequest(Number(port), { method, path: pathname, headers: {} });
      expect(answer.status, method).to.equal(405);
    }
    expect(await isConfirmed('dan@strict.test')).to.equal(false);
  });

  it('expires after three days, and an invented link is not found', async () => {
    const { link } = await mailed('fay@strict.test');
    const visitor = s.app.visitor();
    const page = await visitor.open(link);
    s.clock.nextStep(3 * DAY + 1000);
    const dead = [
      await visitor.open(link),
      await visitor.submit(page, {}, 'confirm'),
      await visitor.open(link.replace('/confirm-email/', '/not-me/')),
      await visitor.open(`${link}x`),
      await visitor.open('/confirm-email/x'),
      await visitor.open('/confirm-email/%00'),
      await visitor.open(`/confirm-email/${'x'.repeat(4000)}`),
    ];
    for (const answer of dead) {
      expect([answer.status, answer.name, answer.error], answer.url).to.deep.equal([
        400,
        'error',
        'session_expired',
      ]);
      expect(words(answer)).to.include('This link no longer works').and.not.include('This page');
    }
    const [lost, gone] = [dead[0], dead[2]].map((answer) => answer && words(answer));
    expect(lost).to.include('You can get a new link when you sign in');
    expect(gone).to.include('Tell your administrator').and.not.include('a new link');
    expect((await visitor.open('/confirm-email/')).status).to.equal(404);
    expect((await visitor.get('/confirm-email/%E0%A4%A')).status).to.be.within(400, 404);
    expect(await isConfirmed('fay@strict.test')).to.equal(false);
  });

  it('leads to the configured issuer, whatever host a proxy passes on [A75]', async () => {
    const evil = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.test;proto=https',
      'x-original-url': 'https://evil.test/',
    };
    const { link } = await mailed('gus@strict.test', evil);
    expect(new URL(link).origin).to.equal(s.app.config.issuer);
    const [mail] = await sentTo(s.app, 'gus@strict.test');
    expect(`${mail?.subject} ${mail?.text}`).not.to.include('evil');
  });

  it('is not cached, not sent as a referrer, and not logged [A102]', async () => {
    const { link } = await mailed('eve@strict.test');
    const token = decodeURIComponent(new URL(link).pathname.split('/').at(-1) ?? '');
    const page = await s.app.visitor().open(link);
    expect(page.headers['cache-control']).to.include('no-store');
    expect(page.headers['referrer-policy']).to.be.oneOf(['same-origin', 'no-referrer']);
    expect(page.$('title').text()).not.to.include('eve').and.not.to.include(token);
    expect(page.$('[href^=http], [src^=http]').length).to.equal(0);
    expect(pathPattern(new URL(link).pathname)).to.equal('/confirm-email/:id');
    const gone = await s.app.visitor().open(`${link}x`);
    expect(gone.headers['cache-control']).to.include('no-store');
  });
});
