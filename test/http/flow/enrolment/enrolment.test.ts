/** Setting up an authenticator app in the middle of a sign-in. */
import { expect } from 'chai';
import { CALLBACK, PASSWORD, SECRET } from '../../../support/app.ts';
import { totpCode } from '../../../support/totp.ts';
import { interaction, nextCode, redeem, setUpApp } from '../../oidc/story.ts';
import {
  accounts,
  alertOf,
  arrive,
  givePassword,
  hasCode,
  member,
  uidOf,
  withApp,
  words,
} from '../members.ts';

const WRONG = '000000';

describe('enrolling an authenticator app', () => {
  const s = interaction(() =>
    accounts(
      ...['ann', 'ben', 'cat', 'dan', 'eve', 'fay', 'gus', 'hal', 'ike'].map((name) =>
        member(name, 'strict'),
      ),
      withApp('owner', 'strict'),
    ),
  );

  it('shows a QR code and the key beside it; a code confirms, and every later sign-in asks for one [0.4 3.2]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    expect(page.$('img[data-mark=qr]').attr('src')).to.match(/^data:image\/svg\+xml;base64,/);
    const secret = page.mark('secret').replaceAll(' ', '');
    expect(secret).to.match(/^[A-Z2-7]{32}$/);
    const uri = new URL(page.$('a[href^="otpauth:"]').attr('href') ?? '');
    expect(decodeURIComponent(uri.pathname)).to.equal('/Doublelock:ann@strict.test');
    expect(Object.fromEntries(uri.searchParams)).to.include({ secret, issuer: 'Doublelock' });

    const { end } = await setUpApp(s.app, visitor);
    expect(hasCode(end)).to.equal(true);
    const again = await givePassword(s, 'ann@strict.test');
    expect(again.page.name).to.equal('enter-code');
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  it('works without a script, with one form for each step [U.4 B.5]', async () => {
    const { visitor, page } = await arrive(s);
    const seen = [page];
    seen.push(await visitor.signIn('ike@strict.test', PASSWORD));
    const { end } = await setUpApp(s.app, visitor);
    expect(hasCode(end)).to.equal(true);
    seen.push(await visitor.open('/account'), await visitor.open('/account/security'));
    seen.push((await givePassword(s, 'ike@strict.test', s.app.visitor())).page);
    expect(seen.map(({ name }) => name)).to.deep.equal([
      'sign-in',
      'set-up-totp',
      'account',
      'security',
      'enter-code',
    ]);
    for (const { $, name } of seen) {
      // One script copies the key, another one shows a password. Their buttons are hidden without them.
      const scripts = name === 'set-up-totp' || $('[type=password]').length > 0 ? 1 : 0;
      expect($('script').length, String(name)).to.equal(scripts);
      expect($('[onclick], [onsubmit]').length, String(name)).to.equal(0);
      for (const form of $('form').toArray()) {
        expect($(form).attr('method'), String(name)).to.equal('post');
        expect($(form).find('button:not([type=button])').length, String(name)).to.be.at.least(1);
      }
    }
  });

  it('refuses a late code, keeps the secret, and accepts the next code [1.1 3.8]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    const secret = page.mark('secret');
    const refused = await visitor.submit(page, {
      code: totpCode(secret, s.clock.now() - 120_000),
      label: 'Work phone',
      app: 'Aegis',
    });
    expect([refused.status, refused.name, refused.error]).to.deep.equal([422, 'set-up-totp', 'code_invalid']);
    expect(alertOf(refused)).to.match(/clock on your phone seems to be about 120 seconds behind/);
    expect(refused.mark('secret')).to.equal(secret);
    expect(refused.$('[name=label]').val()).to.equal('Work phone');
    expect(refused.$('[name=app]').val()).to.equal('Aegis');
    expect(refused.$('[name=code]').val() ?? '').to.equal('');
    expect(hasCode(await visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  it('stores the names of app and phone, and shows them among the methods [4.1]', async () => {
    const { visitor, page } = await givePassword(s, 'cat@strict.test');
    const code = nextCode(s.app, page.mark('secret'));
    await visitor.putAway(await visitor.submit(page, { code, label: ' <b>Work</b> phone ', app: 'Aegis' }));
    const security = await visitor.open('/account/security');
    expect(words(security)).to.include('<b>Work</b> phone');
    expect(security.$('main b').length).to.equal(0);
    const account = await s.app.parts.stores.accounts.findByEmail('cat@strict.test');
    const [factor] = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    expect(factor).to.include({ label: '<b>Work</b> phone', app: 'Aegis' });
    expect(factor?.secret).not.to.include(page.mark('secret').replaceAll(' ', ''));
  });

  it('refuses a name that is too long, and keeps what was typed [4.1]', async () => {
    const { visitor, page } = await givePassword(s, 'dan@strict.test');
    const longest = Number(page.$('[name=label]').attr('maxlength'));
    const code = nextCode(s.app, page.mark('secret'));
    const refused = await visitor.submit(page, { code, label: 'x'.repeat(longest + 1) });
    expect([refused.status, refused.error]).to.deep.equal([422, 'field_invalid']);
    expect(refused.mark('secret')).to.equal(page.mark('secret'));
    expect(refused.$('[name=label]').attr('aria-invalid')).to.equal('true');
    const done = await visitor.putAway(await visitor.submit(refused, { code, label: 'x'.repeat(longest) }));
    expect(hasCode(done)).to.equal(true);
  });

  it('refuses the confirming code at a sign-in, and accepts the next one [A36]', async () => {
    const { visitor, page } = await givePassword(s, 'eve@strict.test');
    const secret = page.mark('secret');
    const code = nextCode(s.app, secret);
    await visitor.enterCode(code);
    const again = await givePassword(s, 'eve@strict.test');
    const refused = await again.visitor.enterCode(code);
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_used']);
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  it('asks for an existing factor: the password alone enrols no second one [A47]', async () => {
    const { visitor, page } = await givePassword(s, 'owner@strict.test');
    const base = `/interaction/${uidOf(page)}/second-factor`;
    for (const path of ['/set-up', '/set-up/totp']) {
      expect((await visitor.open(base + path)).name, path).to.equal('enter-code');
    }
    const { _token = '' } = Object.fromEntries(page.form({}).body);
    for (const path of ['/set-up', '/set-up/totp']) {
      const fields = { _token, method: 'totp', code: '123456' };
      expect((await visitor.post(base + path, fields)).status, path).to.equal(403);
    }
  });

  it('refuses an enrolment that began before another one was confirmed [A47 A48]', async () => {
    const thief = await givePassword(s, 'fay@strict.test');
    const owner = await givePassword(s, 'fay@strict.test');
    await setUpApp(s.app, owner.visitor);
    const code = nextCode(s.app, thief.page.mark('secret'));
    const refused = await thief.visitor.submit(thief.page, { code });
    expect([refused.status, refused.error]).to.deep.equal([403, 'forbidden']);
    expect((await thief.visitor.open(thief.page.url)).name).to.equal('enter-code');
  });

  it('shows the secret on its page only, and never after the confirmation [A52]', async () => {
    const { visitor, page } = await givePassword(s, 'gus@strict.test');
    expect((await visitor.open(page.url)).mark('secret')).to.equal(page.mark('secret'));
    const secret = page.mark('secret').replaceAll(' ', '');
    const accepted = await visitor.submit(page, { code: nextCode(s.app, secret) });
    const base = page.url.replace('/set-up/totp', '');
    for (const path of ['', '/set-up', '/set-up/totp', '/choose-method', '/verify/totp']) {
      const shown = await visitor.get(base + path);
      expect(shown.text, path).not.to.include(secret).and.not.include('otpauth:');
    }
    await visitor.putAway(accepted);
    for (const path of ['/account', '/account/security', '/account/security/set-up/totp']) {
      const shown = await visitor.open(path);
      expect(shown.text.replaceAll(' ', ''), path).not.to.include(secret);
      expect(shown.marks('secret'), path).to.deep.equal([]);
    }
    const begun = await visitor.follow(
      await visitor.submit(await visitor.open('/account/security'), {}, 'set-up'),
    );
    expect(begun.mark('secret').replaceAll(' ', '')).not.to.equal(secret);
  });

  it('is not cached, not sent as a referrer, and not part of a URL [A102]', async () => {
    const { visitor, page } = await givePassword(s, 'hal@strict.test');
    expect(page.headers).to.include({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
    const secret = page.mark('secret').replaceAll(' ', '');
    const code = nextCode(s.app, secret);
    const answers = [await visitor.submit(page, { code: WRONG }), await visitor.submit(page, { code })];
    expect(answers.map(({ status }) => status)).to.deep.equal([422, 303]);
    expect(answers[0]?.headers['cache-control']).to.equal('no-store');
    for (const answer of answers) {
      for (const hidden of [secret, code, PASSWORD, SECRET]) {
        expect(`${answer.url} ${answer.location}`).not.to.include(hidden);
      }
    }
    const end = await visitor.putAway(visitor.page);
    expect(end.location).to.satisfy((at: string) => at.startsWith(CALLBACK));
    expect((await redeem(s.rp, end)).claims.amr).to.deep.equal(['pwd', 'otp', 'mfa']);
  });
});
