/** The `acr` and `amr` of an ID token name only the authentications that took place. */
import { expect } from 'chai';
import fc from 'fast-check';
import { traitsOf } from '../../../src/domain/methods/index.ts';
import { METHOD_NAMES } from '../../../src/domain/methods/method.ts';
import type { PasskeyUse } from '../../../src/domain/methods/webauthn.ts';
import { ACRS, isAcr, rank } from '../../../src/domain/policy/acr.ts';
import {
  type AuthenticationEvent,
  acrOf,
  amrOf,
  withAuthentication,
} from '../../../src/domain/policy/assurance.ts';

const [SFA, TWO_STEP, MFA, PHR] = ACRS;

/** A security key that knew its owner. */
const KEY: PasskeyUse = { userVerified: true, deviceBound: true };

function authentications(...methods: AuthenticationEvent['method'][]): AuthenticationEvent[] {
  return methods.map((method, index) => ({
    method,
    enrolmentId: method === 'pwd' ? null : method,
    atMs: index,
    ...(method === 'passkey' ? { passkey: KEY } : {}),
  }));
}

function passkeyUsed(use: Partial<PasskeyUse>): AuthenticationEvent[] {
  return [
    ...authentications('pwd'),
    { method: 'passkey', enrolmentId: 'key', atMs: 1, passkey: { ...KEY, ...use } },
  ];
}

const anyPasskeyUse = fc.option(fc.record({ userVerified: fc.boolean(), deviceBound: fc.boolean() }));

const anyAuthentications = fc
  .array(fc.tuple(fc.constantFrom('pwd' as const, ...METHOD_NAMES), anyPasskeyUse), { maxLength: 5 })
  .map((methods) =>
    methods.flatMap(([method, passkey], atMs) =>
      authentications(method).map((authentication) => ({
        ...authentication,
        atMs,
        ...(passkey ? { passkey } : {}),
      })),
    ),
  );

describe('acrOf and amrOf', () => {
  const SIGN_INS: readonly (readonly [AuthenticationEvent['method'][], string, string[]])[] = [
    [[], SFA, []],
    [['pwd'], SFA, ['pwd']],
    [['pwd', 'totp'], MFA, ['pwd', 'otp', 'mfa']],
    [['pwd', 'sms'], MFA, ['pwd', 'sms', 'mfa']],
    [['pwd', 'email'], TWO_STEP, ['pwd', 'email']],
    [['pwd', 'app'], MFA, ['pwd', 'mca', 'mfa']],
    [['pwd', 'passkey'], PHR, ['pwd', 'hwk', 'user', 'mfa']],
    [['pwd', 'recovery'], MFA, ['pwd', 'recovery', 'mfa']],
    [['pwd', 'email', 'totp'], MFA, ['pwd', 'email', 'otp', 'mfa']],
    [['pwd', 'passkey', 'email'], PHR, ['pwd', 'hwk', 'user', 'email', 'mfa']],
    [['pwd', 'totp', 'totp'], MFA, ['pwd', 'otp', 'mfa']],
    [['totp'], SFA, ['otp']],
    [['email', 'totp'], SFA, ['email', 'otp']],
    [['passkey'], PHR, ['hwk', 'user', 'mfa']],
    [['totp', 'passkey'], PHR, ['otp', 'hwk', 'user', 'mfa']],
  ];
  for (const [methods, acr, amr] of SIGN_INS) {
    it(`report ${acr} and [${amr.join(' ')}] for ${methods.join(' and ') || 'nothing'} [A76]`, () => {
      expect(acrOf(authentications(...methods))).to.equal(acr);
      expect(amrOf(authentications(...methods))).to.deep.equal(amr);
    });
  }

  it('report phr for a passkey with user verification, and mfa for one without [A76]', () => {
    expect(acrOf(passkeyUsed({}))).to.equal(PHR);
    expect(acrOf(passkeyUsed({ userVerified: false }))).to.equal(MFA);
    expect(acrOf([...authentications('pwd'), { method: 'passkey', enrolmentId: 'key', atMs: 1 }])).to.equal(
      MFA,
    );
  });

  it('report hwk for a hardware-bound key, and swk for a synced one [A76]', () => {
    expect(amrOf(passkeyUsed({}))).to.deep.equal(['pwd', 'hwk', 'user', 'mfa']);
    expect(amrOf(passkeyUsed({ deviceBound: false }))).to.deep.equal(['pwd', 'swk', 'user', 'mfa']);
  });

  it('report mfa from the level of two factors on only [A76]', () => {
    fc.assert(
      fc.property(anyAuthentications, (given) => {
        expect(amrOf(given).includes('mfa')).to.equal(rank(acrOf(given)) >= rank(MFA));
      }),
    );
  });

  it('report otp for an authenticator app alone [A76]', () => {
    fc.assert(
      fc.property(anyAuthentications, (given) => {
        expect(amrOf(given).includes('otp')).to.equal(given.some(({ method }) => method === 'totp'));
      }),
    );
  });

  it('report each value once', () => {
    fc.assert(
      fc.property(anyAuthentications, (given) => {
        expect(new Set(amrOf(given)).size).to.equal(amrOf(given).length);
      }),
    );
  });

  it('report no lower level after another authentication', () => {
    fc.assert(
      fc.property(anyAuthentications, anyAuthentications, (given, more) => {
        expect(rank(acrOf([...given, ...more]))).to.be.at.least(rank(acrOf(given)));
      }),
    );
  });
});

describe('the assurance levels', () => {
  it('are ranked from one factor to phishing-resistant', () => {
    expect([PHR, TWO_STEP, SFA, MFA].sort((a, b) => rank(a) - rank(b))).to.deep.equal([
      SFA,
      TWO_STEP,
      MFA,
      PHR,
    ]);
  });

  for (const unknown of ['', 'mfa', 'PHR', ` ${MFA}`, '__proto__', 'constructor']) {
    it(`do not know "${unknown}"`, () => expect(isAcr(unknown)).to.equal(false));
  }

  it('know each of their names', () => expect(ACRS.every(isAcr)).to.equal(true));

  it('are above one factor with every method', () => {
    for (const name of METHOD_NAMES) expect(rank(traitsOf(name)?.acr ?? SFA)).to.be.above(rank(SFA));
  });
});

describe('withAuthentication', () => {
  it('gives the same after another authentication as all of them together [A76]', () => {
    fc.assert(
      fc.property(anyAuthentications, anyAuthentications, (before, more) => {
        const kept = more.reduce<readonly AuthenticationEvent[]>(withAuthentication, before);
        const all = [...before, ...more];
        expect(acrOf(kept)).to.equal(acrOf(all));
        expect(amrOf(kept)).to.have.members(amrOf(all));
        for (const authentication of more)
          expect(kept.filter(({ atMs }) => atMs >= authentication.atMs)).not.to.deep.equal([]);
      }),
    );
  });

  it('keeps the newest authentication of each factor, and an earlier stronger one [A100]', () => {
    const [password, older] = authentications('pwd', 'totp');
    const newer = { method: 'totp', enrolmentId: 'totp', atMs: 9 } as const;
    const other = { ...newer, enrolmentId: 'totp of another phone' };
    const known = [password, older].flatMap((authentication) => authentication ?? []);
    expect(withAuthentication(known, newer)).to.deep.equal([password, newer]);
    expect(withAuthentication(known, other)).to.deep.equal([password, older, other]);
    const verified = passkeyUsed({});
    const [, present] = passkeyUsed({ userVerified: false });
    expect(present && withAuthentication(verified, present)).to.deep.equal([...verified, present]);
  });
});
