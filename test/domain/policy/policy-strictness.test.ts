/** Whatever is made stricter, by a tenant, a client or the person's own doing, lets nobody through who was not before. */
import { expect } from 'chai';
import fc from 'fast-check';
import { METHOD_NAMES } from '../../../src/domain/methods/method.ts';
import { rank } from '../../../src/domain/policy/acr.ts';
import { decide, NO_DEMAND, type Situation } from '../../../src/domain/policy/policy.ts';
import { ENFORCEMENTS } from '../../../src/domain/tenant.ts';
import { anyDemand, anySituation, holds, openness, RUNS } from './any-situation.ts';
import { DAY, NOW } from './situations.ts';

/** That the second situation lets through no more than the first. */
function expectNoLooser(loose: Situation, strict: Situation): void {
  expect(openness(decide(strict))).to.be.at.most(openness(decide(loose)));
}

describe('decide: stricter is never looser', () => {
  it('a stricter enforcement', () => {
    holds((situation) => {
      const stages = ENFORCEMENTS.map((enforcement) => ({ ...situation, enforcement }));
      stages.slice(1).forEach((strict, index) => {
        expectNoLooser(stages[index] ?? strict, strict);
      });
    });
  });

  it('one more demand', () => {
    fc.assert(
      fc.property(anySituation, anyDemand, (situation, more) => {
        const { acrs, always, freshMs } = situation.demand;
        const demand = {
          acrs: acrs ? acrs.filter((acr) => more.acrs?.includes(acr) ?? true) : more.acrs,
          always: always || more.always,
          freshMs:
            freshMs === null || more.freshMs === null
              ? (freshMs ?? more.freshMs)
              : Math.min(freshMs, more.freshMs),
        };
        expectNoLooser(situation, { ...situation, demand });
        expectNoLooser({ ...situation, demand: NO_DEMAND }, situation);
      }),
      RUNS,
    );
  });

  it('one proof less', () => {
    holds((situation) => {
      situation.proofs.forEach((_, left) => {
        expectNoLooser(situation, {
          ...situation,
          proofs: situation.proofs.filter((_, index) => index !== left),
        });
      });
    });
  });

  it('one factor more, not given', () => {
    holds((situation) => {
      for (const method of METHOD_NAMES) {
        const factors = [...situation.factors, { id: 'added', method, accepted: true, isDefault: false }];
        // Trust ends with a change of factors.
        expectNoLooser(situation, { ...situation, factors, trustedBrowser: false });
      }
    });
  });

  it('a factor that is refused', () => {
    holds((situation) => {
      const factors = situation.factors.map((factor) => ({ ...factor, accepted: false }));
      expectNoLooser(situation, { ...situation, factors });
    });
  });

  it('one method less, allowed or built', () => {
    holds((situation) => {
      const { tenant, available } = situation;
      for (const gone of METHOD_NAMES) {
        const methods = tenant.methods.filter((method) => method !== gone);
        expectNoLooser(situation, { ...situation, tenant: { ...tenant, methods } });
        expectNoLooser(situation, { ...situation, available: available.filter((method) => method !== gone) });
      }
    });
  });

  it('less grace, or more of it gone', () => {
    holds((situation) => {
      const { tenant, graceStartedAt } = situation;
      expectNoLooser(situation, {
        ...situation,
        tenant: { ...tenant, graceDays: Math.min(tenant.graceDays, 1) },
      });
      expectNoLooser(situation, { ...situation, graceStartedAt: (graceStartedAt ?? NOW) - DAY });
    });
  });

  it('a later moment', () => {
    holds((situation) =>
      expectNoLooser(situation, {
        ...situation,
        graceStartedAt: situation.graceStartedAt ?? NOW,
        now: NOW + DAY,
      }),
    );
  });

  it('a browser that is not trusted; and trust changes nothing but what the tenant asks', () => {
    holds((given) => {
      const [trusted, plain] = [true, false].map((trustedBrowser) => decide({ ...given, trustedBrowser }));
      if (!trusted || !plain) throw new Error('two decisions');
      expect(openness(plain)).to.be.at.most(openness(trusted));
      const { demand, enforcement, factors, tenant } = given;
      const demanded = demand.always || demand.freshMs !== null || demand.acrs?.every((acr) => rank(acr) > 0);
      if (demanded || enforcement === 'off' || factors.length === 0 || !tenant.trustedDevices) {
        expect(trusted).to.deep.equal(plain);
      }
    });
  });
});
