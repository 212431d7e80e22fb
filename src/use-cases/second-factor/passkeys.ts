/** Passkeys: what a browser is asked for at a set-up and at a sign-in, and what comes of its answer. */

import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { type Bind, LONGEST_LABEL, setUpStepOf, type Visitor } from '../../domain/enrolment/steps.ts';
import type { Answer, Asked } from '../../domain/methods/answer.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { mustVerify, type PasskeyCreation, type PasskeyRequest } from '../../domain/methods/passkey.ts';
import { credentialOf, type PasskeyCredential, type PasskeySite } from '../../domain/methods/webauthn.ts';
import type { Demand, Judgement } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import type { Guesses } from '../../domain/sign-in/attempts.ts';
import {
  challengeFor,
  type Purpose,
  withChallenge,
  withoutChallenge,
} from '../../domain/sign-in/challenge.ts';
import type { AskPasskey } from '../../domain/sign-in/sending.ts';
import { orTwin, type Progress } from '../../domain/sign-in/transaction.ts';
import type { ClaimStore, EnrolmentStore, ProgressStore } from '../../ports/stores.ts';
import type { Clock, PasskeyVerifier, Random, SecretBox } from '../../ports/system.ts';

interface Needs {
  readonly methods: Pick<Methods, 'passkey'>;
  readonly passkeyVerifier: PasskeyVerifier;
  /** Null: no browser would make passkeys here. */
  readonly passkeySite: () => PasskeySite | null;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly claims: Pick<ClaimStore, 'first'>;
  readonly enrolments: Pick<EnrolmentStore, 'raiseLastStep'>;
  readonly bind: Bind;
  readonly box: Pick<SecretBox, 'seal' | 'tryOpen' | 'digest'>;
  readonly guesses: Pick<Guesses, 'refuse'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The answer of a browser: JSON of a `PublicKeyCredential`. */
export interface PasskeyGiven extends Visitor {
  readonly response: string;
  /** What the person calls it. */
  readonly label: string;
}

interface Enrolled {
  readonly enrolmentId: string;
  readonly lastCounter: number;
  readonly credential: PasskeyCredential;
}

/** A used counter is kept this long; by then the highest one seen refuses it. */
const CLAIM_KEPT_MS = 60 * 60 * 1000;

export function createPasskeys(needs: Needs) {
  const { methods, passkeyVerifier, passkeySite, progress, claims, enrolments, bind, box } = needs;
  const { guesses, clock, random } = needs;

  /** The random value that waits for its answer; null: none does. */
  function waiting({ challenges }: Progress, purpose: Purpose): string | null {
    const challenge = challengeFor(challenges, 'passkey', purpose);
    return challenge && challenge.expiresAt > clock.now() ? challenge.digest : null;
  }

  const ask: AskPasskey = async (at) => {
    if (waiting(at, 'sign-in') !== null) return accepted(at);
    const bytes = (count: number) => random.bytes(count);
    const from = { id: random.id(), random: bytes, now: clock.now(), expiresAt: at.expiresAt };
    const challenge = methods.passkey.newChallenge('sign-in', from);
    const next = { ...at, challenges: withChallenge(at.challenges, challenge) };
    const kept = await progress.save(next);
    if (kept) return accepted(kept);
    const twin = await progress.find(at.uid, clock.now());
    return orTwin(at, twin, (same) => waiting(same, 'sign-in') !== null);
  };

  /** What the browser is asked for at a sign-in; null: nothing, before `ask`. */
  function request(at: Progress, judgement: Judgement, demand: Demand): PasskeyRequest | null {
    const site = passkeySite();
    const challenge = waiting(at, 'sign-in');
    if (!site || challenge === null) return null;
    const credentials = enrolledIn(judgement).map(({ credential }) => credential);
    return methods.passkey.request({ site, challenge, credentials, mustVerify: mustVerify(demand) });
  }

  /** What the browser is asked for at a set-up; null: its turn has not come. */
  function creation(at: Progress, judgement: Judgement): PasskeyCreation | null {
    const { account, tenant } = judgement;
    const site = passkeySite();
    const challenge = waiting(at, 'set-up');
    if (!site || challenge === null || setUpStepOf(at, judgement) !== 'passkey') return null;
    const user = { id: userHandleOf(account.id), name: account.email, displayName: account.name };
    const existing = enrolledIn(judgement).map(({ credential }) => credential);
    return methods.passkey.creation({ site, siteName: tenant.name, challenge, user, existing });
  }

  /** The first answer makes the passkey a factor of the account. */
  async function confirm(
    at: Progress,
    judgement: Judgement,
    { response, label, ...from }: PasskeyGiven,
  ): Promise<Outcome<Progress>> {
    const { account, tenant } = judgement;
    const asked = creation(at, judgement);
    const site = passkeySite();
    if (account.frozenAt !== null) return refused(FROZEN);
    if (!asked || !site || !at.pending) return refused({ code: 'session_expired' });
    if (label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    const made = await passkeyVerifier.registration(response, { ...site, challenge: asked.challenge });
    const isKnown = asked.excludeCredentials.some(({ id }) => id === made?.id);
    if (!made || isKnown) {
      const who = { ...from, accountId: account.id, tenantId: tenant.id, method: 'passkey' } as const;
      const reason = isKnown ? 'passkey_known' : 'passkey_unproven';
      return guesses.refuse(who, invalid(isKnown ? 'known' : 'refused'), reason);
    }
    const { counter, userVerified, ...kept } = made;
    const { enrolmentId } = at.pending;
    const credential: PasskeyCredential = { ...kept, userHandle: asked.user.id };
    const purpose = enrolmentPurpose({
      method: 'passkey',
      tenantId: tenant.id,
      accountId: account.id,
      id: enrolmentId,
    });
    const factor = {
      enrolmentId,
      method: 'passkey',
      label: label.trim(),
      app: null,
      secret: box.seal(JSON.stringify(credential), purpose),
      lastStep: counter,
      passkey: { userVerified, deviceBound: made.deviceBound },
    } as const;
    const challenges = withoutChallenge(at.challenges, 'passkey', 'set-up');
    return bind({ ...at, challenges }, judgement, factor, from);
  }

  /** Whether one of the account's own passkeys has signed what this sign-in asked for, at our own site. */
  async function check({ progress: at, judgement, demand, typed }: Asked): Promise<Answer> {
    const site = passkeySite();
    const challenge = waiting(at, 'sign-in');
    if (!site || challenge === null) {
      const refusal = { code: 'code_expired', passkey: 'expired' } as const;
      return { kind: 'refused', refusal, reason: 'passkey_expired' };
    }
    const enrolled = enrolledIn(judgement);
    const credentials = enrolled.map(({ credential }) => credential);
    const proof = await passkeyVerifier.assertion(typed, { ...site, challenge }, credentials);
    if (proof.kind !== 'proven') return no(proof.kind);
    const found = enrolled.find(({ credential }) => credential.id === proof.credentialId);
    if (!found) return no('unknown');
    const { enrolmentId, lastCounter } = found;
    const { counter, userVerified, deviceBound } = proof;
    const verdict = methods.passkey.check(proof, { lastCounter, mustVerify: mustVerify(demand) });
    if (verdict !== 'accepted') return no(verdict);
    // Of two copies of a passkey that count to the same number, one is accepted.
    if (counter > 0) {
      const holder = `${at.uid}:${at.version}`;
      const expiresAt = clock.now() + CLAIM_KEPT_MS;
      const first = await claims.first(`passkey:${enrolmentId}:${counter}`, holder, expiresAt);
      if (first !== holder) return no('counter_behind');
    }
    return {
      kind: 'accepted',
      enrolmentId,
      passkey: { userVerified, deviceBound },
      spent: { challenges: withoutChallenge(at.challenges, 'passkey', 'sign-in') },
      note: () => enrolments.raiseLastStep(enrolmentId, counter),
    };
  }

  function enrolledIn({ enrolments: all }: Judgement): readonly Enrolled[] {
    return all.flatMap(({ lastStep, ...enrolment }) => {
      if (enrolment.method !== 'passkey' || enrolment.secret === null) return [];
      const opened = box.tryOpen(enrolment.secret, enrolmentPurpose(enrolment));
      const credential = opened === null ? null : credentialOf(opened);
      return credential ? [{ enrolmentId: enrolment.id, lastCounter: lastStep ?? 0, credential }] : [];
    });
  }

  /** What authenticators know the account by: says nothing of it, and stays the same (WebAuthn, 14.6.1). */
  function userHandleOf(accountId: string): string {
    return box.digest(accountId, 'passkey-user');
  }

  return { ask, request, creation, confirm, check };
}

function no(reason: string): Answer {
  const refusal = invalid(reason === 'unverified' ? 'unverified' : 'refused');
  return { kind: 'refused', refusal, reason: `passkey_${reason}` };
}

function invalid(passkey: 'refused' | 'unverified' | 'known'): Refusal {
  return { code: 'code_invalid', attemptsLeft: null, clockOffSeconds: null, passkey };
}

export type Passkeys = ReturnType<typeof createPasskeys>;
