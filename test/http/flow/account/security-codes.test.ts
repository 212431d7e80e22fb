/** Setting up codes by mail and by SMS on the security page. */
import { expect } from 'chai';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { askAgain, interaction, MFA, nextCode, redeem, TWO_STEP } from '../../oidc/story.ts';
import { askSetUp, givePassword, hasCode, member, removeWith, words } from '../members.ts';
import { codeTo, phoneFor, sentTo } from '../outbox.ts';

const SECURITY = '/account/security';
const APP = { method: 'totp', secret: SECRET };

function config(): Yaml {
  const { tenants, accounts } = standardConfig();
  const home = { enforcement: 'optional', methods: ['totp', 'email', 'sms'] };
  return {
    tenants: [...tenants, { id: 'home', name: 'Home', second_factor: home }],
    accounts: [
      ...accounts,
      ...['ann', 'ben', 'cat', 'dan'].map((name) => member(name, 'home')),
      ...['eve', 'fay', 'gus', 'hal'].map((name) => member(name, 'home', { factors: [APP] })),
    ],
  };
}

describe('sent codes on the security page', () => {
  const s = interaction(config);
  const address = (name: string) => `${name}@home.test`;

  async function open(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = s.app.visitor();
    await visitor.open(SECURITY);
    const second = await visitor.signIn(address(name), PASSWORD);
    const page = second.name === 'enter-code' ? await visitor.enterCode(nextCode(s.app)) : second;
    expect(page.name).to.equal('security');
    return { visitor, page };
  }

  /** Presses "set up" beside a method. */
  async function begin(visitor: Visitor, page: Page, method: string): Promise<Page> {
    const buttons = page.$(`button[name=set-up][value=${method}]`);
    expect(buttons.length, method).to.equal(1);
    return visitor.follow(await visitor.submit(page, {}, `set-up=${method}`));
  }

  async function sendAndType(visitor: Visitor, page: Page, to: string, fields = {}): Promise<Page> {
    const asked = await visitor.follow(await visitor.submit(page, fields, 'send'));
    return visitor.follow(await visitor.submit(asked, { code: await codeTo(s.app, to) }));
  }

  it('enrol SMS after the mailed code, show the masked number, and are asked for from then on [3.1 3.3 A48]', async () => {
    const { visitor, page } = await open('ann');
    const authentication = await begin(visitor, page, 'sms');
    expect([authentication.name, authentication.link(SECURITY) === null]).to.deep.equal([
      'set-up-proof',
      false,
    ]);
    const sms = await sendAndType(visitor, authentication, address('ann'));
    expect([sms.name, new URL(sms.url).pathname]).to.deep.equal(['set-up-sms', `${SECURITY}/set-up/sms`]);
    const codes = await sendAndType(visitor, sms, phoneFor('ann'), { phone: phoneFor('ann') });
    expect(codes.name).to.equal('recovery-codes');
    const done = await visitor.follow(await visitor.submit(codes, {}, 'saved'));
    expect(words(done))
      .to.include('Your second step is set up.')
      .and.include(`••••••${phoneFor('ann').slice(-2)}`);
    expect(done.text).not.to.include(phoneFor('ann'));

    const { claims } = await redeem(s.rp, await askAgain(visitor, s.rp));
    expect(claims).to.deep.include({ acr: MFA, amr: ['pwd', 'sms', 'mfa'] });
    const again = await givePassword(s, address('ann'));
    expect(again.page.$('body').attr('data-method')).to.equal('sms');
    expect(hasCode(await again.visitor.enterCode(await codeTo(s.app, phoneFor('ann'))))).to.equal(true);
  });

  it('enrol e-mail by the mailed code alone, which confirms the address [2.5 A48]', async () => {
    const { visitor, page } = await open('ben');
    const authentication = await begin(visitor, page, 'email');
    const codes = await sendAndType(visitor, authentication, address('ben'));
    expect(codes.name).to.equal('recovery-codes');
    const done = await visitor.follow(await visitor.submit(codes, {}, 'saved'));
    expect(words(done)).to.include('b••••••@h••••••');
    expect((await s.app.parts.stores.accounts.findByEmail(address('ben')))?.emailConfirmed).to.equal(true);
    const { claims } = await redeem(s.rp, await askAgain(visitor, s.rp));
    expect(claims).to.deep.include({ acr: TWO_STEP, amr: ['pwd', 'email'] });
  });

  it('need no mailed code beside a factor, and cannot be enrolled in a session that is too old [A48]', async () => {
    const { visitor, page } = await open('eve');
    const sms = await begin(visitor, page, 'sms');
    expect(sms.name).to.equal('set-up-sms');
    const asked = await visitor.follow(await visitor.submit(sms, { phone: phoneFor('eve') }, 'send'));
    const late = await codeTo(s.app, phoneFor('eve'));
    s.clock.nextStep(6 * MINUTE);
    const stale = await visitor.submit(asked, { code: late });
    expect(stale.status).to.equal(303);
    expect((await visitor.follow(stale)).name).to.equal('enter-code');
    expect((await visitor.enterCode(nextCode(s.app))).name).to.equal('security');
    // The set-up is where it was: its code has run out meanwhile.
    const back = await visitor.open(`${SECURITY}/set-up/sms`);
    expect(back.name).to.equal('set-up-sms');
    const again = await visitor.follow(await visitor.submit(back, {}, 'resend'));
    const done = await visitor.putAway(
      await visitor.submit(again, { code: await codeTo(s.app, phoneFor('eve')) }),
    );
    expect(words(done)).to.include('Your second step is set up.');
  });

  it('are sent once for two clicks, to the first number or to the corrected one [3.3]', async () => {
    const { visitor, page } = await open('hal');
    let asking = await begin(visitor, page, 'sms');
    for (const phone of [phoneFor('hal'), '+31612340077']) {
      const click = () => visitor.submit(asking, { phone }, 'send');
      const [first, second] = [await click(), await click()];
      expect([first.status, second.status]).to.deep.equal([303, 303]);
      expect(await sentTo(s.app, phone)).to.have.length(1);
      asking = await visitor.follow(second);
      s.clock.nextStep(5000);
    }
  });

  it('go to the new phone number only, and a code to the old one is refused [3.5]', async () => {
    const { visitor, page } = await open('fay');
    const [old, next] = [phoneFor('fay'), '+31612340099'];
    await visitor.putAway(
      await (async () => {
        const sms = await begin(visitor, page, 'sms');
        const asked = await visitor.follow(await visitor.submit(sms, { phone: old }, 'send'));
        return visitor.submit(asked, { code: await codeTo(s.app, old) });
      })(),
    );
    const other = await givePassword(s, address('fay'));
    const waiting = await other.visitor.chooseMethod('sms');
    const code = await codeTo(s.app, old);
    const sms = await begin(visitor, await visitor.open(SECURITY), 'sms');
    const done = await sendAndType(visitor, sms, next, { phone: next });
    expect(words(done))
      .to.include('••••••99')
      .and.not.include(`••••••${old.slice(-2)}.`);
    const late = await other.visitor.submit(waiting, { code });
    expect([late.status, hasCode(late)]).to.deep.equal([422, false]);
    const account = await s.app.parts.stores.accounts.findByEmail(address('fay'));
    expect(account?.phone).to.equal(next);
  });

  it('are not sent by a GET, and once by two clicks [A56]', async () => {
    const { visitor, page } = await open('cat');
    const authentication = await begin(visitor, page, 'totp');
    for (const query of ['', '?send=1']) await visitor.open(`${authentication.url}${query}`);
    expect(await sentTo(s.app, address('cat'))).to.deep.equal([]);
    const click = () => visitor.submit(authentication, {}, 'send');
    const clicks = [...(await Promise.all([click(), click()])), await click()];
    expect(clicks.map(({ status, error }) => [status, error])).to.deep.equal(Array(3).fill([303, null]));
    expect(await sentTo(s.app, address('cat'))).to.have.length(1);
  });

  it('are refused and not sent by a method that is not offered [A105]', async () => {
    const { visitor, page } = await open('dan');
    for (const method of ['recovery', 'app', 'passkey', 'constructor', '']) {
      const refused = await askSetUp(visitor, page, method);
      expect([refused.status, refused.error], method).to.deep.equal([422, 'method_not_allowed']);
    }
    expect(await sentTo(s.app, address('dan'))).to.deep.equal([]);
  });

  it('can be removed one by one, and the recovery codes go with the last one [A53]', async () => {
    const { visitor, page } = await open('gus');
    const sms = await begin(visitor, page, 'sms');
    const asked = await visitor.follow(await visitor.submit(sms, { phone: phoneFor('gus') }, 'send'));
    const two = await visitor.putAway(
      await visitor.submit(asked, { code: await codeTo(s.app, phoneFor('gus')) }),
    );
    expect(two.$('button[name=remove]').length).to.equal(2);
    await visitor.follow(await removeWith(visitor, two, 'remove'));
    const one = await visitor.open(SECURITY);
    expect(one.$('button[name=remove]').length).to.equal(1);
    await visitor.follow(await removeWith(visitor, one, 'turn-off'));
    const account = await s.app.parts.stores.accounts.findByEmail(address('gus'));
    expect(await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '')).to.deep.equal([]);
    expect(hasCode((await givePassword(s, address('gus'))).page)).to.equal(true);
  });
});
