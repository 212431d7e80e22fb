/** Properties of the policy that hold for thousands of random inputs. */
import { expect } from 'chai';
import fc from 'fast-check';
import { METHOD_NAMES } from '../../../src/domain/methods/method.ts';
import { rank } from '../../../src/domain/policy/acr.ts';
import { acrOf } from '../../../src/domain/policy/assurance.ts';
import { levelOfMinimum, reaches } from '../../../src/domain/policy/minimum.ts';
import { type Decision, decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import { methodsOnOffer } from '../../../src/domain/tenant.ts';
import { anySituation, holds, openness, RUNS } from './any-policy-input.ts';
import { DAY, NOW, proofBy } from './policy-inputs.ts';

/** The proofs that count for something: by a factor that is set up. */
function factorAuthentications({ authentications, factors }: PolicyInput) {
  return authentications.filter(({ enrolmentId }) => factors.some(({ id }) => id === enrolmentId));
}

function freshest(policyInput: PolicyInput): number {
  return Math.max(...factorAuthentications(policyInput).map(({ atMs }) => atMs));
}

describe('evaluatePolicy with any input', () => {
  it('gives the same decision twice, and does not change its input', () => {
    holds((policyInput) => {
      const before = structuredClone(policyInput);
      const decision = decide(policyInput);
      expect(policyInput).to.deep.equal(before);
      expect(decide(before)).to.deep.equal(decision);
    });
  });

  it('reaches every kind of decision with these inputs', () => {
    const seen = new Set<string>();
    holds((policyInput) => {
      const decision = decide(policyInput);
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

  it('asks for the password first, unless a factor stands for it', () => {
    holds((policyInput) => {
      const without = policyInput.authentications.filter(({ method }) => method !== 'pwd');
      const mayBegin = (event: (typeof without)[number]) =>
        policyInput.tenant.passkeySignIn && event.passkey?.userVerified === true;
      const authentications = without.filter((event) => !mayBegin(event));
      expect(decide({ ...policyInput, authentications })).to.deep.equal({ kind: 'password' });
    });
  });

  it('asks only for methods that are enrolled, accepted, allowed and built', () => {
    holds((policyInput) => {
      const decision = decide(policyInput);
      if (decision.kind !== 'prove') return;
      const { enforcement, tenant, role, factors, available } = policyInput;
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

  it('enrols only methods that are on offer, are built, and reach the requested level and the minimum', () => {
    holds((policyInput) => {
      const decision = decide(policyInput);
      if (decision.kind !== 'set-up') return;
      const { enforcement, minimum, tenant, role, available, requested, authentications } = policyInput;
      expect(decision.methods).not.to.be.empty;
      for (const method of decision.methods) {
        expect(methodsOnOffer(enforcement, tenant.methods, role)).to.include(method);
        expect(available).to.include(method);
        const reached = acrOf([...authentications, proofBy(method, 'new', NOW)]);
        if (requested.acrs) expect(rank(reached)).to.be.at.least(Math.min(...requested.acrs.map(rank)));
        if (enforcement === 'required') expect(reaches(method, minimum)).to.equal(true);
      }
    });
  });

  it('asks for nothing less than the minimum where a factor reaches it, a recovery code apart [A105]', () => {
    holds((policyInput) => {
      const decision = decide(policyInput);
      const { enforcement, minimum, factors, tenant, role, available } = policyInput;
      if (decision.kind !== 'prove' || enforcement !== 'required') return;
      const onOffer = methodsOnOffer(enforcement, tenant.methods, role);
      const isReached = factors.some(
        ({ method, accepted }) =>
          accepted && reaches(method, minimum) && onOffer.includes(method) && available.includes(method),
      );
      if (!isReached) return;
      for (const method of decision.methods)
        expect(method === 'recovery' || reaches(method, minimum), method).to.equal(true);
    });
  });

  it('enrols no further method before a recent authentication with an enrolled factor [A47]', () => {
    holds((policyInput) => {
      if (decide(policyInput).kind !== 'set-up' || policyInput.factors.length === 0) return;
      const oldest =
        policyInput.requested.freshMs === null
          ? Number.NEGATIVE_INFINITY
          : NOW - policyInput.requested.freshMs;
      expect(freshest(policyInput)).to.be.at.least(oldest);
    });
  });

  it('admits or refuses a person within four answered steps', () => {
    fc.assert(
      fc.property(anySituation, fc.nat(), (start, choice) => {
        let policyInput: PolicyInput = { ...start, occasion: 'sign-in' };
        for (let step = 0; step <= 4; step += 1) {
          const decision = decide(policyInput);
          if (decision.kind === 'satisfied' || decision.kind === 'refuse') return;
          policyInput = doAsTold(policyInput, decision, choice, `new-${step}`);
        }
        expect.fail(`no end: ${JSON.stringify(decide(policyInput))}`);
      }),
      RUNS,
    );
  });
});

/** The situation after the person has done what a decision asks. */
function doAsTold(policyInput: PolicyInput, decision: Decision, choice: number, newId: string): PolicyInput {
  const { authentications, factors, now } = policyInput;
  if (decision.kind === 'password') {
    return {
      ...policyInput,
      authentications: [...authentications, { method: 'pwd', enrolmentId: null, atMs: now }],
    };
  }
  if (decision.kind !== 'prove' && decision.kind !== 'set-up') return policyInput;
  const method = decision.methods[choice % decision.methods.length];
  if (method === undefined) throw new Error('nothing to choose from');
  const existing = factors.find((factor) => factor.method === method && factor.accepted);
  const enrolmentId = decision.kind === 'prove' ? (existing?.id ?? null) : newId;
  const added = { id: newId, method, accepted: true, isDefault: false };
  return {
    ...policyInput,
    factors: decision.kind === 'set-up' ? [...factors, added] : factors,
    authentications: [...authentications, proofBy(method, enrolmentId, now)],
  };
}

describe('evaluatePolicy, when it is satisfied,', () => {
  function whenSatisfied(property: (policyInput: PolicyInput, onGrace: boolean) => void): void {
    holds((policyInput) => {
      const decision = decide(policyInput);
      if (decision.kind === 'satisfied') property(policyInput, decision.onGrace);
    });
  }

  it('has reached the requested level', () => {
    whenSatisfied(({ authentications, requested }) => {
      if (requested.acrs)
        expect(rank(acrOf(authentications))).to.be.at.least(Math.min(...requested.acrs.map(rank)));
    });
  });

  it('has a second factor for a client that requires one', () => {
    whenSatisfied((policyInput) => {
      if (policyInput.requested.always) expect(factorAuthentications(policyInput)).not.to.be.empty;
    });
  });

  it('has a factor as recent as requested, or such a password where no factor is enrolled', () => {
    whenSatisfied((policyInput) => {
      const { requested, factors, authentications } = policyInput;
      if (requested.freshMs === null) return;
      const newest =
        factors.length > 0 ? freshest(policyInput) : Math.max(...authentications.map(({ atMs }) => atMs));
      expect(newest).to.be.at.least(NOW - requested.freshMs);
    });
  });

  it('has an enrolled factor or a trusted browser, where the tenant requires one', () => {
    whenSatisfied((policyInput) => {
      const { enforcement, factors, trustedBrowser, tenant } = policyInput;
      const passed =
        factorAuthentications(policyInput).length > 0 || (trustedBrowser && tenant.trustedDevices);
      if (enforcement !== 'off' && factors.length > 0) expect(passed).to.equal(true);
    });
  });

  it('has an account in its grace period, if a required factor is missing', () => {
    whenSatisfied((policyInput, onGrace) => {
      const { enforcement, minimum, factors, tenant, graceStarts, occasion } = policyInput;
      if (enforcement === 'required' && factors.length === 0) expect(onGrace).to.equal(true);
      if (!onGrace) return;
      expect(enforcement).to.equal('required');
      expect((graceStarts[minimum] ?? NOW) + tenant.graceDays * DAY).to.be.above(NOW);
      expect(occasion).not.to.equal('sign-in');
      // A grace for a better factor spares nobody the one that is set up.
      if (factors.length > 0) expect(factorAuthentications(policyInput)).not.to.be.empty;
      expect(factors.some(({ method }) => reaches(method, minimum))).to.equal(false);
    });
  });

  it('has reached the minimum of a tenant that requires a factor, but for a grace [2.1]', () => {
    whenSatisfied(({ enforcement, minimum, authentications, factors }, onGrace) => {
      const level = levelOfMinimum(minimum);
      if (enforcement !== 'required' || level === null || onGrace) return;
      const counting = authentications.filter(
        ({ method, enrolmentId }) => method === 'pwd' || factors.some(({ id }) => id === enrolmentId),
      );
      expect(rank(acrOf(counting))).to.be.at.least(rank(level));
    });
  });
});
