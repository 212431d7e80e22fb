/** The pages of a device's sign-in: the typed code, the confirmation, and the end. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import { interaction, refusal, tokensFor } from '../story.ts';
import { ask, confirm, deviceParty, poll, pollAtOnce, type, withDevices } from './device-story.ts';

describe('the pages of a device', () => {
  const at = interaction(() => ({ ...withDevices(), listen: { trusted_proxies: 1 } }));
  let tv: RelyingParty;
  before(async () => {
    tv = await deviceParty(at.app);
  });

  it('ask for the code, then show what asked for it, with its place and its time [U.3]', async () => {
    const device = await ask(tv);
    const askedAt = Math.floor(at.app.clock.now() / 1000) * 1000;
    const visitor = at.app.visitor();
    const answer = await type(visitor, device.user_code);
    expect(answer).to.include({ status: 303, location: `${at.app.origin}/device/confirm` });
    const page = await visitor.follow(answer);
    expect(page).to.include({ status: 200, name: 'device-confirm' });
    expect(page.mark('application')).to.equal('Television');
    expect(page.mark('user-code')).to.equal(device.user_code);
    expect(page.mark('place')).to.equal('127.0.0.1');
    expect(Date.parse(page.$('time').attr('datetime') ?? '')).to.be.closeTo(askedAt, 2000);
    expect(page.marks('account')).to.deep.equal([]);
  });

  it('speak the language that the device asks for [1.7]', async () => {
    const device = await ask(tv, { ui_locales: 'nl' });
    const visitor = at.app.visitor();
    const page = await visitor.follow(await type(visitor, device.user_code));
    expect(page.$('html').attr('lang')).to.equal('nl');
  });

  it('warn when the code was asked for in another network [A15]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor({ headers: { 'x-forwarded-for': '192.0.2.1' } });
    const page = await visitor.follow(await type(visitor, device.user_code));
    expect(page.mark('place')).to.include('127.0.0.1').and.include('This isn’t the network');
  });

  for (const [how, written] of [
    ['in lower case', (code: string) => code.toLowerCase()],
    ['with spaces', (code: string) => ` ${[...code.replace('-', '')].join(' ')} `],
    ['without its dash', (code: string) => code.replace('-', '')],
    ['with another dash', (code: string) => code.replace('-', '\u2013')],
    ['in letters of full width', (code: string) => fullWidth(code)],
  ] as const)
    it(`accept a code that is typed ${how} [U.3]`, async () => {
      const device = await ask(tv);
      const visitor = at.app.visitor();
      expect((await visitor.follow(await type(visitor, written(device.user_code)))).name).to.equal(
        'device-confirm',
      );
    });

  it('refuse a wrong code, keep it in its field, and find its fault in the audit log [A19]', async () => {
    const visitor = at.app.visitor();
    const page = await type(visitor, 'BBBB-BBBB');
    expect(page).to.include({ status: 422, name: 'device-code', error: 'code_invalid' });
    expect(page.$('[name=user_code]').val()).to.equal('BBBB-BBBB');
    const lines = await at.app.parts.stores.audit.list({ limit: 5 });
    expect(lines.map(({ event, reason }) => `${event} ${reason}`)).to.include(
      'device.code_refused code_invalid',
    );
  });

  it('fill a code of the address in, and look nothing up and confirm nothing by a GET [A56]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    const page = await visitor.open(String(device.verification_uri_complete));
    expect(page).to.include({ status: 200, name: 'device-code' });
    expect(page.$('[name=user_code]').val()).to.equal(device.user_code);
    expect(page.$('[data-self-submit]')).to.have.length(0);
    expect(new URL((await visitor.get('/device/confirm')).location ?? '').pathname).to.equal('/device');
    const confirmed = await visitor.follow(await visitor.submit(page, {}));
    expect(confirmed.name).to.equal('device-confirm');
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
  });

  it('keep two tabs apart: each confirms its own code [A15]', async () => {
    const [first, second] = [await ask(tv), await ask(tv)];
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const firstTab = await visitor.follow(await type(visitor, first.user_code));
    const secondTab = await visitor.follow(await type(visitor, second.user_code));
    expect((await visitor.follow(await visitor.submit(firstTab, {}, 'confirm'))).name).to.equal(
      'device-done',
    );
    expect(await refusal(pollAtOnce(tv, second.device_code))).to.equal('authorization_pending');
    expect((await poll(at.app, tv, first)).access_token).to.be.a('string');
    expect(secondTab.mark('user-code')).to.equal(second.user_code);
  });

  it('use a code once: it is refused after the confirmation and after its end', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    await confirm(visitor, device.user_code);
    expect(await type(at.app.visitor(), device.user_code)).to.include({ status: 422, error: 'code_used' });
    await visitor.open('/device/confirm');
    expect(visitor.page.name).to.equal('sign-in');
    await visitor.signIn('new@open.test', PASSWORD);
    expect(await type(at.app.visitor(), device.user_code)).to.include({ status: 422, error: 'code_used' });
    await poll(at.app, tv, device);
    expect(await type(at.app.visitor(), device.user_code)).to.include({ status: 422, error: 'code_used' });
  });

  it('refuse a code that expires between its confirmation and the press of the button [U.3]', async () => {
    const device = await ask(tv);
    const visitor = at.app.visitor();
    const page = await visitor.follow(await type(visitor, device.user_code));
    at.app.clock.nextStep(901_000);
    expect(await visitor.submit(page, {}, 'confirm')).to.include({ status: 422, error: 'code_expired' });
  });

  it('refuse a form of another site, of another session, and without a session [A56]', async () => {
    const device = await ask(tv);
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await visitor.follow(await type(visitor, device.user_code));
    const { action, body } = page.form({}, 'confirm');
    const fields = Object.fromEntries(body);
    const crossSite = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
    expect(await visitor.post(action, fields, crossSite)).to.include({ status: 403, error: 'forbidden' });
    expect(await at.app.visitor().post(action, fields)).to.include({ status: 403, error: 'forbidden' });
    const other = at.app.visitor();
    await other.open('/device');
    expect(await other.post(action, fields)).to.include({ status: 403, error: 'forbidden' });
    expect(await visitor.post(action, { ...fields, _token: 'guessed' })).to.include({ status: 403 });
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
  });

  it('refuse the form of a confirmation that is sent twice, and sign the device in once', async () => {
    const device = await ask(tv);
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const page = await visitor.follow(await type(visitor, device.user_code));
    expect((await visitor.submit(page, {}, 'confirm')).status).to.equal(303);
    expect((await visitor.post('/session/end/confirm', { xsrf: '' })).status).to.equal(400);
    expect(await visitor.submit(page, {}, 'confirm')).to.include({ status: 422, error: 'code_used' });
    expect((await poll(at.app, tv, device)).access_token).to.be.a('string');
  });

  it('show how it ended, once more after a reload, and nothing to a stranger [U.3]', async () => {
    const linked = await deviceParty(at.app, 'linked-tv');
    const device = await ask(linked);
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const done = await confirm(visitor, device.user_code);
    expect(done.name).to.equal('device-done');
    const link = done.$('main a').attr('href');
    expect(link).to.equal(`http://tv.test/login?iss=${encodeURIComponent(at.app.origin)}`);
    expect((await visitor.open('/device/done')).name).to.equal('device-done');
    expect((await at.app.visitor().open('/device/done')).name).to.equal('device-code');
  });

  it('answer an address of a sign-in that is over with the error page, and others with 404 [U.3]', async () => {
    const visitor = at.app.visitor();
    const device = await ask(tv);
    await confirm(visitor, device.user_code);
    await visitor.signIn('new@open.test', PASSWORD);
    const over = await visitor.get('/device/abcdefghijklmnopqrstu');
    expect(over).to.include({ status: 400, name: 'error' });
    expect(await visitor.get('/device/auth')).to.include({ status: 404, name: 'error' });
    expect(await visitor.post('/device/nothing', {})).to.include({ status: 404 });
  });

  it('audit each sign-in of a device, and each that was cancelled [A15]', async () => {
    const { visitor, claims } = await tokensFor(at.app, at.rp, 'new@open.test');
    await confirm(visitor, (await ask(tv)).user_code);
    const page = await visitor.follow(await type(visitor, (await ask(tv)).user_code));
    await visitor.submit(page, {}, 'cancel');
    const lines = await at.app.parts.stores.audit.list({ accountId: claims.sub, limit: 2 });
    expect(lines.map(({ event, clientId, tenantId }) => [event, clientId, tenantId])).to.deep.equal([
      ['device.cancelled', 'tv', null],
      ['device.signed_in', 'tv', 'open'],
    ]);
  });

  it('finish the sign-in in no other browser than the one that confirmed [A7]', async () => {
    const device = await ask(tv);
    const attacker = at.app.visitor();
    const { url } = await confirm(attacker, device.user_code);
    const victim = at.app.visitor();
    await victim.open('/device');
    const { cookies } = await attacker.jar.serialize();
    for (const { key, value, path } of cookies)
      if (!key?.startsWith('_session')) await victim.jar.setCookie(`${key}=${value}; Path=${path}`, url);
    expect((await victim.open(url)).name).to.equal('sign-in');
    expect(await victim.signIn('new@open.test', PASSWORD)).to.include({ status: 400, name: 'error' });
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
  });

  it('finish in no other browser after a change of the account, whoever signs in there [A7]', async () => {
    const { visitor: attacker } = await tokensFor(at.app, at.rp, 'new@open.test');
    at.app.clock.nextStep(2000);
    const device = await ask(tv, { max_age: '0' });
    const { url } = await confirm(attacker, device.user_code);
    expect((await attacker.signIn('boss@open.test', PASSWORD)).name).to.equal('switch-account');
    const victim = at.app.visitor();
    const { cookies } = await attacker.jar.serialize();
    for (const { key, value, path } of cookies)
      if (!key?.startsWith('_session')) await victim.jar.setCookie(`${key}=${value}; Path=${path}`, url);
    expect(await victim.open(url)).to.include({ status: 400, name: 'error', error: 'session_expired' });
    const form = { email: 'new@plain.test', password: PASSWORD, _token: 'unknown' };
    expect(await victim.post(url, form)).to.include({ status: 400, name: 'error' });
    expect(await refusal(poll(at.app, tv, device))).to.equal('authorization_pending');
  });

  function fullWidth(code: string): string {
    return [...code].map((each) => String.fromCodePoint(each.charCodeAt(0) + 0xfee0)).join('');
  }
});
