/** A passkey at a sign-in: one of the account's own, for this sign-in, here, now and once (WebAuthn, 7.2). */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import { acrOf, amrOf } from '../../../src/domain/policy/assurance.ts';
import { NO_ASSURANCE_REQUESTED } from '../../../src/domain/policy/policy.ts';
import { nextLock, secondFactorSubject } from '../../../src/domain/sign-in/attempts.ts';
import { together } from '../../contracts/make-store.ts';
import type { Authenticator, AuthenticatorOptions, Twist } from '../../support/authenticator.ts';
import { authenticatorAt, PHISHING_RESISTANT, passkeyHolder } from '../enrolment/passkey-holder.ts';
import { acceptedBy, aTenant, codeOf, freshSetting, refusalOf, tally, typing, withTotp } from '../setting.ts';

const REFUSED = { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, passkey: 'refused' };
const UNVERIFIED = { ...REFUSED, passkey: 'unverified' };

describe('a passkey at a sign-in', () => {
  const setting = freshSetting({ tenants: [aTenant('acme', { methods: ['totp', 'passkey'] })] });
  const { setUp, stored, asked, requestOf, answer, verify } = passkeyHolder(setting);
  let account: Account;

  beforeEach(async () => {
    account = await setting().person();
  });

  async function holding(options: Partial<AuthenticatorOptions> = {}): Promise<Authenticator> {
    const authenticator = authenticatorAt(undefined, options);
    await setUp(account, authenticator);
    return authenticator;
  }

  /** Gives the lines of the audit log since the enrolment. */
  async function lines(): Promise<string[]> {
    return (await setting().events()).filter((line) => line.startsWith('second_factor.'));
  }

  it('is accepted, is phishing-resistant, and raises the counter', async () => {
    const laptop = await holding();
    const context = await asked(account);
    const { authentications, challenges } = acceptedBy(
      await verify(context, await answer(account, context, laptop)),
    );
    expect(acrOf(authentications)).to.equal('phr');
    expect(amrOf(authentications)).to.deep.equal(['pwd', 'hwk', 'user', 'mfa']);
    expect(challenges).to.deep.equal([]);
    const [passkey] = await stored(account);
    expect(passkey?.lastStep).to.equal(1);
    expect(authentications.at(-1)?.enrolmentId).to.equal(passkey?.id);
    expect(await lines()).to.deep.equal(['second_factor.accepted']);
  });

  it('counts as two factors only, without user verification', async () => {
    const key = await holding({ verifies: false, isBound: false });
    const context = await asked(account);
    const { authentications } = acceptedBy(await verify(context, await answer(account, context, key)));
    expect(acrOf(authentications)).to.equal('https://refeds.org/profile/mfa');
    expect(amrOf(authentications)).to.deep.equal(['pwd', 'swk', 'user', 'mfa']);
  });

  it('is a whole sign-in without the password, with user verification and where the tenant allows it', async () => {
    const laptop = await holding();
    const context = await asked(account);
    const { authentications } = acceptedBy(await verify(context, await answer(account, context, laptop)));
    const alone = authentications.filter(({ method }) => method === 'passkey');
    expect([acrOf(alone), amrOf(alone)]).to.deep.equal(['phr', ['hwk', 'user', 'mfa']]);
    expect((await setting().evaluated(account, { authentications: alone })).decision.kind).to.equal(
      'satisfied',
    );
    const present = alone.map((each) => ({ ...each, passkey: { userVerified: false, deviceBound: true } }));
    expect(acrOf(present)).to.equal('https://refeds.org/profile/sfa');
    expect((await setting().evaluated(account, { authentications: present })).decision).to.deep.equal({
      kind: 'password',
    });
  });

  it('is requested once, among those of this account only, and nothing is sent', async () => {
    await holding();
    const eve = await setting().person({ email: 'eve@acme.test' });
    await setUp(eve, authenticatorAt());
    const context = await asked(account);
    const policyResult = await setting().evaluated(account);
    expect(acceptedBy(await setting().secondFactor.ask(context, policyResult, 'passkey'))).to.deep.equal(
      context.transaction,
    );
    const { allowCredentials, userVerification } = await requestOf(account, context);
    expect(allowCredentials).to.have.lengthOf(1);
    expect(userVerification).to.equal('preferred');
    expect(await setting().outbox()).to.deep.equal([]);
    const [one, two] = await together(2, () => asked(account));
    expect(one?.transaction.challenges[0]?.digest).not.to.equal(two?.transaction.challenges[0]?.digest);
  });

  it('has one challenge when the form is sent twice', async () => {
    await holding();
    const context = await setting().atCode(account);
    const policyResult = await setting().evaluated(account);
    const both = await together(2, () => setting().secondFactor.ask(context, policyResult, 'passkey'));
    const [one, two] = both.map(acceptedBy);
    expect(one).to.deep.equal(two);
  });

  describe('is refused [A43]', () => {
    const wrong: readonly (readonly [string, Twist])[] = [
      ['another origin', { origin: 'http://localhost:3001' }],
      ['another site', { rpId: 'evil.example' }],
      ['nobody present', { present: false }],
      ['a challenge of somebody’s own', { challenge: 'b3duIGNoYWxsZW5nZQ' }],
    ];
    for (const [what, twist] of wrong) {
      it(what, async () => {
        const laptop = await holding();
        const context = await asked(account);
        expect(refusalOf(await verify(context, await answer(account, context, laptop, twist)))).to.deep.equal(
          REFUSED,
        );
        expect(await lines()).to.deep.equal(['second_factor.refused passkey_unproven']);
        acceptedBy(await verify(context, await answer(account, context, laptop)));
      });
    }

    it('as a replayed response, in this sign-in and in another', async () => {
      const laptop = await holding();
      const context = await asked(account);
      const recorded = await answer(account, context, laptop);
      const transaction = acceptedBy(await verify(context, recorded));
      expect(refusalOf(await verify(await asked(account), recorded))).to.deep.equal(REFUSED);
      // The same sign-in, when it is asked for a fresh factor later: nothing waits for an answer any more.
      const again = { ...context, transaction, requested: { ...NO_ASSURANCE_REQUESTED, freshMs: 1000 } };
      setting().clock.nextStep(5000);
      expect(refusalOf(await verify(again, recorded))).to.deep.equal({
        code: 'code_expired',
        passkey: 'expired',
      });
      expect(await lines()).to.deep.equal([
        'second_factor.accepted',
        'second_factor.refused passkey_unproven',
        'second_factor.refused passkey_expired',
      ]);
    });

    it('when it belongs to another account', async () => {
      await holding();
      const eve = await setting().person({ email: 'eve@acme.test' });
      const theirs = authenticatorAt();
      await setUp(eve, theirs);
      const context = await asked(account);
      expect(refusalOf(await verify(context, await answer(account, context, theirs)))).to.deep.equal(REFUSED);
      expect(await lines()).to.deep.equal(['second_factor.refused passkey_unknown']);
    });

    it('without user verification where it is required, with that reason', async () => {
      const laptop = await holding();
      const context = await asked(account, PHISHING_RESISTANT);
      expect((await requestOf(account, context)).userVerification).to.equal('required');
      const unverified = await answer(account, context, laptop, { verified: false });
      expect(refusalOf(await verify(context, unverified))).to.deep.equal(UNVERIFIED);
      expect(await lines()).to.deep.equal(['second_factor.refused passkey_unverified']);
      acceptedBy(await verify(context, await answer(account, context, laptop)));
    });

    it('when its counter does not rise, which means a copy', async () => {
      const laptop = await holding();
      for (const counter of [7, 7, 6, 0]) {
        const context = await asked(account);
        await verify(context, await answer(account, context, laptop, { counter }));
      }
      expect(await lines()).to.deep.equal([
        'second_factor.accepted',
        ...Array(3).fill('second_factor.refused passkey_counter_behind'),
      ]);
      expect((await stored(account))[0]?.lastStep).to.equal(7);
    });

    it('when it says that it is synced, and was enrolled as bound to its device [A43]', async () => {
      const laptop = await holding();
      const context = await asked(account);
      const changed = await answer(account, context, laptop, { isBound: false });
      expect(refusalOf(await verify(context, changed))).to.deep.equal(REFUSED);
      expect(await lines()).to.deep.equal(['second_factor.refused passkey_changed']);
    });

    it('when it is one of two copies with the same counter at once', async () => {
      const laptop = await holding();
      const sessions = await Promise.all([asked(account), asked(account)]);
      const answers = await Promise.all(
        sessions.map(async (context) => ({
          context,
          given: await answer(account, context, laptop, { counter: 5 }),
        })),
      );
      const outcomes = await Promise.all(answers.map(({ context, given }) => verify(context, given)));
      expect(tally(outcomes.map(codeOf))).to.deep.equal({ ok: 1, code_invalid: 1 });
    });

    it('when the response is malformed', async () => {
      await holding();
      const context = await asked(account);
      for (const typed of ['', '{}', '123456']) {
        expect(refusalOf(await verify(context, typed))).to.deep.equal(REFUSED);
      }
      expect(await lines()).to.deep.equal(Array(3).fill('second_factor.refused passkey_malformed'));
    });
  });

  it('is accepted with a counter that lags when it is synced, and the audit trail notes it [A43]', async () => {
    const phone = await holding({ isBound: false });
    for (const counter of [7, 7, 6, 8]) {
      const context = await asked(account);
      acceptedBy(await verify(context, await answer(account, context, phone, { counter })));
    }
    expect((await stored(account))[0]?.lastStep).to.equal(8);
    expect(tally(await lines())).to.deep.equal({
      'second_factor.accepted': 4,
      'second_factor.anomaly counter_behind': 2,
    });
  });

  it('is accepted repeatedly from authenticators without a counter', async () => {
    const phone = await holding({ counts: false });
    for (const _ of [1, 2, 3]) {
      const context = await asked(account);
      acceptedBy(await verify(context, await answer(account, context, phone)));
    }
    expect((await stored(account))[0]?.lastStep).to.equal(0);
  });

  it('is one authentication event when fifty forms are sent at once [A43]', async () => {
    const laptop = await holding();
    const context = await asked(account);
    const given = await answer(account, context, laptop);
    const authentications = (await together(50, () => verify(context, given))).map(
      (each) => acceptedBy(each).authentications,
    );
    expect(new Set(authentications.map((each) => JSON.stringify(each))).size).to.equal(1);
    expect(await lines()).to.deep.equal(['second_factor.accepted']);
  });

  it('is accepted while codes are locked, and its refusals lock nothing [D9]', async () => {
    account = await setting().person({ email: 'carol@acme.test', ...withTotp });
    const laptop = authenticatorAt();
    await setUp(account, laptop);
    const subject = secondFactorSubject(account.id);
    const { lockedUntil, level } = nextLock(0, setting().clock.now());
    await setting().stores.lockouts.lock(subject, lockedUntil, level, null);
    const context = await asked(account);
    expect(codeOf(await setting().secondFactor.verifyCode(context, 'totp', typing('000000')))).to.equal(
      'too_many_attempts',
    );
    for (let times = 0; times < 12; times += 1)
      expect(codeOf(await verify(context, '{}'))).to.equal('code_invalid');
    acceptedBy(await verify(context, await answer(account, context, laptop)));
    const after = await setting().stores.lockouts.read(subject);
    expect(after).to.deep.include({ lockedUntil, failures: {} });
  });

  it('is neither requested from nor accepted for an account without one [A105]', async () => {
    account = await setting().person({ email: 'carol@acme.test', ...withTotp });
    const context = await setting().atCode(account);
    const policyResult = await setting().evaluated(account);
    expect(codeOf(await setting().secondFactor.ask(context, policyResult, 'passkey'))).to.equal(
      'method_not_allowed',
    );
    expect(codeOf(await verify(context, '{}'))).to.equal('method_not_allowed');
    expect(setting().passkeys.request(context.transaction, policyResult, NO_ASSURANCE_REQUESTED)).to.equal(
      null,
    );
  });

  it('is required for the phishing-resistant level, and no code replaces it [A105]', async () => {
    account = await setting().person({ email: 'carol@acme.test', ...withTotp });
    const laptop = authenticatorAt();
    await setUp(account, laptop);
    const context = await asked(account, PHISHING_RESISTANT);
    const typed = typing(setting().code());
    expect(codeOf(await setting().secondFactor.verifyCode(context, 'totp', typed))).to.equal(
      'method_not_allowed',
    );
    acceptedBy(await verify(context, await answer(account, context, laptop)));
  });
});
