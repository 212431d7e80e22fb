/** When the current password is asked for, and which links for reports a change of the password leaves valid. */
import { expect } from 'chai';
import type { Account } from '../../../src/domain/account.ts';
import type { AuthenticationEvent } from '../../../src/domain/policy/assurance.ts';
import { createPasswordChange } from '../../../src/use-cases/account/passwords/change-password.ts';
import { createSparedReports } from '../../../src/use-cases/account/spared-reports.ts';
import type { Visit } from '../../../src/use-cases/account/visit.ts';
import { anAccount, MINUTE, NOW } from '../../contracts/examples.ts';
import { freshSetting } from '../setting.ts';

const clock = { now: () => NOW };

describe('the current password', () => {
  const never = () => Promise.reject(new Error('is not called'));
  const { needsCurrent } = createPasswordChange({
    passwords: { check: never, hash: never },
    passwordAttempts: { lockoutOf: never, compare: never },
    setPassword: never,
    events: { append: never },
    clock,
  });

  const PWD: AuthenticationEvent = { method: 'pwd', enrolmentId: null, atMs: NOW };
  const passkey = (atMs: number, userVerified: boolean): AuthenticationEvent => ({
    method: 'passkey',
    enrolmentId: 'enrolment-1',
    atMs,
    passkey: { userVerified, deviceBound: true },
  });

  function isAsked(authentications: readonly AuthenticationEvent[], account: Partial<Account> = {}): boolean {
    const visit = {
      record: { authentications },
      policyResult: { account: anAccount({ passwordHash: 'a hash', ...account }) },
    };
    return needsCurrent(visit as unknown as Visit);
  }

  it('is asked for after a password and a code, and not where the account has none', () => {
    const code = { method: 'totp', enrolmentId: 'enrolment-1', atMs: NOW } as const;
    expect(isAsked([PWD, code])).to.equal(true);
    expect(isAsked([PWD, code], { passwordHash: null })).to.equal(false);
  });

  it('is not asked for within five minutes of a passkey that verified its person', () => {
    expect(isAsked([passkey(NOW - 5 * MINUTE, true)])).to.equal(false);
    expect(isAsked([passkey(NOW - 5 * MINUTE - 1, true)])).to.equal(true);
    expect(isAsked([PWD, passkey(NOW, false)])).to.equal(true);
  });
});

describe('a link for a report', () => {
  const setting = freshSetting();
  const reports = () => createSparedReports({ onceKeys: setting().stores.onceKeys, clock });

  it('outlives changes of the password in a row, and no other ending [A48]', async () => {
    const { spare, isOutdated } = reports();
    const at = (endsBefore: number) => anAccount({ endsBefore, frozenAt: null });
    await spare('account-1', { before: 500, at: 1000 });
    await spare('account-1', { before: 1000, at: 2000 });
    expect(await isOutdated(500, at(2000))).to.equal(false);
    expect(await isOutdated(1500, at(2000))).to.equal(false);
    // From before an ending that was no change of the password.
    expect(await isOutdated(499, at(2000))).to.equal(true);
    // A report has ended everything since.
    expect(await isOutdated(1500, at(3000))).to.equal(true);
    expect(await isOutdated(3000, at(3000))).to.equal(false);
  });
});
