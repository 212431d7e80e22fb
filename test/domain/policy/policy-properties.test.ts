/** What holds of the policy whatever the situation: thousands of them, made at random. */
import { expect } from 'chai';
import fc from 'fast-check';
import { METHOD_NAMES } from '../../../src/domain/methods/method.ts';
import { rank } from '../../../src/domain/policy/acr.ts';
import { acrOf } from '../../../src/domain/policy/assurance.ts';
import { type Decision, decide, type Situation } from '../../../src/domain/policy/policy.ts';
import { methodsOnOffer } from '../../../src/domain/tenant.ts';
import { anySituation, holds, openness, RUNS } from './any-situation.ts';
import { DAY, NOW, proofBy } from './situations.ts';

/** The proofs that count for something: by a factor that is set up. */
function factorProofs({ proofs, factors }: Situation) {
  return proofs.filter(({ enrolmentId }) => factors.some(({ id }) => id === enrolmentId));
}

function freshest(situation: Situation): number {
  return Math.max(...factorProofs(situation).map(({ at }) => at));
}

describe('decide: in every situation', () => {
  it('comes to the same decision twice, and changes nothing of what it was given', () => {
    holds((situation) => {
      const before = structuredClone(situation);
      const decision = decide(situation);
      expect(situation).to.deep.equal(before);
      expect(decide(before)).to.deep.equal(decision);
    });
  });

  it('reaches every kind of decision: the situations are varied enough', () => {
    const seen = new Set<string>();
    holds((situation) => {
      const decision = decide(situation);
      const more = decision.kind === 'refuse' ? decision.reason : openness(decision);
      seen.add(`${decision.kind} ${more} ${decision.kind === 'satisfied' && decision.onGrace}`);
    });
    expect([...seen].sort()).to.deep.equal([
      'password 0 false',
      'prove 0 false',
      'refuse no_usable_factor false',
      'refuse unmet_authentication_requirements false',
      'satisfied 2 false',
      'satisfied 2 true',
      'set-up 0 false',
      'set-up 1 false',
    ]);
  });

  it('goes no further without the password', () => {
    holds((situation) => {
      const proofs = situation.proofs.filter(({ method }) => method !== 'pwd');
      expect(decide({ ...situation, proofs })).to.deep.equal({ kind: 'password' });
    });
  });

  it('asks by methods that are set up, accepted, allowed and built', () => {
    holds((situation) => {
      const decision = decide(situation);
      if (decision.kind !== 'prove') return;
      const { enforcement, tenant, role, factors, available } = situation;
      const allowed =
        enforcement === 'off' ? METHOD_NAMES : methodsOnOffer(enforcement, tenant.methods, role);
      expect(decision.methods).not.to.be.empty;
      for (const method of decision.methods) {
        expect(factors.some((factor) => factor.method === method && factor.accepted)).to.equal(true);
        expect(available).to.include(method);
        expect([...allowed, 'recovery']).to.include(method);
      }
      const [first, ...others] = decision.methods.filter((method) => method !== 'recovery');
      if (decision.preferred !== null) expect(decision.methods).to.include(decision.preferred);
      else expect([first, ...others]).to.have.length.above(1);
    });
  });

  it('sets up what is on offer and built, and gives the level asked for', () => {
    holds((situation) => {
      const decision = decide(situation);
      if (decision.kind !== 'set-up') return;
      const { enforcement, tenant, role, available, demand, proofs } = situation;
      expect(decision.methods).not.to.be.empty;
      for (const method of decision.methods) {
        expect(methodsOnOffer(enforcement, tenant.methods, role)).to.include(method);
        expect(available).to.include(method);
        const reached = acrOf([...proofs, proofBy(method, 'new', NOW)]);
        if (demand.acrs) expect(rank(reached)).to.be.at.least(Math.min(...demand.acrs.map(rank)));
      }
    });
  });

  it('A47 sets up nothing beside a factor that was not given, or not lately enough', () => {
    holds((situation) => {
      if (decide(situation).kind !== 'set-up' || situation.factors.length === 0) return;
      const oldest =
        situation.demand.freshMs === null ? Number.NEGATIVE_INFINITY : NOW - situation.demand.freshMs;
      expect(freshest(situation)).to.be.at.least(oldest);
    });
  });

  it('ends: whoever gives what is asked is let in or refused, in four steps at most', () => {
    fc.assert(
      fc.property(anySituation, fc.nat(), (start, choice) => {
        let situation: Situation = { ...start, occasion: 'sign-in' };
        for (let step = 0; step <= 4; step += 1) {
          const decision = decide(situation);
          if (decision.kind === 'satisfied' || decision.kind === 'refuse') return;
          situation = doAsTold(situation, decision, choice, `new-${step}`);
        }
        expect.fail(`no end: ${JSON.stringify(decide(situation))}`);
      }),
      RUNS,
    );
  });
});

