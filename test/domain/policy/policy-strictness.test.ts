/** A stricter setting of a tenant, a client or a person never admits somebody whom the policy refused before. */
import { expect } from 'chai';
import fc from 'fast-check';
import { METHOD_NAMES } from '../../../src/domain/methods/method.ts';
import { rank } from '../../../src/domain/policy/acr.ts';
import { decide, NO_ASSURANCE_REQUESTED, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import { ENFORCEMENTS, MINIMUMS } from '../../../src/domain/tenant.ts';
import { anyRequestedAssurance, anySituation, holds, openness, RUNS } from './any-policy-input.ts';
import { DAY, NOW } from './policy-inputs.ts';

/** That the second situation lets through no more than the first. */
function expectNoLooser(loose: PolicyInput, strict: PolicyInput): void {
  expect(openness(decide(strict))).to.be.at.most(openness(decide(loose)));
}

describe('evaluatePolicy admits nobody further', () => {
  it('for a stricter enforcement', () => {
    holds((policyInput) => {
      const stages = ENFORCEMENTS.map((enforcement) => ({ ...policyInput, enforcement }));
      stages.slice(1).forEach((strict, index) => {
        expectNoLooser(stages[index] ?? strict, strict);
      });
    });
  });

  it('for a higher minimum [2.1 B.2]', () => {
    holds((policyInput) => {
      const stages = MINIMUMS.map((minimum) => ({ ...policyInput, minimum }));
      stages.slice(1).forEach((strict, index) => {
        expectNoLooser(stages[index] ?? strict, strict);
      });
    });
  });

  it('for one more requested assurance', () => {
    fc.assert(
      fc.property(anySituation, anyRequestedAssurance, (policyInput, more) => {
        const { acrs, always, freshMs } = policyInput.requested;
        const requested = {
          acrs: acrs ? acrs.filter((acr) => more.acrs?.includes(acr) ?? true) : more.acrs,
          always: always || more.always,
          freshMs:
            freshMs === null || more.freshMs === null
              ? (freshMs ?? more.freshMs)
              : Math.min(freshMs, more.freshMs),
        };
        expectNoLooser(policyInput, { ...policyInput, requested });
        expectNoLooser({ ...policyInput, requested: NO_ASSURANCE_REQUESTED }, policyInput);
      }),
      RUNS,
    );
  });

  it('for one authentication less', () => {
    holds((policyInput) => {
      policyInput.authentications.forEach((_, left) => {
        expectNoLooser(policyInput, {
          ...policyInput,
          authentications: policyInput.authentications.filter((_, index) => index !== left),
        });
      });
    });
  });

  it('for one more enrolled factor that was not used', () => {
    holds((policyInput) => {
      for (const method of METHOD_NAMES) {
        const factors = [...policyInput.factors, { id: 'added', method, accepted: true, isDefault: false }];
        // Trust ends with a change of factors.
        expectNoLooser(policyInput, { ...policyInput, factors, trustedBrowser: false });
      }
    });
  });

  it('for a refused factor', () => {
    holds((policyInput) => {
      const factors = policyInput.factors.map((factor) => ({ ...factor, accepted: false }));
      expectNoLooser(policyInput, { ...policyInput, factors });
    });
  });

  it('for one allowed or built method less', () => {
    holds((policyInput) => {
      const { tenant, available } = policyInput;
      for (const gone of METHOD_NAMES) {
        const methods = tenant.methods.filter((method) => method !== gone);
        expectNoLooser(policyInput, { ...policyInput, tenant: { ...tenant, methods } });
        expectNoLooser(policyInput, {
          ...policyInput,
          available: available.filter((method) => method !== gone),
        });
      }
    });
  });

  it('where a passkey alone is no sign-in', () => {
    holds((policyInput) => {
      const tenant = { ...policyInput.tenant, passkeySignIn: false };
      expectNoLooser(policyInput, { ...policyInput, tenant });
    });
  });

  it('for a shorter grace period, or an older one', () => {
    holds((policyInput) => {
      const { tenant, graceStarts } = policyInput;
      expectNoLooser(policyInput, {
        ...policyInput,
        tenant: { ...tenant, graceDays: Math.min(tenant.graceDays, 1) },
      });
      for (const minimum of MINIMUMS) {
        const older = { ...graceStarts, [minimum]: (graceStarts[minimum] ?? NOW) - DAY };
        expectNoLooser(policyInput, { ...policyInput, graceStarts: older });
      }
    });
  });

  it('at a later time', () => {
    holds((policyInput) =>
      expectNoLooser(policyInput, {
        ...policyInput,
        graceStarts: { any: NOW, mfa: NOW, phr: NOW, ...policyInput.graceStarts },
        now: NOW + DAY,
      }),
    );
  });

  it('for an untrusted browser, and trust satisfies only the tenant’s own rule', () => {
    holds((given) => {
      const [trusted, plain] = [true, false].map((trustedBrowser) => decide({ ...given, trustedBrowser }));
      if (!trusted || !plain) throw new Error('two decisions');
      expect(openness(plain)).to.be.at.most(openness(trusted));
      const { requested, enforcement, factors, tenant } = given;
      const isRequested =
        requested.always || requested.freshMs !== null || requested.acrs?.every((acr) => rank(acr) > 0);
      if (isRequested || enforcement === 'off' || factors.length === 0 || !tenant.trustedDevices) {
        expect(trusted).to.deep.equal(plain);
      }
    });
  });
});
