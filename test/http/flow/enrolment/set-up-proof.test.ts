/** A forced set-up where a mailed code comes before the first factor, for each method. */
import { expect } from 'chai';
import { shownPhone } from '../../../../src/domain/contact.ts';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { errorOf, interaction, MFA, nextCode, redeem, TWO_STEP } from '../../oidc/story.ts';
import { givePassword, hasCode, member, uidOf, withApp, words } from '../members.ts';
import { codeTo, phoneFor, sentTo } from '../outbox.ts';
import { inFirm, proving, provingIn } from './proof.ts';

describe('an enrolment after a mailed code', () => {
  const s = interaction(() =>
    proving(
      ...inFirm('ann', 'ben', 'cat', 'jan', 'kim', 'lou', 'max'),
      member('one', 'solo'),
      member('one', 'post'),
      withApp('app', 'firm'),
    ),
  );
  const { stored, atProof, prove } = provingIn(s);
  const address = (name: string) => `${name}@firm.test`;
  /** The steps of each method that remain after the confirmation. */
  const finishing: Record<string, (visitor: Visitor, page: Page, name: string) => Promise<Page>> = {
    async totp(visitor, page) {
      expect(page.name).to.equal('set-up-totp');
      return visitor.follow(await visitor.submit(page, { code: nextCode(s.app, page.mark('secret')) }));
    },
    async sms(visitor, page, name) {
      expect([page.name, page.$('[name=phone]').length]).to.deep.equal(['set-up-sms', 1]);
      const asked = await visitor.follow(await visitor.submit(page, { phone: phoneFor(name) }, 'send'));
      expect(asked.mark('destination')).to.equal(shownPhone(phoneFor(name)));
      return visitor.follow(await visitor.submit(asked, { code: await codeTo(s.app, phoneFor(name)) }));
    },
    // The mailed code itself enrols this method.
    email: async (_visitor, page) => page,
  };
  const reached = {
    totp: { name: 'ann', acr: MFA, amr: ['pwd', 'otp', 'mfa'] },
    sms: { name: 'ben', acr: MFA, amr: ['pwd', 'sms', 'mfa'] },
    email: { name: 'cat', acr: TWO_STEP, amr: ['pwd', 'email'] },
  };

  for (const [method, { name, acr, amr }] of Object.entries(reached)) {
    it(`enrols ${method}: the message, the mailed code, the method, the recovery codes, and ${acr} [0.1 3.1 A48 A76 1.3]`, async () => {
      const { visitor, page } = await givePassword(s, address(name));
      expect(page.name).to.equal('set-up-choose');
      expect(words(page)).to.include('Because of the audit.').and.include('help@firm.test');
      const authentication = await visitor.chooseMethod(method);
      expect([authentication.name, authentication.mark('destination')]).to.deep.equal([
        'set-up-proof',
        `${name[0]}••••••@f••••••`,
      ]);
      expect(words(authentication)).not.to.include('Because of the audit.');
      expect(await sentTo(s.app, address(name))).to.deep.equal([]);

      const next = await prove(visitor, authentication, address(name));
      const codes = await (finishing[method] ?? finishing.email)?.(visitor, next, name);
      expect(codes?.name).to.equal('recovery-codes');
      const end = await visitor.follow(await visitor.submit(visitor.page, {}, 'saved'));
      const { claims } = await redeem(s.rp, end);
      expect(claims).to.include({ acr }).and.to.deep.include({ amr });

      const { account, methods } = await stored(address(name));
      expect(methods).to.have.members([method, 'recovery']);
      expect(account).to.include({ emailConfirmed: true, phone: method === 'sms' ? phoneFor(name) : null });
      const told = (await sentTo(s.app, address(name)))[0];
      expect(told?.subject).to.match(/second step|set up|added/i);
    });

    it(`asks for ${method} at the next sign-in, and for nothing else [A48]`, async () => {
      const { visitor, page } = await givePassword(s, address(name));
      expect([page.name, page.$('body').attr('data-method')]).to.deep.equal(['enter-code', method]);
      expect(visitor.page.link('choose-method')).to.be.a('string');
    });
  }

  it('starts at the code page when there is one method, with the message and the contact [1.3]', async () => {
    const { visitor, page } = await givePassword(s, 'one@solo.test');
    expect(page.name).to.equal('set-up-proof');
    expect(words(page))
      .to.include('The solo requires two-step verification')
      .and.include('Because of the audit.');
    expect(page.link('help@solo.test')).to.equal('mailto:help@solo.test');
    const app = await prove(visitor, page, 'one@solo.test');
    expect(app.name).to.equal('set-up-totp');
    expect(words(app)).not.to.include('Because of the audit.');
    const end = await visitor.enterCode(nextCode(s.app, app.mark('secret')));
    expect(hasCode(end)).to.equal(true);
  });

  it('enrols e-mail with one code and signs in with another where e-mail is the only method [2.2]', async () => {
    const { visitor, page } = await givePassword(s, 'one@post.test');
    const codes = await prove(visitor, page, 'one@post.test');
    expect(codes.name).to.equal('recovery-codes');
    const end = await visitor.putAway(codes);
    expect((await redeem(s.rp, end)).claims.acr).to.equal(TWO_STEP);
    const again = await givePassword(s, 'one@post.test');
    expect(hasCode(await again.visitor.enterCode(await codeTo(s.app, 'one@post.test')))).to.equal(true);
  });

  it('needs the code once in a sign-in, also when another method is chosen afterwards', async () => {
    const { visitor, page } = await atProof('jan', 'totp');
    const app = await prove(visitor, page, address('jan'));
    await visitor.open(app.link('/set-up') ?? '');
    const sms = await visitor.chooseMethod('sms');
    expect(sms.name).to.equal('set-up-sms');
    const codes = await finishing.sms?.(visitor, sms, 'jan');
    expect(codes?.name).to.equal('recovery-codes');
  });

  it('issues no tokens to a person who leaves, and is required again at the next sign-in [A77]', async () => {
    const { visitor, page } = await atProof('kim', 'totp');
    const left = await visitor.follow(await visitor.submit(page, {}, 'cancel'));
    expect(errorOf(left)).to.equal('access_denied');
    expect((await givePassword(s, address('kim'))).page.name).to.equal('set-up-choose');
  });

  it('refuses an impossible phone number on the same page, and sends nothing [3.3 A74]', async () => {
    const { visitor, page } = await atProof('lou', 'sms');
    const sms = await prove(visitor, page, address('lou'));
    for (const phone of ['', '06 1234 5678', '+31 6 12', 'lou@firm.test']) {
      const refused = await visitor.submit(sms, { phone }, 'send');
      expect([refused.status, refused.name, refused.error], phone).to.deep.equal([
        422,
        'set-up-sms',
        'phone_invalid',
      ]);
      expect(refused.$('[name=phone]').val(), phone).to.equal(phone);
    }
    const two = await visitor.submit(sms, { phone: ['+31612340000', '+31612340001'] }, 'send');
    expect(two.status).to.equal(400);
    const first = await visitor.follow(await visitor.submit(sms, { phone: '+31 6 1234 0000' }, 'send'));
    // The number was mistyped: the page lets another one be typed.
    const second = await visitor.follow(await visitor.submit(first, { phone: phoneFor('lou') }, 'send'));
    expect(second.mark('destination')).to.equal(shownPhone(phoneFor('lou')));
    expect(await sentTo(s.app, '+31612340000')).to.have.length(1);
    const codes = await visitor.follow(
      await visitor.submit(second, { code: await codeTo(s.app, phoneFor('lou')) }),
    );
    expect(codes.name).to.equal('recovery-codes');
    expect((await stored(address('lou'))).account?.phone).to.equal(phoneFor('lou'));
  });

  it('puts no code into a URL, and has a script only where it offers to copy or to show a password [A102 U.4 B.5]', async () => {
    const seen: Page[] = [];
    const visitor = s.app.visitor({ seen: (page) => seen.push(page) });
    await givePassword(s, address('max'), visitor);
    const authentication = await visitor.chooseMethod('email');
    await visitor.putAway(await prove(visitor, authentication, address('max')));
    const code = await codeTo(s.app, address('max'));
    for (const page of seen.filter(({ name }) => name !== null)) {
      expect(`${page.url} ${page.location}`).not.to.include(code).and.not.include(PASSWORD);
      const scripts = page.$('[type=password]').length > 0 ? 1 : 0;
      if (page.name !== 'recovery-codes')
        expect(page.$('script').length, String(page.name)).to.equal(scripts);
      if (page.status === 200) expect(page.headers['cache-control']).to.equal('no-store');
    }
  });

  it('needs an existing factor instead of the mailed code when there is one', async () => {
    const { visitor, page } = await givePassword(s, address('app'));
    expect(page.name).to.equal('enter-code');
    expect((await visitor.open(`/interaction/${uidOf(page)}/second-factor/set-up`)).name).to.equal(
      'enter-code',
    );
    expect(hasCode(await visitor.enterCode(nextCode(s.app)))).to.equal(true);
    expect(await sentTo(s.app, address('app'))).to.deep.equal([]);
  });
});