/** The situation after the person has done what a decision asks. */
function doAsTold(situation: Situation, decision: Decision, choice: number, newId: string): Situation {
  const { proofs, factors, now } = situation;
  if (decision.kind === 'password') {
    return { ...situation, proofs: [...proofs, { method: 'pwd', enrolmentId: null, at: now }] };
  }
  if (decision.kind !== 'prove' && decision.kind !== 'set-up') return situation;
  const method = decision.methods[choice % decision.methods.length];
  if (method === undefined) throw new Error('nothing to choose from');
  const existing = factors.find((factor) => factor.method === method && factor.accepted);
  const enrolmentId = decision.kind === 'prove' ? (existing?.id ?? null) : newId;
  const added = { id: newId, method, accepted: true, isDefault: false };
  return {
    ...situation,
    factors: decision.kind === 'set-up' ? [...factors, added] : factors,
    proofs: [...proofs, proofBy(method, enrolmentId, now)],
  };
}

describe('decide: what it means to be satisfied', () => {
  function whenSatisfied(property: (situation: Situation, onGrace: boolean) => void): void {
    holds((situation) => {
      const decision = decide(situation);
      if (decision.kind === 'satisfied') property(situation, decision.onGrace);
    });
  }

  it('the level that was asked for is reached', () => {
    whenSatisfied(({ proofs, demand }) => {
      if (demand.acrs) expect(rank(acrOf(proofs))).to.be.at.least(Math.min(...demand.acrs.map(rank)));
    });
  });

  it('a client that takes nobody without a second factor gets nobody without one', () => {
    whenSatisfied((situation) => {
      if (situation.demand.always) expect(factorProofs(situation)).not.to.be.empty;
    });
  });

  it('the newest factor is as fresh as demanded, or the password where none is set up', () => {
    whenSatisfied((situation) => {
      const { demand, factors, proofs } = situation;
      if (demand.freshMs === null) return;
      const newest = factors.length > 0 ? freshest(situation) : Math.max(...proofs.map(({ at }) => at));
      expect(newest).to.be.at.least(NOW - demand.freshMs);
    });
  });

  it('who has a factor set up has given one, or comes with a trusted browser, where the tenant asks', () => {
    whenSatisfied((situation) => {
      const { enforcement, factors, trustedBrowser, tenant } = situation;
      const passed = factorProofs(situation).length > 0 || (trustedBrowser && tenant.trustedDevices);
      if (enforcement !== 'off' && factors.length > 0) expect(passed).to.equal(true);
    });
  });

  it('who has none where one is required is within grace', () => {
    whenSatisfied(({ enforcement, factors, tenant, graceStartedAt, occasion }, onGrace) => {
      expect(onGrace).to.equal(enforcement === 'required' && factors.length === 0);
      if (!onGrace) return;
      expect((graceStartedAt ?? NOW) + tenant.graceDays * DAY).to.be.above(NOW);
      expect(occasion).not.to.equal('sign-in');
    });
  });
});
