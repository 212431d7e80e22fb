/** An authenticator app's codes: which are accepted, which are refused, and that nothing typed or stored is a fault. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { Candidate } from '../../../src/domain/methods/contract.ts';
import { createTotp, type TotpMatch } from '../../../src/domain/methods/totp.ts';
import { totpCode } from '../../support/totp.ts';

/** "12345678901234567890" in base32: RFC 6238, appendix B. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const OTHER = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** The beginning of a step, in milliseconds. */
const NOW = 1_750_000_020_000;
const PERIOD = 30_000;
const STEP = NOW / PERIOD;

const SETTINGS = { issuer: 'Doublelock', digits: 6, periodSeconds: 30, driftSteps: 1 };
const totp = createTotp(SETTINGS);

const phone = (changes: Partial<Candidate> = {}): Candidate => ({
  id: 'phone',
  secret: SECRET,
  lastStep: null,
  ...changes,
});

/** The code that the phone shows so many steps from now. */
const codeAt = (steps: number, secret = SECRET) => totpCode(secret, NOW + steps * PERIOD);
const accepted = (steps: number, enrolmentId = 'phone'): TotpMatch => ({
  kind: 'accepted',
  enrolmentId,
  step: STEP + steps,
});
const used = (steps: number): TotpMatch => ({ kind: 'used', enrolmentId: 'phone', step: STEP + steps });
const WRONG: TotpMatch = { kind: 'wrong' };

