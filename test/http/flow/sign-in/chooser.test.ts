/** Choosing between the methods that are set up: when the page shows itself, what is on it, and what is not. */
import { expect } from 'chai';
import { SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, MFA, nextCode, redeem, SFA, TWO_STEP } from '../../oidc/story.ts';
import { arrive, givePassword, hasCode, uidOf, words } from '../members.ts';
import { codeTo, desk, notThis, phoneFor, reachable, sentTo } from '../outbox.ts';

const APP = { method: 'totp', secret: SECRET };
const THREE = 'ann ben cat dan eve fay gus hal ike'.split(' ');
const SECURITY = '/account/security';

describe('the chooser of methods', () => {
  const s = interaction(() =>
    desk(
      ...THREE.map((name) => reachable(name, 'desk', APP, 'sms', 'email')),
      ...['max', 'ned'].map((name) => reachable(name, 'desk', APP, 'email', 'sms')),
      ...['jan', 'kim'].map((name) => reachable(name, 'desk', 'email')),
      reachable('lou', 'desk', 'email', { method: 'sms' }),
    ),
  );
  const address = (name: string) => `${name}@desk.test`;
  const choices = (page: Page) =>
    page
      .$('[name=method]')
      .toArray()
      .map((one) => page.$(one).attr('value'));
  const sent = async (name: string) => [
    (await sentTo(s.app, address(name))).length,
    (await sentTo(s.app, phoneFor(name))).length,
  ];

  /** As the person does it on the security page. */
  async function makeDefault(name: string, method: string): Promise<void> {
    const { accounts, enrolments } = s.app.parts.stores;
    const account = await accounts.findByEmail(address(name));
    const factors = await enrolments.listByAccount(account?.id ?? '');
    const chosen = factors.find((factor) => factor.method === method);
    await enrolments.setDefault(account?.id ?? '', chosen?.id ?? null);
  }

  it('appears when two or more are enrolled and none is the default, and sends nothing by itself [2.7]', async () => {
    const { visitor, page } = await givePassword(s, address('ann'));
    expect([page.status, page.name]).to.deep.equal([200, 'choose-method']);
    expect(choices(page)).to.deep.equal(['totp', 'sms', 'email']);
    expect(words(page))
      .to.include('Text message')
      .and.include('Less secure: text messages can be intercepted');
    expect(await sent('ann')).to.deep.equal([0, 0]);
    const mailed = await visitor.chooseMethod('email');
    expect([mailed.name, mailed.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'email']);
    expect(await sent('ann')).to.deep.equal([1, 0]);
    const { claims } = await redeem(s.rp, await visitor.enterCode(await codeTo(s.app, address('ann'))));
    expect(claims)
      .to.include({ acr: TWO_STEP })
      .and.to.deep.include({ amr: ['pwd', 'email'] });
  });

  it('shows each destination by a mask of fixed length, and nothing before the password [A96]', async () => {
    const { page } = await givePassword(s, address('ben'));
    expect(page.marks('destination')).to.deep.equal([
      `••••••${phoneFor('ben').slice(-2)}`,
      'b••••••@d••••••',
    ]);
    expect(page.text).not.to.include(phoneFor('ben').slice(0, -2)).and.not.include(address('ben'));
    const { visitor, page: signIn } = await arrive(s);
    const base = `/interaction/${uidOf(signIn)}/second-factor`;
    for (const path of ['', '/choose-method', '/verify/email', '/verify/sms', '/set-up']) {
      const shown = await visitor.open(base + path);
      expect(shown.name, path).to.equal('sign-in');
      expect(choices(shown), path).to.deep.equal([]);
    }
    const wrong = await visitor.submit(signIn, { email: address('ben'), password: 'wrong' });
    expect(wrong.text).not.to.include('••••••');
    expect(await sent('ben')).to.deep.equal([0, 0]);
  });

  it('goes straight to the default, with a link to the others [2.7]', async () => {
    await makeDefault('cat', 'sms');
    const { visitor, page } = await givePassword(s, address('cat'));
    expect([page.name, page.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'sms']);
    expect(await sent('cat')).to.deep.equal([0, 1]);
    const chooser = await visitor.open(page.link('choose-method') ?? '');
    expect(chooser.name).to.equal('choose-method');
    expect(chooser.$('[name=method]:checked').attr('value')).to.equal('sms');
    const app = await visitor.follow(await visitor.submit(chooser, { method: 'totp' }));
    expect(app.$('body').attr('data-method')).to.equal('totp');
    const { claims } = await redeem(s.rp, await visitor.enterCode(nextCode(s.app)));
    expect(claims)
      .to.include({ acr: MFA })
      .and.to.deep.include({ amr: ['pwd', 'otp', 'mfa'] });
  });

  it('has the method used last first and selected, in every browser [2.7]', async () => {
    const selected = (page: Page) => page.$('[name=method]:checked').attr('value');
    const { visitor, page } = await givePassword(s, address('max'));
    expect([choices(page), selected(page)]).to.deep.equal([['totp', 'sms', 'email'], 'totp']);
    await visitor.chooseMethod('email');
    await redeem(s.rp, await visitor.enterCode(await codeTo(s.app, address('max'))));
    const { visitor: another, page: next } = await givePassword(s, address('max'));
    expect([choices(next), selected(next)]).to.deep.equal([['email', 'totp', 'sms'], 'email']);
    await another.chooseMethod('totp');
    await redeem(s.rp, await another.enterCode(nextCode(s.app)));
    const { page: last } = await givePassword(s, address('max'));
    expect([choices(last), selected(last)]).to.deep.equal([['totp', 'sms', 'email'], 'totp']);
  });

  it('takes a method for the one used last only once its code was right [2.7]', async () => {
    const { visitor } = await givePassword(s, address('ned'));
    const mailed = await visitor.chooseMethod('email');
    const wrong = notThis(await codeTo(s.app, address('ned')));
    expect((await visitor.submit(mailed, { code: wrong })).error).to.equal('code_invalid');
    const { page } = await givePassword(s, address('ned'));
    expect(choices(page)).to.deep.equal(['totp', 'sms', 'email']);
  });

  it('keeps an earlier code valid, and does not send it again, when the person goes back and forth [2.7]', async () => {
    const { visitor } = await givePassword(s, address('dan'));
    const mailed = await visitor.chooseMethod('email');
    await visitor.open(mailed.link('choose-method') ?? '');
    await visitor.chooseMethod('sms');
    await visitor.open(mailed.link('choose-method') ?? '');
    const again = await visitor.chooseMethod('email');
    expect(words(again)).to.include('90 more seconds');
    expect(await sent('dan')).to.deep.equal([1, 1]);
    expect(hasCode(await visitor.enterCode(await codeTo(s.app, address('dan'))))).to.equal(true);
  });

  it('sends once for two clicks, at once or one after the other [2.7]', async () => {
    const { visitor, page } = await givePassword(s, address('eve'));
    const click = () => visitor.submit(page, { method: 'sms' });
    const clicks = [...(await Promise.all([click(), click()])), await click()];
    expect(clicks.map(({ status, error }) => [status, error])).to.deep.equal(Array(3).fill([303, null]));
    expect(await sent('eve')).to.deep.equal([0, 1]);
    await visitor.follow(clicks[2] ?? page);
    expect(hasCode(await visitor.enterCode(await codeTo(s.app, phoneFor('eve'))))).to.equal(true);
  });

  it('accepts only the methods that it lists [A105]', async () => {
    const { visitor, page } = await givePassword(s, address('fay'));
    for (const method of ['recovery', 'passkey', 'app', 'none', '__proto__', '', 'email ']) {
      const refused = await visitor.submit(page, { method });
      expect([refused.status, refused.name, refused.error], method).to.deep.equal([
        422,
        'choose-method',
        'method_not_allowed',
      ]);
    }
    const two = await visitor.submit(page, { method: ['email', 'sms'] });
    expect(two.status).to.equal(400);
    expect(await sent('fay')).to.deep.equal([0, 0]);
  });

  it('lists no method below the required level, and sends nothing by one [A105]', async () => {
    const { visitor, page } = await givePassword(s, address('gus'), undefined, { acr_values: MFA });
    expect(choices(page)).to.deep.equal(['totp', 'sms']);
    const refused = await visitor.submit(page, { method: 'email' });
    expect([refused.status, refused.error]).to.deep.equal([422, 'method_not_allowed']);
    const direct = await visitor.open(`/interaction/${uidOf(page)}/second-factor/verify/email`);
    expect(direct.name).to.equal('choose-method');
    expect(await sent('gus')).to.deep.equal([0, 0]);
    await visitor.chooseMethod('sms');
    const { claims } = await redeem(s.rp, await visitor.enterCode(await codeTo(s.app, phoneFor('gus'))));
    expect(claims.acr).to.equal(MFA);
  });

  it('leaves the other methods usable after five wrong codes by one [A23]', async () => {
    const { visitor } = await givePassword(s, address('hal'));
    const form = await visitor.chooseMethod('email');
    const wrong = notThis(await codeTo(s.app, address('hal')));
    for (let times = 0; times < 5; times += 1) {
      expect((await visitor.submit(form, { code: wrong })).error).to.equal('code_invalid');
    }
    const page = await visitor.submit(form, { code: wrong });
    expect([page.status, page.name, page.error]).to.deep.equal([429, 'error', 'too_many_attempts']);
    await visitor.open(page.link('choose-method') ?? '');
    await visitor.chooseMethod('totp');
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
  });

  it('locks all methods after ten wrong codes by any of them [A23]', async () => {
    const { visitor, page } = await givePassword(s, address('ike'));
    const base = `/interaction/${uidOf(page)}/second-factor`;
    const forms = [await visitor.chooseMethod('email'), await visitor.open(`${base}/choose-method`)];
    const texted = await visitor.follow(await visitor.submit(forms[1] ?? page, { method: 'sms' }));
    const app = await visitor.follow(await visitor.submit(forms[1] ?? page, { method: 'totp' }));
    const mailed = forms[0] ?? page;
    const wrong = '000000';
    for (const form of [mailed, texted, app, mailed, texted, app, mailed, texted, app]) {
      expect((await visitor.submit(form, { code: wrong })).error).to.equal('code_invalid');
    }
    const locked = await visitor.submit(mailed, { code: wrong });
    expect([locked.status, locked.error]).to.deep.equal([429, 'too_many_attempts']);
    for (const [form, code] of [
      [mailed, await codeTo(s.app, address('ike'))],
      [texted, await codeTo(s.app, phoneFor('ike'))],
      [app, nextCode(s.app)],
    ] as const) {
      const refused = await visitor.submit(form, { code });
      expect([refused.status, refused.error]).to.deep.equal([429, 'too_many_attempts']);
    }
    const again = await visitor.follow(await visitor.submit(forms[1] ?? page, { method: 'email' }));
    expect([again.status, again.error]).to.deep.equal([429, 'too_many_attempts']);
  });

  describe('at a step-up', () => {
    it('appears even for one method, because a GET opened the page [A56]', async () => {
      const { visitor } = await givePassword(s, address('jan'));
      await redeem(s.rp, await visitor.enterCode(await codeTo(s.app, address('jan'))));
      expect((await visitor.open(SECURITY)).name).to.equal('security');
      s.clock.nextStep(6 * MINUTE);
      const chooser = await visitor.open(SECURITY);
      expect(chooser.name).to.equal('choose-method');
      expect(choices(chooser)).to.deep.equal(['email']);
      expect(await sent('jan')).to.deep.equal([1, 0]);
      await visitor.open(chooser.url);
      expect(await sent('jan')).to.deep.equal([1, 0]);
      const page = await visitor.chooseMethod('email');
      expect(page.$('[name=password]').length).to.equal(0);
      expect(await sent('jan')).to.deep.equal([2, 0]);
      const back = await visitor.enterCode(await codeTo(s.app, address('jan')));
      expect(back.name).to.equal('security');
    });

    it('raises the level for a relying party and keeps auth_time [A76]', async () => {
      const { visitor } = await givePassword(s, address('lou'));
      await visitor.chooseMethod('email');
      const first = await redeem(s.rp, await visitor.enterCode(await codeTo(s.app, address('lou'))));
      expect(first.claims.acr).to.equal(TWO_STEP);
      s.clock.nextStep(MINUTE);
      const chooser = await visitor.open(await s.rp.authorizationUrl({ acr_values: MFA }));
      expect([chooser.name, choices(chooser)]).to.deep.equal(['choose-method', ['sms']]);
      expect((await sent('lou'))[1]).to.equal(0);
      await visitor.chooseMethod('sms');
      const { claims } = await redeem(s.rp, await visitor.enterCode(await codeTo(s.app, phoneFor('lou'))));
      expect(claims).to.include({ acr: MFA, auth_time: first.claims.auth_time });
      expect(claims.amr).to.have.members(['pwd', 'email', 'sms', 'mfa']);
    });
  });

  it('works without a script and in Dutch [U.4 B.5]', async () => {
    const dutch = s.app.visitor({ headers: { 'accept-language': 'nl' } });
    const { page } = await givePassword(s, address('ann'), dutch);
    const mailed = await dutch.chooseMethod('email');
    for (const shown of [page, mailed]) {
      expect(shown.$('html').attr('lang')).to.equal('nl');
      expect(shown.$('script, [onclick]').length).to.equal(0);
    }
    expect(words(mailed)).to.include('seconden');
  });
});

