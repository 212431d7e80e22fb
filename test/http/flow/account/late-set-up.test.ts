/** A set-up on the security page whose right answer comes after the account's last factor has become too old. */
import { expect } from 'chai';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import { createAuthenticator } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import { totpCode } from '../../../support/totp.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { member, words } from '../members.ts';
import { codeTo, notThis, phoneFor, sentTo } from '../outbox.ts';
import { optionsOf } from '../passkey-sign-in/holder.ts';

const SECURITY = '/account/security';
const APP = { method: 'totp', secret: SECRET };
const PEOPLE = 'ann ben cat dan eve fay gus hal ida jan kim lea'.split(' ');

function config(): Yaml {
  const { tenants, accounts } = standardConfig();
  const home = { enforcement: 'optional', methods: ['totp', 'email', 'sms', 'passkey'] };
  return {
    tenants: [...tenants, { id: 'home', name: 'Home', second_factor: home }],
    accounts: [
      ...accounts,
      ...PEOPLE.map((name) => member(name, 'home', { factors: [APP] })),
      ...['liv', 'mia'].map((name) => member(name, 'home')),
    ],
  };
}

describe('a set-up that took longer than a factor is fresh', () => {
  const s = interaction(config, { hostname: 'localhost' });
  const address = (name: string) => `${name}@home.test`;

  async function begin(name: string, method: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    const second = await visitor.signIn(address(name), PASSWORD);
    const page = second.name === 'enter-code' ? await visitor.enterCode(nextCode(s.app)) : second;
    expect(page.name).to.equal('security');
    return { visitor, page: await visitor.follow(await visitor.submit(page, {}, `set-up=${method}`)) };
  }

  async function factorsOf(name: string): Promise<string[]> {
    const account = await s.app.parts.stores.accounts.findByEmail(address(name));
    const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    return factors.filter(isFactor).map(({ method, label }) => (label ? `${method}: ${label}` : method));
  }

  /** From the answer of a late form to the page after the fresh factor. */
  async function stepUp(visitor: Visitor, late: Page): Promise<Page> {
    expect([late.status, new URL(late.location ?? '').pathname]).to.deep.equal([303, '/auth']);
    expect((await visitor.follow(late)).name).to.equal('enter-code');
    return visitor.enterCode(nextCode(s.app));
  }

  /** A phone number whose code comes while the factor is fresh, and is typed when it is not. */
  async function smsInTime(name: string): Promise<{ visitor: Visitor; page: Page; code: string }> {
    const { visitor, page } = await begin(name, 'sms');
    s.clock.nextStep(4.5 * MINUTE);
    const asked = await visitor.follow(await visitor.submit(page, { phone: phoneFor(name) }, 'send'));
    const code = await codeTo(s.app, phoneFor(name));
    s.clock.nextStep(MINUTE);
    return { visitor, page: asked, code };
  }

  it('keeps the right code of an app, and one press adds it after the fresh factor', async () => {
    const { visitor, page } = await begin('ann', 'totp');
    const secret = page.mark('secret').replaceAll(' ', '');
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(secret, s.clock.now());
    const late = await visitor.submit(page, { code, label: 'New phone', app: 'Aegis' });
    expect(await factorsOf('ann')).to.deep.equal(['totp']);
    const finish = await stepUp(visitor, late);
    expect([finish.name, finish.status]).to.deep.equal(['set-up-finish', 200]);
    expect(finish.text).not.to.include(secret).and.not.to.include(page.mark('secret'));
    expect(await factorsOf('ann')).to.deep.equal(['totp']);
    const done = await visitor.putAway(await visitor.submit(finish, {}, 'confirm'));
    expect(words(done)).to.include('Your authenticator app is set up.');
    expect(await factorsOf('ann')).to.deep.equal(['totp', 'totp: New phone']);
    const again = s.app.visitor();
    await again.open(SECURITY);
    await again.signIn(address('ann'), PASSWORD);
    // The time step of the set-up is used up, for this factor too [A32].
    expect((await again.enterCode(code)).error).to.equal('code_used');
    expect((await again.enterCode(nextCode(s.app, secret))).name).to.equal('security');
  });

  it('keeps the right code of a text message, and notes the number with the factor alone', async () => {
    const { visitor, page, code } = await smsInTime('ben');
    const late = await visitor.submit(page, { code });
    const before = await s.app.parts.stores.accounts.findByEmail(address('ben'));
    expect([before?.phone, await factorsOf('ben')]).to.deep.equal([null, ['totp']]);
    const finish = await stepUp(visitor, late);
    expect(finish.name).to.equal('set-up-finish');
    const done = await visitor.putAway(await visitor.submit(finish, {}, 'confirm'));
    expect(words(done)).to.include('Codes by text message are set up.');
    const after = await s.app.parts.stores.accounts.findByEmail(address('ben'));
    expect([after?.phone, await factorsOf('ben')]).to.deep.equal([phoneFor('ben'), ['totp', 'sms']]);
  });

  it('keeps the right code of a mail', async () => {
    const { visitor, page } = await begin('cat', 'email');
    s.clock.nextStep(4.5 * MINUTE);
    const asked = await visitor.follow(await visitor.submit(page, {}, 'send'));
    s.clock.nextStep(MINUTE);
    const finish = await stepUp(
      visitor,
      await visitor.submit(asked, { code: await codeTo(s.app, address('cat')) }),
    );
    const done = await visitor.putAway(await visitor.submit(finish, {}, 'confirm'));
    expect(words(done)).to.include('Codes by e-mail are set up.');
    expect(await factorsOf('cat')).to.deep.equal(['totp', 'email']);
  });

  it('keeps the passkey that the browser made', async () => {
    const { visitor, page } = await begin('dan', 'passkey');
    const response = createAuthenticator({ origin: s.app.origin }).create(optionsOf(page));
    s.clock.nextStep(6 * MINUTE);
    const finish = await stepUp(visitor, await visitor.submit(page, { response, label: 'Laptop' }));
    expect(finish.name).to.equal('set-up-finish');
    expect(await factorsOf('dan')).to.deep.equal(['totp']);
    const done = await visitor.putAway(await visitor.submit(finish, {}, 'confirm'));
    expect(words(done)).to.include('Your passkey is set up.');
    expect(await factorsOf('dan')).to.deep.equal(['totp', 'passkey: Laptop']);
  });

  it('goes on after the mailed code of a first factor, once the password was given again [A48]', async () => {
    const { visitor, page } = await begin('liv', 'totp');
    expect(page.name).to.equal('set-up-proof');
    s.clock.nextStep(4.5 * MINUTE);
    const asked = await visitor.follow(await visitor.submit(page, {}, 'send'));
    s.clock.nextStep(MINUTE);
    const late = await visitor.submit(asked, { code: await codeTo(s.app, address('liv')) });
    expect((await visitor.follow(late)).name).to.equal('sign-in');
    const next = await visitor.signIn(address('liv'), PASSWORD);
    expect(next.name).to.equal('set-up-totp');
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(next.mark('secret').replaceAll(' ', ''), s.clock.now());
    expect((await visitor.follow(await visitor.submit(next, { code }))).name).to.equal('sign-in');
    const finish = await visitor.signIn(address('liv'), PASSWORD);
    expect([finish.name, await factorsOf('liv')]).to.deep.equal(['set-up-finish', []]);
    const codes = await visitor.follow(await visitor.submit(finish, {}, 'confirm'));
    expect([codes.name, await factorsOf('liv')]).to.deep.equal(['recovery-codes', ['totp']]);
  });

  it('gives an old session no factor, no secret and no answer, whatever it sends', async () => {
    const { visitor, page } = await begin('eve', 'totp');
    const secret = page.mark('secret').replaceAll(' ', '');
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(secret, s.clock.now());
    const wrong = await visitor.submit(page, { code: notThis(code) });
    const right = await visitor.submit(page, { code });
    const pressed = await visitor.submit(page, {}, 'confirm');
    const opened = await visitor.get(`${SECURITY}/set-up/totp`);
    for (const answer of [wrong, right, pressed])
      expect([answer.status, answer.location]).to.deep.equal([303, wrong.location]);
    expect([opened.status, new URL(opened.location ?? '').pathname]).to.deep.equal([303, '/auth']);
    for (const answer of [wrong, right, pressed, opened]) expect(answer.text).not.to.include(secret);
    expect(await factorsOf('eve')).to.deep.equal(['totp']);
  });

  it('takes no answer of an old session that is not from its own form', async () => {
    const { visitor, page } = await begin('fay', 'totp');
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(page.mark('secret').replaceAll(' ', ''), s.clock.now());
    const forged = await visitor.post(page.url, { code, _token: 'forged' });
    expect(forged.status).to.equal(403);
  });

  it('asks again for a code that was wrong, and counts it as always', async () => {
    const { visitor, page, code } = await smsInTime('gus');
    for (let index = 0; index < 5; index += 1) await visitor.submit(page, { code: notThis(code) });
    const back = await stepUp(visitor, await visitor.submit(page, { code }));
    expect(back.name).to.equal('set-up-sms');
    expect(await factorsOf('gus')).to.deep.equal(['totp']);
  });

  it('takes a code once for two clicks of an old session', async () => {
    const { visitor, page, code } = await smsInTime('hal');
    const [first, second] = [await visitor.submit(page, { code }), await visitor.submit(page, { code })];
    expect(second.location).to.equal(first.location);
    const finish = await stepUp(visitor, second);
    const press = () => visitor.submit(finish, {}, 'confirm');
    const [one, two] = [await press(), await press()];
    expect([one.status, two.status]).to.deep.equal([303, 303]);
    expect(await factorsOf('hal')).to.deep.equal(['totp', 'sms']);
  });

  it('sends nothing for an old session, and comes back to its page', async () => {
    const { visitor, page } = await begin('ida', 'sms');
    s.clock.nextStep(6 * MINUTE);
    const late = await visitor.submit(page, { phone: phoneFor('ida') }, 'send');
    expect(await sentTo(s.app, phoneFor('ida'))).to.deep.equal([]);
    expect((await stepUp(visitor, late)).name).to.equal('set-up-sms');
  });

  it('removes the factor that it replaces, after the one press too [4.3]', async () => {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    await visitor.signIn(address('lea'), PASSWORD);
    const security = await visitor.enterCode(nextCode(s.app));
    const page = await visitor.follow(await visitor.submit(security, {}, 'replace'));
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(page.mark('secret').replaceAll(' ', ''), s.clock.now());
    const finish = await stepUp(visitor, await visitor.submit(page, { code, label: 'New phone' }));
    expect(finish.name).to.equal('set-up-finish');
    await visitor.putAway(await visitor.submit(finish, {}, 'confirm'));
    expect(await factorsOf('lea')).to.deep.equal(['totp: New phone']);
  });

  it('can be dropped instead, and begun anew with another secret', async () => {
    const { visitor, page } = await begin('jan', 'totp');
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(page.mark('secret').replaceAll(' ', ''), s.clock.now());
    const finish = await stepUp(visitor, await visitor.submit(page, { code }));
    const security = await visitor.follow(await visitor.submit(finish, {}, 'cancel'));
    expect([security.name, await factorsOf('jan')]).to.deep.equal(['security', ['totp']]);
    const anew = await visitor.follow(await visitor.submit(security, {}, 'set-up=totp'));
    expect(anew.name).to.equal('set-up-totp');
    expect(anew.mark('secret')).not.to.equal(page.mark('secret'));
    // The page from before the fresh factor adds nothing any more.
    expect((await visitor.submit(finish, {}, 'confirm')).error).to.equal('code_invalid');
    expect(await factorsOf('jan')).to.deep.equal(['totp']);
  });

  it('is forgotten after 15 minutes', async () => {
    const { visitor, page } = await begin('kim', 'totp');
    s.clock.nextStep(6 * MINUTE);
    const code = totpCode(page.mark('secret').replaceAll(' ', ''), s.clock.now());
    const late = await visitor.submit(page, { code });
    s.clock.nextStep(10 * MINUTE);
    const back = await stepUp(visitor, late);
    expect([back.name, await factorsOf('kim')]).to.deep.equal(['security', ['totp']]);
  });
});