describe('totp: the codes of RFC 6238, appendix B', () => {
  for (const [seconds, code] of [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const) {
    it(`accepts ${code} at ${seconds} s, and its last digits where codes are shorter`, () => {
      const step = Math.floor(seconds / 30);
      for (const digits of [8, 7, 6]) {
        const method = createTotp({ ...SETTINGS, digits });
        const verdict = method.check([phone()], code.slice(-digits), seconds * 1000);
        expect(verdict, `${digits} digits`).to.deep.equal({ kind: 'accepted', enrolmentId: 'phone', step });
      }
    });
  }

  it('refuses a code whose length differs from the enrolled one', () => {
    expect(createTotp({ ...SETTINGS, digits: 8 }).check([phone()], '287082', 59_000)).to.deep.equal(WRONG);
    expect(createTotp({ ...SETTINGS, digits: 6 }).check([phone()], '94287082', 59_000)).to.deep.equal(WRONG);
  });

  it('supports another period, drift included', () => {
    const slow = createTotp({ ...SETTINGS, periodSeconds: 60 });
    const kinds = [-2, -1, 0, 1, 2].map((steps) => {
      const code = totpCode(SECRET, NOW + steps * 60_000, { periodSeconds: 60 });
      return slow.check([phone()], code, NOW).kind;
    });
    expect(kinds).to.deep.equal(['near', 'accepted', 'accepted', 'accepted', 'near']);
  });
});

describe('totp: when a code is accepted', () => {
  for (const steps of [-1, 0, 1]) {
    it(`accepts the code ${steps} steps away [A35]`, () => {
      expect(totp.check([phone()], codeAt(steps), NOW)).to.deep.equal(accepted(steps));
    });
  }

  it('accepts a code at every second of its step [A35]', () => {
    for (const ms of [0, 1, 29_999]) {
      expect(totp.check([phone()], codeAt(-1), NOW + ms)).to.deep.equal(accepted(-1));
      expect(totp.check([phone()], codeAt(1), NOW + ms)).to.deep.equal(accepted(1));
      expect(totp.check([phone()], codeAt(-2), NOW + ms).kind).to.equal('near');
      expect(totp.check([phone()], codeAt(2), NOW + ms).kind).to.equal('near');
    }
  });

  it('accepts the code of the present step only where no drift is allowed [A35]', () => {
    const strict = createTotp({ ...SETTINGS, driftSteps: 0 });
    expect(strict.check([phone()], codeAt(0), NOW)).to.deep.equal(accepted(0));
    expect(strict.check([phone()], codeAt(1), NOW).kind).to.equal('near');
    expect(strict.check([phone()], codeAt(-1), NOW).kind).to.equal('near');
  });

  for (const [steps, seconds] of [
    [2, 60],
    [-2, -60],
    [10, 300],
    [-10, -300],
  ] as const) {
    it(`reports a clock that is ${seconds} s off, and refuses its code [3.8]`, () => {
      const verdict = totp.check([phone()], codeAt(steps), NOW);
      expect(verdict).to.deep.equal({
        kind: 'near',
        enrolmentId: 'phone',
        step: STEP + steps,
        offSeconds: seconds,
      });
    });
  }

  it('reports no drift for a code further away [3.8]', () => {
    expect(totp.check([phone()], codeAt(11), NOW)).to.deep.equal(WRONG);
    expect(totp.check([phone()], codeAt(-11), NOW)).to.deep.equal(WRONG);
  });
});

describe('totp: a used code', () => {
  it('is refused again in the newest accepted step [A32]', () => {
    expect(totp.check([phone({ lastStep: STEP })], codeAt(0), NOW)).to.deep.equal(used(0));
  });

  it('is used in every older step within tolerance [A34]', () => {
    expect(totp.check([phone({ lastStep: STEP })], codeAt(-1), NOW)).to.deep.equal(used(-1));
    expect(totp.check([phone({ lastStep: STEP + 1 })], codeAt(0), NOW)).to.deep.equal(used(0));
  });

  it('leaves the next step valid [A34]', () => {
    expect(totp.check([phone({ lastStep: STEP })], codeAt(1), NOW)).to.deep.equal(accepted(1));
    expect(totp.check([phone({ lastStep: STEP - 1 })], codeAt(0), NOW)).to.deep.equal(accepted(0));
  });

  it('may be that of the very first step', () => {
    expect(totp.check([phone()], totpCode(SECRET, 0), 0)).to.deep.equal({
      kind: 'accepted',
      enrolmentId: 'phone',
      step: 0,
    });
  });
});

describe('totp: several phones of one account', () => {
  const tablet: Candidate = { id: 'tablet', secret: OTHER, lastStep: null };

  it('accepts the code of either, and names the phone', () => {
    expect(totp.check([phone(), tablet], codeAt(0), NOW)).to.deep.equal(accepted(0));
    expect(totp.check([phone(), tablet], codeAt(0, OTHER), NOW)).to.deep.equal(accepted(0, 'tablet'));
  });

  it('keeps the used steps of each phone apart [A32]', () => {
    const burnt = phone({ lastStep: STEP });
    expect(totp.check([burnt, tablet], codeAt(0), NOW)).to.deep.equal(used(0));
    expect(totp.check([burnt, tablet], codeAt(0, OTHER), NOW)).to.deep.equal(accepted(0, 'tablet'));
  });

  it('names the phone whose clock is off [3.8]', () => {
    const verdict = totp.check([phone(), tablet], codeAt(3, OTHER), NOW);
    expect(verdict).to.deep.equal({ kind: 'near', enrolmentId: 'tablet', step: STEP + 3, offSeconds: 90 });
  });

  it('accepts a code although the secret of another phone is lost', () => {
    expect(totp.check([phone({ secret: null }), tablet], codeAt(0, OTHER), NOW)).to.deep.equal(
      accepted(0, 'tablet'),
    );
    expect(totp.check([phone({ secret: '!' }), tablet], codeAt(0, OTHER), NOW)).to.deep.equal(
      accepted(0, 'tablet'),
    );
  });

  it('refuses every code where no phone is enrolled', () => {
    expect(totp.check([], codeAt(0), NOW)).to.deep.equal(WRONG);
  });
});

describe('totp: codes of a wrong shape', () => {
  const right = codeAt(0);

  for (const code of [
    '',
    right.slice(1),
    `${right}0`,
    right + right,
    `${right}\u0000`,
    ` ${right}`,
    '__proto__',
  ]) {
    it(`refuses ${JSON.stringify(code.replaceAll(/\d/g, '0'))} [A26]`, () =>
      expect(totp.check([phone()], code, NOW)).to.deep.equal(WRONG));
  }

  it('never throws [A26]', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const verdict = totp.check([phone()], text, NOW);
        if (!/^[0-9]{6}$/.test(text)) expect(verdict).to.deep.equal(WRONG);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('totp: stored values', () => {
  for (const secret of [
    '',
    'A',
    'AAAA',
    '0189',
    'not base32',
    'GEZDGNBV=======',
    '\u0000',
    'A'.repeat(100_000),
  ]) {
    it(`refuses every code for a secret such as ${JSON.stringify(secret.slice(0, 20))}, without an exception`, () => {
      expect(totp.check([phone({ secret })], '123456', NOW)).to.deep.equal(WRONG);
    });
  }

  it('throws for no secret, step or time', () => {
    const step = fc.option(fc.oneof(fc.integer(), fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.NaN)));
    const secret = fc.option(fc.oneof(fc.string(), fc.stringMatching(/^[A-Z2-7]{0,64}$/)));
    fc.assert(
      fc.property(secret, step, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (stored, lastStep, now) => {
        const verdict = totp.check([phone({ secret: stored, lastStep })], '123456', now);
        expect(verdict.kind).to.be.oneOf(['wrong', 'near', 'used', 'accepted']);
      }),
    );
  });
});