describe('the chooser of methods, where the policy changes', () => {
  const s = interaction(() =>
    desk(
      reachable('ann', 'desk', APP, 'sms', 'email'),
      ...['kim', 'lou'].map((name) => reachable(name, 'desk', 'email', 'sms')),
    ),
  );

  function allowing(...methods: string[]): Yaml {
    const secondFactor = { enforcement: 'optional', methods, set_up_proof: 'none' };
    return {
      tenants: [...standardConfig().tenants, { id: 'desk', name: 'Desk', second_factor: secondFactor }],
    };
  }

  it('neither lists nor accepts a method that was forbidden meanwhile, nor its code [A105]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@desk.test');
    const mailed = await visitor.chooseMethod('email');
    const code = await codeTo(s.app, 'ann@desk.test');
    await s.app.reload(allowing('totp', 'sms'));
    const refused = await visitor.submit(page, { method: 'email' });
    expect([refused.status, refused.error]).to.deep.equal([422, 'method_not_allowed']);
    const late = await visitor.submit(mailed, { code });
    expect([late.status, late.error]).to.deep.equal([422, 'method_not_allowed']);
    expect(hasCode(late)).to.equal(false);
    const resent = await visitor.submit(mailed, {}, 'resend');
    expect([resent.status, resent.error]).to.deep.equal([422, 'method_not_allowed']);
    expect(await sentTo(s.app, 'ann@desk.test')).to.have.length(1);
  });

  it('asks nobody once the second factor is off, not even on an open page [U.5]', async () => {
    const open = await givePassword(s, 'lou@desk.test');
    await s.app.reload({
      tenants: [
        ...standardConfig().tenants,
        { id: 'desk', name: 'Desk', second_factor: { enforcement: 'off', methods: [] } },
      ],
    });
    const { page } = await givePassword(s, 'kim@desk.test');
    const end = await open.visitor.follow(await open.visitor.submit(open.page, { method: 'email' }));
    for (const landed of [page, end]) expect((await redeem(s.rp, landed)).claims.acr).to.equal(SFA);
    for (const name of ['kim', 'lou']) {
      expect(await sentTo(s.app, `${name}@desk.test`), name).to.deep.equal([]);
    }
  });
});
