/** An account whose owner did not ask for the removal of a factor: the password alone neither signs in nor sets up. */
import { expect } from 'chai';
import { decide, type PolicyInput } from '../../../src/domain/policy/policy.ts';
import { holds, openness } from './any-policy-input.ts';
import { factor, given, NOW, off, optional, password, required, SATISFIED } from './policy-inputs.ts';

const HELD = { kind: 'refuse', reason: 'held' } as const;
const totp = factor('totp');
const held = (policyInput: PolicyInput): PolicyInput => ({ ...policyInput, isHeld: true });

/** The second factors that were given, and are set up. */
function proven({ authentications, factors }: PolicyInput) {
  return authentications.filter(({ enrolmentId }) => factors.some(({ id }) => id === enrolmentId));
}

describe('evaluatePolicy for a held account [A48]', () => {
  for (const [name, policyInput] of [
    ['without a policy', off()],
    ['where a factor is voluntary', optional()],
    ['where one is required', required()],
    ['in its grace period', required({ graceDays: 7 })],
    ['that puts it off', required({ graceDays: 7, graceStarts: { any: NOW }, occasion: 'later' })],
    ['with a session', required({ graceDays: 7, graceStarts: { any: NOW }, occasion: 'existing-session' })],
    ['with a session and no policy', off({ occasion: 'existing-session' })],
  ] as const) {
    it(`refuses the password alone ${name}, and offers no set-up`, () => {
      expect(decide(held(policyInput))).to.deep.equal(HELD);
    });
  }

  it('asks for a factor that is set up, also in a trusted browser', () => {
    const trusted = { trustedBrowser: true, trustedDevices: true };
    for (const policyInput of [off({ factors: [totp] }), optional({ factors: [totp], ...trusted })])
      expect(decide(held(policyInput))).to.deep.include({ kind: 'prove', methods: ['totp'] });
  });

  it('is satisfied by the password and a factor', () => {
    const both = optional({ factors: [totp], authentications: [password(), given('totp')] });
    expect(decide(held(both))).to.deep.equal(SATISFIED);
  });

  it('asks for the password first', () => {
    expect(decide(held(required({ authentications: [] })))).to.deep.equal({ kind: 'password' });
  });

  it('is never satisfied, and sets nothing up, without a factor that was given', () => {
    holds((policyInput) => {
      const { kind } = decide(held(policyInput));
      if (kind === 'satisfied' || kind === 'set-up') expect(proven(policyInput)).not.to.be.empty;
    });
  });

  it('lets through no more than for the same account that is not held', () => {
    holds((policyInput) => {
      expect(openness(decide(held(policyInput)))).to.be.at.most(openness(decide(policyInput)));
    });
  });
});
