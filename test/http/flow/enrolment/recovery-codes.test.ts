/** Recovery codes over HTTP: shown once they are good, until they are put away, and each taken once. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction, MFA, nextCode, redeem } from '../../oidc/story.ts';
import { accounts, alertOf, givePassword, hasCode, member, uidOf, withApp, words } from '../members.ts';
import { sentTo } from '../outbox.ts';

const STRICT = 'ann ben cat dan eve fay gus ida'.split(' ');
const SECURITY = '/account/security';

describe('recovery codes', () => {
  const s = interaction(() =>
    accounts(
      ...STRICT.map((name) => member(name, 'strict')),
      ...['hal', 'ike', 'jan'].map((name) => withApp(name, 'open')),
      member('kim', 'open', { email_confirmed: true }),
    ),
  );

  /** On the page that shows them. */
  async function shownTo(name: string): Promise<{ visitor: Visitor; page: Page; secret: string }> {
    const { visitor, page } = await givePassword(s, `${name}@strict.test`);
    const secret = page.mark('secret').replaceAll(' ', '');
    const confirmed = await visitor.submit(page, { code: nextCode(s.app, secret) });
    const shown = await visitor.follow(confirmed);
    expect([shown.status, shown.name]).to.deep.equal([200, 'recovery-codes']);
    return { visitor, page: shown, secret };
  }

  const save = async (visitor: Visitor, page: Page) =>
    visitor.follow(await visitor.submit(page, {}, 'saved'));

  /** In a sign-in of its own, by the link from the page that asks for the app. */
  async function atPaper(email: string): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await givePassword(s, email);
    expect([page.name, page.$('body').attr('data-method')]).to.deep.equal(['enter-code', 'totp']);
    return { visitor, page: await visitor.chooseMethod('recovery') };
  }

  it('are shown after the first enrolment, ten of them, and the sign-in continues once they are saved', async () => {
    const { visitor, page, secret } = await shownTo('ann');
    const codes = page.marks('recovery-code');
    expect(codes).to.have.length(10);
    expect(new Set(codes).size).to.equal(10);
    const { claims } = await redeem(s.rp, await save(visitor, page));
    expect(claims).to.deep.include({ acr: MFA, amr: ['pwd', 'otp', 'mfa'] });
    const again = await givePassword(s, 'ann@strict.test');
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  it('stay readable until they are saved, and are never shown again [A52]', async () => {
    const { visitor, page } = await shownTo('ben');
    const codes = page.marks('recovery-code');
    const base = page.url.replace('/set-up/recovery-codes', '');
    for (const path of [
      '/set-up/recovery-codes',
      '',
      '/set-up',
      '/choose-method',
      '/verify/totp',
      '/set-up/totp',
    ]) {
      const shown = await visitor.open(base + path);
      expect(shown.marks('recovery-code'), path).to.deep.equal(codes);
    }
    expect(hasCode(await save(visitor, page))).to.equal(true);
    for (const path of [page.url, '/account', SECURITY, `${SECURITY}/set-up/recovery-codes`]) {
      const shown = await visitor.open(path);
      for (const code of codes) expect(shown.text, path).not.to.include(code);
    }
    const again = await visitor.submit(page, {}, 'saved');
    expect(again.status).to.equal(400);
  });

  it('are neither cached nor part of a URL [A52]', async () => {
    const seen: Page[] = [];
    const { visitor, page } = await shownTo('cat');
    expect(page.headers).to.include({ 'cache-control': 'no-store', 'referrer-policy': 'same-origin' });
    const codes = page.marks('recovery-code');
    seen.push(await visitor.submit(page, {}, 'saved'));
    for (const { url, location } of seen) {
      for (const code of codes) expect(`${url} ${location}`).not.to.include(code);
    }
  });

  it('are saved once by two clicks, without a script [A41]', async () => {
    const { visitor, page } = await shownTo('dan');
    const clicks = await Promise.all([visitor.submit(page, {}, 'saved'), visitor.submit(page, {}, 'saved')]);
    expect(clicks.map(({ status, error }) => [status, error])).to.deep.equal(Array(2).fill([303, null]));
    expect(hasCode(await visitor.follow(clicks[1]))).to.equal(true);
    expect(page.$('form[method=post] button[name=saved]').length).to.equal(1);
  });

  it('sign in a person who has lost the phone, and are reported to the relying party [1.5 A76]', async () => {
    const { visitor, page } = await shownTo('eve');
    const [code = '', other = ''] = page.marks('recovery-code');
    await save(visitor, page);
    const lost = await atPaper('eve@strict.test');
    expect(lost.page.$('body').attr('data-method')).to.equal('recovery');
    const { claims } = await redeem(
      s.rp,
      await lost.visitor.enterCode(code.toUpperCase().replaceAll('-', ' ')),
    );
    expect(claims).to.deep.include({ acr: MFA, amr: ['pwd', 'recovery', 'mfa'] });
    const mails = await sentTo(s.app, 'eve@strict.test');
    const mail = mails.find(({ subject }) => /recovery code/i.test(subject));
    expect(mail?.text)
      .to.match(/recovery code/i)
      .and.match(/\b9\b/);
    expect(mail?.text).not.to.include(code);

    const again = await atPaper('eve@strict.test');
    const used = await again.visitor.submit(again.page, { code });
    expect([used.status, used.name, used.error]).to.deep.equal([422, 'enter-code', 'code_used']);
    expect(words(used)).to.include('another one from your list');
    expect(hasCode(await again.visitor.enterCode(other))).to.equal(true);
  });

  it('are accepted once when many sign-ins send the same one at once [A41]', async () => {
    const { visitor, page } = await shownTo('fay');
    const [code = ''] = page.marks('recovery-code');
    await save(visitor, page);
    const arrivals = [];
    for (let times = 0; times < 8; times += 1) arrivals.push(await atPaper('fay@strict.test'));
    const answers = await Promise.all(arrivals.map((each) => each.visitor.submit(each.page, { code })));
    expect(answers.filter(({ status }) => status === 303)).to.have.length(1);
    const refused = answers.filter(({ status }) => status !== 303).map(({ error }) => error);
    expect(new Set(refused)).to.have.keys('code_used');
    const mails = await sentTo(s.app, 'fay@strict.test');
    expect(mails.filter(({ text }) => /recovery code/i.test(text))).to.have.length(1);
  });

  it('are limited like any other code [A29]', async () => {
    const { visitor, page } = await shownTo('gus');
    const [code = ''] = page.marks('recovery-code');
    await save(visitor, page);
    for (let round = 0; round < 2; round += 1) {
      const attempt = await atPaper('gus@strict.test');
      for (let times = 0; times < 5; times += 1) {
        const wrong = await attempt.visitor.submit(attempt.page, { code: 'aaaa-bbbb-cccc-dddd' });
        expect(wrong.status).to.be.oneOf([422, 429]);
      }
    }
    const locked = await givePassword(s, 'gus@strict.test');
    expect([locked.page.status, locked.page.error]).to.deep.equal([429, 'too_many_attempts']);
    expect(alertOf(locked.page)).to.include('in 15 minutes');
    s.clock.nextStep(15 * MINUTE);
    const free = await atPaper('gus@strict.test');
    expect(hasCode(await free.visitor.enterCode(code))).to.equal(true);
  });

  it('are not offered to an account without any [2.7 A105]', async () => {
    const { visitor, page } = await givePassword(s, 'hal@open.test');
    expect(page.link('choose-method')).to.equal(null);
    const chooser = await visitor.open(`/interaction/${uidOf(page)}/second-factor/choose-method`);
    expect(chooser.$('[value=recovery]').length).to.equal(0);
    const refused = await visitor.submit(chooser, { method: 'recovery' });
    expect([refused.status, refused.error]).to.deep.equal([422, 'method_not_allowed']);
  });

  it('are not offered once the last one was used [2.7 A105]', async () => {
    const { visitor, page, secret } = await shownTo('ida');
    const codes = page.marks('recovery-code');
    await save(visitor, page);
    for (const code of codes) {
      const lost = await atPaper('ida@strict.test');
      expect(hasCode(await lost.visitor.enterCode(code))).to.equal(true);
    }
    const again = await givePassword(s, 'ida@strict.test');
    expect(again.page.link('choose-method')).to.equal(null);
    const chooser = await again.visitor.open(again.page.url.replace('verify/totp', 'choose-method'));
    expect([chooser.name, chooser.$('[value=recovery]').length]).to.deep.equal(['choose-method', 0]);
    await again.visitor.open(again.page.url);
    expect(hasCode(await again.visitor.enterCode(nextCode(s.app, secret)))).to.equal(true);
  });

  describe('on the security page', () => {
    async function open(email: string): Promise<{ visitor: Visitor; page: Page }> {
      const { visitor, page } = await givePassword(s, email);
      if (page.name === 'enter-code') await visitor.enterCode(nextCode(s.app));
      return { visitor, page: await visitor.open(SECURITY) };
    }

    it('are replaced, shown until they are saved, and the old ones are refused', async () => {
      const { visitor, page } = await open('ike@open.test');
      const first = await visitor.follow(await visitor.submit(page, {}, 'new-recovery-codes'));
      expect(first.name).to.equal('recovery-codes');
      const old = first.marks('recovery-code');
      expect((await visitor.open(`${SECURITY}/set-up/recovery-codes`)).marks('recovery-code')).to.deep.equal(
        old,
      );
      const back = await visitor.follow(await visitor.submit(first, {}, 'saved'));
      expect(back.name).to.equal('security');
      expect(words(back))
        .to.include('10 codes left')
        .and.to.include('Your new recovery codes work from now on.')
        .and.not.include('Your second step is set up');

      const second = await visitor.follow(await visitor.submit(back, {}, 'new-recovery-codes'));
      const codes = second.marks('recovery-code');
      expect(codes.filter((code) => old.includes(code))).to.deep.equal([]);
      await visitor.follow(await visitor.submit(second, {}, 'saved'));
      const lost = await atPaper('ike@open.test');
      expect((await lost.visitor.enterCode(old[0] ?? '')).error).to.equal('code_invalid');
      expect(hasCode(await lost.visitor.enterCode(codes[0] ?? ''))).to.equal(true);
      expect(words(await visitor.open(SECURITY))).to.include('9 codes left');
    });

    it('are made once by two clicks', async () => {
      const { visitor, page } = await open('jan@open.test');
      const click = () => visitor.submit(page, {}, 'new-recovery-codes');
      const clicks = await Promise.all([click(), click()]);
      expect(clicks.map(({ status, error }) => [status, error])).to.deep.equal(Array(2).fill([303, null]));
      const shown = await visitor.follow(clicks[1]);
      const [code = ''] = shown.marks('recovery-code');
      await visitor.follow(await visitor.submit(shown, {}, 'saved'));
      const lost = await atPaper('jan@open.test');
      expect(hasCode(await lost.visitor.enterCode(code))).to.equal(true);
    });

    it('are not made by a GET [A56]', async () => {
      const { visitor, page } = await open('ike@open.test');
      const before = words(page);
      for (const path of ['/recovery-codes', '/recovery-codes?renew=1']) {
        expect((await visitor.get(SECURITY + path)).status, path).to.be.oneOf([404, 405]);
      }
      expect(words(await visitor.open(SECURITY))).to.equal(before);
      expect((await visitor.open(`${SECURITY}/set-up/recovery-codes`)).marks('recovery-code')).to.deep.equal(
        [],
      );
    });

    it('are shown after a first enrolment there until they are saved [A48]', async () => {
      const { visitor, page } = await open('kim@open.test');
      expect(page.$('button[name=new-recovery-codes]').length).to.equal(0);
      const app = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
      const code = nextCode(s.app, app.mark('secret'));
      const shown = await visitor.follow(await visitor.submit(app, { code }));
      expect(shown.name).to.equal('recovery-codes');
      expect((await visitor.open(SECURITY)).name).to.equal('security');
      const again = await visitor.open(`${SECURITY}/set-up/recovery-codes`);
      expect(again.marks('recovery-code')).to.deep.equal(shown.marks('recovery-code'));
      const back = await visitor.follow(await visitor.submit(again, {}, 'saved'));
      expect([back.name, words(back).includes('10 codes left')]).to.deep.equal(['security', true]);
    });
  });
});
