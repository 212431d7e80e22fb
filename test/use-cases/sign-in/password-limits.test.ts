/** The limits on wrong passwords, and the locks after them (NIST SP 800-63B-4, 3.2.2). */
import { expect } from 'chai';
import type { PasswordSubmission } from '../../../src/use-cases/sign-in/password.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import {
  acceptedBy,
  codeOf,
  freshSetting,
  inTurn,
  PASSWORD,
  random,
  refusalOf,
  submitted,
  tally,
} from '../setting.ts';

describe('the limits on wrong passwords', () => {
  const setting = freshSetting();
  let attacker: number;

  beforeEach(async () => {
    attacker = 0;
    await setting().person();
  });

  /** From an address of its own each time, unless told. */
  async function submit(changes: Partial<PasswordSubmission> = {}) {
    attacker += 1;
    return submitted(setting().signIn, {
      uid: random.id(),
      before: null,
      email: 'bob@acme.test',
      password: PASSWORD,
      ip: `198.51.${attacker >> 8}.${attacker & 255}`,
      knownBrowser: null,
      tenantId: null,
      accountId: null,
      clientId: 'rp',
      expiresAt: setting().clock.now() + 15 * MINUTE,
      ...changes,
    });
  }

  const wrong = (changes: Partial<PasswordSubmission> = {}) => submit({ password: 'wrong', ...changes });
  const attempt = async (times: number, changes: Partial<PasswordSubmission> = {}) =>
    tally((await inTurn(times, () => wrong(changes))).map(codeOf));

  it('allow ten in 15 minutes from any IP address, and then refuse even the right one [A19]', async () => {
    expect(await attempt(10)).to.deep.equal({ credentials_invalid: 10 });
    const retryAt = setting().clock.now() + 15 * MINUTE;
    expect(refusalOf(await wrong())).to.deep.equal({ code: 'too_many_attempts', retryAt });
    expect(refusalOf(await submit())).to.deep.equal({ code: 'too_many_attempts', retryAt });
  });

  it('accept the right password when the lock ends, and not a millisecond before', async () => {
    await attempt(10);
    setting().clock.nextStep(15 * MINUTE - 1);
    expect(codeOf(await submit())).to.equal('too_many_attempts');
    setting().clock.nextStep(1);
    expect(codeOf(await submit())).to.equal('ok');
  });

  it('use a sliding window: nine failures and nine more a quarter of an hour later are allowed', async () => {
    expect(await attempt(9)).to.deep.equal({ credentials_invalid: 9 });
    setting().clock.nextStep(15 * MINUTE);
    expect(await attempt(9)).to.deep.equal({ credentials_invalid: 9 });
    expect(codeOf(await submit())).to.equal('ok');
  });

  it('double the lock each time, up to an hour', async () => {
    const waits = await inTurn(4, async () => {
      await attempt(10);
      const refusal = refusalOf(await submit());
      const retryAt = refusal?.code === 'too_many_attempts' ? (refusal.retryAt ?? 0) : 0;
      const wait = retryAt - setting().clock.now();
      setting().clock.nextStep(wait);
      // Tidying up must not forget how long the last wait was.
      await setting().stores.sweep(setting().clock.now(), 0);
      return wait / MINUTE;
    });
    expect(waits).to.deep.equal([15, 30, 60, 60]);
  });

  it('reset failures and the next lock after a success', async () => {
    await attempt(10);
    setting().clock.nextStep(15 * MINUTE);
    await attempt(9);
    expect(codeOf(await submit())).to.equal('ok');
    expect(await attempt(10)).to.deep.equal({ credentials_invalid: 10 });
    const retryAt = setting().clock.now() + 15 * MINUTE;
    expect(refusalOf(await submit())).to.deep.equal({ code: 'too_many_attempts', retryAt });
  });

  it('check ten of fifty at once, and lock once [A20]', async () => {
    const codes = (await together(50, () => wrong())).map(codeOf);
    expect(tally(codes)).to.deep.equal({ credentials_invalid: 10, too_many_attempts: 40 });
    setting().clock.nextStep(15 * MINUTE);
    await attempt(10);
    const retryAt = setting().clock.now() + 30 * MINUTE;
    expect(refusalOf(await submit())).to.deep.equal({ code: 'too_many_attempts', retryAt });
  });

  it('count an e-mail address as one however it is spelt', async () => {
    for (const email of ['bob@acme.test', ' BOB@acme.test', 'Bob@Acme.Test ']) await attempt(4, { email });
    expect(codeOf(await submit())).to.equal('too_many_attempts');
  });

  it('lock an unknown account like an existing one [A95]', async () => {
    const told = async (email: string) => {
      const outcomes = await inTurn(12, () => wrong({ email }));
      setting().clock.nextStep(15 * MINUTE);
      return [...outcomes, ...(await inTurn(11, () => wrong({ email })))].map((outcome) => {
        const refusal = refusalOf(outcome);
        return refusal?.code === 'too_many_attempts'
          ? (refusal.retryAt ?? 0) - setting().clock.now()
          : refusal?.code;
      });
    };
    const known = await told('bob@acme.test');
    expect(await told('nobody@acme.test')).to.deep.equal(known);
    const events = await setting().events();
    expect(events.slice(events.length / 2)).to.deep.equal(events.slice(0, events.length / 2));
  });

  it('lock no other account [A28]', async () => {
    await setting().person({ email: 'eve@acme.test' });
    await attempt(20);
    expect(codeOf(await submit({ email: 'eve@acme.test' }))).to.equal('ok');
  });

  it('show administrators the account that waits, and nobody for an address without an account', async () => {
    await setting().person({ email: 'eve@acme.test' });
    await attempt(11);
    await attempt(11, { email: 'nobody@acme.test' });
    const query = { q: null, group: null, role: null, condition: 'locked' } as const;
    const scope = { tenantId: 'acme', groups: null };
    const locked = () => setting().stores.people.page(scope, query, null, 9, setting().clock.now());
    expect((await locked()).map(({ email }) => email)).to.deep.equal(['bob@acme.test']);
    setting().clock.nextStep(15 * MINUTE);
    expect(await locked()).to.deep.equal([]);
  });

  describe('a browser that signed in before', () => {
    it('signs in after 200 failures elsewhere [A28]', async () => {
      const counts = await attempt(200);
      expect(counts).to.deep.equal({ credentials_invalid: 10, too_many_attempts: 190 });
      expect(codeOf(await submit({ knownBrowser: 'laptop' }))).to.equal('ok');
      expect(codeOf(await submit())).to.equal('too_many_attempts');
    });

    it('has ten attempts of its own, and is then locked', async () => {
      expect(await attempt(11, { knownBrowser: 'laptop' })).to.deep.equal({
        credentials_invalid: 10,
        too_many_attempts: 1,
      });
      expect(codeOf(await submit({ knownBrowser: 'laptop' }))).to.equal('too_many_attempts');
      setting().clock.nextStep(15 * MINUTE);
      expect(codeOf(await submit({ knownBrowser: 'laptop' }))).to.equal('ok');
    });

    it('uses no attempts of other browsers or of its IP address', async () => {
      await attempt(12, { knownBrowser: 'laptop', ip: '192.0.2.7' });
      expect(codeOf(await submit({ knownBrowser: 'phone', ip: '192.0.2.7' }))).to.equal('ok');
      expect(codeOf(await submit({ ip: '192.0.2.7' }))).to.equal('ok');
    });

    it('has its failures reset by its own success', async () => {
      const knownBrowser = 'laptop';
      await attempt(9, { knownBrowser });
      acceptedBy(await submit({ knownBrowser }));
      expect(await attempt(10, { knownBrowser })).to.deep.equal({ credentials_invalid: 10 });
    });
  });

  describe('a network address', () => {
    const ip = '2001:db8:1:2::7';
    const neighbour = '2001:db8:1:2:ffff::1';
    const spray = (times: number) =>
      together(times, (index) => wrong({ email: `somebody-${index}@acme.test`, ip }));

    it('is refused after 100 failures for as many accounts, its whole /64 with it, and nobody else [A28]', async () => {
      expect(tally((await spray(99)).map(codeOf))).to.deep.equal({ credentials_invalid: 99 });
      // A successful sign-in neither uses an attempt nor gives one back.
      for (let times = 0; times < 3; times += 1) expect(codeOf(await submit({ ip }))).to.equal('ok');
      expect(codeOf(await wrong({ email: 'nobody@acme.test', ip }))).to.equal('credentials_invalid');
      const retryAt = setting().clock.now() + 15 * MINUTE;
      expect(refusalOf(await submit({ ip }))).to.deep.equal({ code: 'too_many_attempts', retryAt });
      expect(codeOf(await submit({ ip: neighbour }))).to.equal('too_many_attempts');
      expect(codeOf(await submit({ ip: '2001:db8:1:3::7' }))).to.equal('ok');
      expect(codeOf(await submit({ ip, knownBrowser: 'laptop' }))).to.equal('ok');
      setting().clock.nextStep(15 * MINUTE);
      expect(codeOf(await submit({ ip }))).to.equal('ok');
    });

    it('is not counted for attempts during the lock of an account', async () => {
      const codes = (await together(110, () => wrong({ ip }))).map(codeOf);
      expect(tally(codes)).to.deep.equal({ credentials_invalid: 10, too_many_attempts: 100 });
      await inTurn(100, () => wrong({ ip }));
      await setting().person({ email: 'eve@acme.test' });
      expect(codeOf(await submit({ email: 'eve@acme.test', ip }))).to.equal('ok');
    });

    it('uses no attempt of an account while it is refused itself', async () => {
      await spray(100);
      for (let times = 0; times < 20; times += 1) {
        expect(codeOf(await submit({ ip }))).to.equal('too_many_attempts');
      }
      expect(await attempt(9)).to.deep.equal({ credentials_invalid: 9 });
      expect(codeOf(await submit())).to.equal('ok');
    });
  });
});
