/** The mailed code that comes before a set-up: what can't be had without it, and how often it is sent and tried. */
import { expect } from 'chai';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { alertOf, hasCode, uidOf, words } from '../members.ts';
import { codeTo, notThis, sentTo } from '../outbox.ts';
import { inFirm, proving, provingIn } from './proof.ts';

describe('the limits of the mailed code before an enrolment', () => {
  const s = interaction(() => proving(...inFirm('dan', 'eve', 'fay', 'gus', 'hal', 'ike')));
  const { stored, atProof, prove } = provingIn(s);
  const address = (name: string) => `${name}@firm.test`;

  it('bind nothing for a person with the password alone, whichever URL or form is tried [A48]', async () => {
    const { visitor, page } = await atProof('dan', 'totp');
    const base = `/interaction/${uidOf(page)}/second-factor`;
    for (const path of [
      '',
      '/set-up',
      '/set-up/totp',
      '/set-up/sms',
      '/set-up/email',
      '/set-up/recovery-codes',
    ]) {
      const shown = await visitor.open(base + path);
      expect(shown.name, path).to.be.oneOf(['set-up-choose', 'set-up-proof']);
      expect(shown.marks('secret'), path).to.deep.equal([]);
      expect(shown.marks('recovery-code'), path).to.deep.equal([]);
      expect(shown.text, path).not.to.include('otpauth:');
    }
    const { _token = '' } = Object.fromEntries(page.form({}).body);
    for (const step of ['totp', 'sms', 'email', 'recovery-codes', 'passkey']) {
      for (const fields of [{ code: '123456' }, { phone: '+31612345678', send: '1' }, { saved: '1' }]) {
        const answer = await visitor.post(`${base}/set-up/${step}`, { _token, ...fields });
        expect(answer.status, step).to.be.oneOf([403, 303]);
      }
    }
    expect((await stored(address('dan'))).methods).to.deep.equal([]);
    expect(await sentTo(s.app, '+31612345678')).to.deep.equal([]);
    expect(await sentTo(s.app, address('dan'))).to.deep.equal([]);
    expect(hasCode(await visitor.open(`/auth/${uidOf(page)}`))).to.equal(false);
  });

  it('send nothing for a GET: a reload, the Back button, a URL with a button in it [A56]', async () => {
    const { visitor, page } = await atProof('eve', 'totp');
    for (const query of ['', '?send=1', '?resend=1']) await visitor.open(`${page.url}${query}`);
    expect(await sentTo(s.app, address('eve'))).to.deep.equal([]);
    await visitor.follow(await visitor.submit(page, {}, 'send'));
    for (const query of ['', '?send=1', '?resend=1']) await visitor.open(`${page.url}${query}`);
    expect(await sentTo(s.app, address('eve'))).to.have.length(1);
  });

  it('send one code for two clicks, and accept it once [A39]', async () => {
    const { visitor, page } = await atProof('fay', 'email');
    const click = () => visitor.submit(page, {}, 'send');
    const clicks = [...(await Promise.all([click(), click()])), await click()];
    expect(clicks.map(({ status, error }) => [status, error])).to.deep.equal(Array(3).fill([303, null]));
    expect(await sentTo(s.app, address('fay'))).to.have.length(1);
    const asked = await visitor.follow(clicks[2] ?? page);
    const code = await codeTo(s.app, address('fay'));
    const both = await Promise.all([visitor.submit(asked, { code }), visitor.submit(asked, { code })]);
    expect(both.map(({ status, error }) => [status, error])).to.deep.equal(Array(2).fill([303, null]));
    expect(hasCode(await visitor.putAway(both[1]))).to.equal(true);
    expect((await stored(address('fay'))).methods).to.have.members(['email', 'recovery']);
  });

  it('refuse a wrong or late code on the same page, and accept a new one [2.8 3.8]', async () => {
    const { visitor, page } = await atProof('gus', 'totp');
    const asked = await visitor.follow(await visitor.submit(page, {}, 'send'));
    expect(words(asked)).to.include('90 more seconds');
    const code = await codeTo(s.app, address('gus'));
    const wrong = await visitor.submit(asked, { code: notThis(code) });
    expect([wrong.status, wrong.name, wrong.error]).to.deep.equal([422, 'set-up-proof', 'code_invalid']);
    expect(alertOf(wrong)).to.include('4 attempts left');
    s.clock.nextStep(90_000);
    const late = await visitor.submit(asked, { code });
    expect([late.status, late.name, late.error]).to.deep.equal([422, 'set-up-proof', 'code_expired']);
    const again = await visitor.follow(await visitor.submit(late, {}, 'resend'));
    expect(words(again)).to.include('90 more seconds');
    const next = await visitor.follow(
      await visitor.submit(again, { code: await codeTo(s.app, address('gus')) }),
    );
    expect(next.name).to.equal('set-up-totp');
  });

  it('lock after wrong codes, and show the end of the lock [A19]', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { visitor, page } = await atProof('hal', 'totp');
      const asked = await visitor.follow(await visitor.submit(page, {}, 'send'));
      const wrong = notThis(await codeTo(s.app, address('hal')));
      let last = asked;
      for (let times = 0; times < 5; times += 1) last = await visitor.submit(asked, { code: wrong });
      const reloaded = await visitor.get(asked.url);
      // The tenth wrong code locks the account.
      const ofLast = round === 0 ? 'code_invalid' : 'too_many_attempts';
      expect([last.error, reloaded.error]).to.deep.equal([ofLast, 'too_many_attempts']);
      for (const each of [last, reloaded]) {
        expect(each.name).to.equal('set-up-proof');
        expect(each.$('[name=code], button[name=resend]').length).to.equal(0);
        const again = await visitor.open(each.$('.choices a').attr('href') ?? '');
        expect(again.name).to.equal('sign-in');
      }
      const stopped = await visitor.submit(asked, { code: await codeTo(s.app, address('hal')) });
      expect([stopped.status, stopped.error]).to.deep.equal([429, 'too_many_attempts']);
      if (round === 1) expect(alertOf(stopped)).to.include('in 15 minutes');
    }
    expect((await stored(address('hal'))).methods).to.deep.equal([]);
    s.clock.nextStep(15 * MINUTE);
    const { visitor, page } = await atProof('hal', 'totp');
    expect((await prove(visitor, page, address('hal'))).name).to.equal('set-up-totp');
  });

  it('allow five in ten minutes, and show when the next one can be sent', async () => {
    const { visitor, page } = await atProof('ike', 'totp');
    let shown = await visitor.follow(await visitor.submit(page, {}, 'send'));
    for (let times = 1; times < 5; times += 1) {
      shown = await visitor.follow(await visitor.submit(shown, {}, 'resend'));
    }
    const refused = await visitor.submit(shown, {}, 'resend');
    expect([refused.status, refused.name, refused.error]).to.deep.equal([
      429,
      'set-up-proof',
      'resend_too_soon',
    ]);
    expect(refused.headers['retry-after']).to.equal('600');
    expect(await sentTo(s.app, address('ike'))).to.have.length(5);
    const next = await visitor.submit(shown, { code: await codeTo(s.app, address('ike')) });
    expect((await visitor.follow(next)).name).to.equal('set-up-totp');
  });
});
