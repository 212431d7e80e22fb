/** What an ID token may say of a sign-in: the truth about what was proven. */
import { expect } from 'chai';
import fc from 'fast-check';
import { METHOD_NAMES, METHOD_TRAITS } from '../../../src/domain/methods/method.ts';
import { ACRS, isAcr, rank } from '../../../src/domain/policy/acr.ts';
import {
  acrOf,
  amrOf,
  type PasskeyUse,
  type Proof,
  withProof,
} from '../../../src/domain/policy/assurance.ts';

const [SFA, TWO_STEP, MFA, PHR] = ACRS;

/** A security key that knew its owner. */
const KEY: PasskeyUse = { userVerified: true, deviceBound: true };

function proofs(...methods: Proof['method'][]): Proof[] {
  return methods.map((method, index) => ({
    method,
    enrolmentId: method === 'pwd' ? null : method,
    at: index,
    ...(method === 'passkey' ? { passkey: KEY } : {}),
  }));
}

function passkeyUsed(use: Partial<PasskeyUse>): Proof[] {
  return [...proofs('pwd'), { method: 'passkey', enrolmentId: 'key', at: 1, passkey: { ...KEY, ...use } }];
}

const anyPasskeyUse = fc.option(fc.record({ userVerified: fc.boolean(), deviceBound: fc.boolean() }));

const anyProofs = fc
  .array(fc.tuple(fc.constantFrom('pwd' as const, ...METHOD_NAMES), anyPasskeyUse), { maxLength: 5 })
  .map((methods) =>
    methods.flatMap(([method, passkey], at) =>
      proofs(method).map((proof) => ({ ...proof, at, ...(passkey ? { passkey } : {}) })),
    ),
  );

describe('acrOf and amrOf', () => {
  const SIGN_INS: readonly (readonly [Proof['method'][], string, string[]])[] = [
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
  ];
  for (const [methods, acr, amr] of SIGN_INS) {
    it(`A76 says ${acr} and [${amr.join(' ')}] of ${methods.join(' and ') || 'nothing'}`, () => {
      expect(acrOf(proofs(...methods))).to.equal(acr);
      expect(amrOf(proofs(...methods))).to.deep.equal(amr);
    });
  }

  it('A76 says phr of a passkey that knew its owner, and mfa of one that was only there', () => {
    expect(acrOf(passkeyUsed({}))).to.equal(PHR);
    expect(acrOf(passkeyUsed({ userVerified: false }))).to.equal(MFA);
    expect(acrOf([...proofs('pwd'), { method: 'passkey', enrolmentId: 'key', at: 1 }])).to.equal(MFA);
  });

  it('A76 says hwk of a key that stays in its hardware, and swk of one that is kept in sync', () => {
    expect(amrOf(passkeyUsed({}))).to.deep.equal(['pwd', 'hwk', 'user', 'mfa']);
    expect(amrOf(passkeyUsed({ deviceBound: false }))).to.deep.equal(['pwd', 'swk', 'user', 'mfa']);
  });

  it('A76 says mfa from the level of two factors on, and below it never', () => {
    fc.assert(
      fc.property(anyProofs, (given) => {
        expect(amrOf(given).includes('mfa')).to.equal(rank(acrOf(given)) >= rank(MFA));
      }),
    );
  });

  it('A76 says otp of an authenticator app alone', () => {
    fc.assert(
      fc.property(anyProofs, (given) => {
        expect(amrOf(given).includes('otp')).to.equal(given.some(({ method }) => method === 'totp'));
      }),
    );
  });

  it('says each value once', () => {
    fc.assert(
      fc.property(anyProofs, (given) => {
        expect(new Set(amrOf(given)).size).to.equal(amrOf(given).length);
      }),
    );
  });

  it('reaches no lower level by one proof more', () => {
    fc.assert(
      fc.property(anyProofs, anyProofs, (given, more) => {
        expect(rank(acrOf([...given, ...more]))).to.be.at.least(rank(acrOf(given)));
      }),
    );
  });
});

describe('the levels', () => {
  it('are ranked from one factor to phishing-resistant', () => {
    expect([PHR, TWO_STEP, SFA, MFA].sort((a, b) => rank(a) - rank(b))).to.deep.equal([
      SFA,
      TWO_STEP,
      MFA,
      PHR,
    ]);
  });

  for (const unknown of ['', 'mfa', 'PHR', ` ${MFA}`, '__proto__', 'constructor']) {
    it(`do not include "${unknown}"`, () => expect(isAcr(unknown)).to.equal(false));
  }

  it('include each of their names', () => expect(ACRS.every(isAcr)).to.equal(true));

  it('are more than one factor with every method', () => {
    for (const name of METHOD_NAMES) expect(rank(METHOD_TRAITS[name].acr)).to.be.above(rank(SFA));
  });
});

describe('withProof', () => {
  it('A76 says of one proof more what all of them would say', () => {
    fc.assert(
      fc.property(anyProofs, anyProofs, (before, more) => {
        const kept = more.reduce<readonly Proof[]>(withProof, before);
        const all = [...before, ...more];
        expect(acrOf(kept)).to.equal(acrOf(all));
        expect(amrOf(kept)).to.have.members(amrOf(all));
        for (const proof of more) expect(kept.filter(({ at }) => at >= proof.at)).not.to.deep.equal([]);
      }),
    );
  });

  it('A100 keeps the newest of each factor, and what was proven better before', () => {
    const [password, older] = proofs('pwd', 'totp');
    const newer = { method: 'totp', enrolmentId: 'totp', at: 9 } as const;
    const other = { ...newer, enrolmentId: 'totp of another phone' };
    const known = [password, older].flatMap((proof) => proof ?? []);
    expect(withProof(known, newer)).to.deep.equal([password, newer]);
    expect(withProof(known, other)).to.deep.equal([password, older, other]);
    const verified = passkeyUsed({});
    const [, present] = passkeyUsed({ userVerified: false });
    expect(present && withProof(verified, present)).to.deep.equal([...verified, present]);
  });
});
