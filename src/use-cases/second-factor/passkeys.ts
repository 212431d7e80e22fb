/** Passkeys: asks the browser at an enrolment and at a sign-in, and verifies its answer. */

import { shownEmail } from '../../domain/account.ts';
import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { enrolmentStepOf, LONGEST_LABEL, type Visitor } from '../../domain/enrolment/steps.ts';
import type { Asked } from '../../domain/methods/answer.ts';
import { authenticatorNameOf } from '../../domain/methods/authenticator-names.ts';
import type { BrowserMethod, BrowserProof, Candidate } from '../../domain/methods/contract.ts';
import { passkeyInvalid } from '../../domain/methods/passkey.ts';
import {
  credentialOf,
  type PasskeyCreation,
  type PasskeyCredential,
  type PasskeyRequest,
  type PasskeySignals,
  type PasskeySite,
  storedName,
} from '../../domain/methods/webauthn.ts';
import { acrsAsked } from '../../domain/policy/minimum.ts';
import type { PolicyResult, RequestedAssurance } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import {
  challengeFor,
  type Purpose,
  withChallenge,
  withoutChallenge,
} from '../../domain/sign-in/challenge.ts';
import { resolveConcurrentSave, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasskeyVerifier, Random } from '../../ports/system.ts';
import type { Binding } from '../enrolment/binding.ts';
import type { Timeliness } from '../enrolment/enrolment.ts';
import type { AttemptLimiter } from './attempt-limiter.ts';
import type { PasskeyOwners } from './passkey-owners.ts';

/** Creates the challenge that a passkey signs, unless one waits already. The returned transaction holds it. */
export type AskPasskey = (transaction: SignInTransaction) => Promise<Outcome<SignInTransaction>>;

interface PasskeysDeps extends Pick<Binding, 'enrol' | 'keepProven'> {
  readonly method: BrowserMethod;
  readonly passkeyVerifier: PasskeyVerifier;
  /** Null: no browser would make passkeys here. */
  readonly passkeySite: () => PasskeySite | null;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly owners: Pick<PasskeyOwners, 'userHandleOf' | 'claim'>;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly attemptLimiter: Pick<AttemptLimiter, 'refuse'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The answer of a browser: JSON of a `PublicKeyCredential`. */
export interface PasskeyGiven extends Visitor, Timeliness {
  readonly response: string;
  /** The person's name for it. Empty: the name of its authenticator, where that is known. */
  readonly label: string;
  /**
   * True: the browser has made it by itself (WebAuthn, 5.1.3, conditional mediation). Nobody need have been present, and it
   * counts for no sign-in yet.
   */
  readonly isSilent?: boolean;
}

export function createPasskeys(needs: PasskeysDeps) {
  const { method, passkeyVerifier, passkeySite, transactions, enrol, keepProven, owners, cipher } = needs;
  const { attemptLimiter, clock, random } = needs;

  /** The random value whose answer is awaited; null: none is. */
  function waiting({ challenges }: SignInTransaction, purpose: Purpose): string | null {
    const challenge = challengeFor(challenges, method.name, purpose);
    return challenge && challenge.expiresAt > clock.now() ? challenge.digest : null;
  }

  const ask: AskPasskey = async (transaction) => {
    if (waiting(transaction, 'sign-in') !== null) return accepted(transaction);
    const bytes = (count: number) => random.bytes(count);
    const from = { id: random.id(), random: bytes, now: clock.now(), expiresAt: transaction.expiresAt };
    const challenge = method.newChallenge('sign-in', from);
    const next = { ...transaction, challenges: withChallenge(transaction.challenges, challenge) };
    const kept = await transactions.save(next);
    if (kept) return accepted(kept);
    const concurrent = await transactions.find(transaction.uid, clock.now());
    return resolveConcurrentSave(transaction, concurrent, (same) => waiting(same, 'sign-in') !== null);
  };

  /** The request to the browser at a sign-in; null: nothing, before `ask`. */
  function request(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    requested: RequestedAssurance,
  ): PasskeyRequest | null {
    const site = passkeySite();
    const challenge = waiting(transaction, 'sign-in');
    if (!site || challenge === null) return null;
    const accepted = policyResult.enrolments.filter(({ suspendedAt }) => suspendedAt === undefined);
    const credentials = enrolledIn({ enrolments: accepted });
    return method.request({ site, challenge, credentials, acrs: acrsAsked(requested.acrs, policyResult) });
  }

  /** The request to the browser at an enrolment; null: its turn has not come. */
  function creation(transaction: SignInTransaction, policyResult: PolicyResult): PasskeyCreation | null {
    const { account, tenant } = policyResult;
    const site = passkeySite();
    const challenge = waiting(transaction, 'set-up');
    if (!site || challenge === null || enrolmentStepOf(transaction, policyResult) !== method.name)
      return null;
    const name = shownEmail(account.email);
    const user = { id: owners.userHandleOf(account.id), name, displayName: account.name };
    const existing = enrolledIn(policyResult);
    const made = method.creation({ site, siteName: tenant.name, challenge, user, existing });
    if (policyResult.minimum !== 'phr') return made;
    // One that does not verify its user would not meet the policy.
    return {
      ...made,
      authenticatorSelection: { ...made.authenticatorSelection, userVerification: 'required' },
    };
  }

  /** The request to the browser to make a passkey by itself: one that signs in alone. Null: its turn has not come. */
  function silentCreation(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
  ): PasskeyCreation | null {
    const asked = creation(transaction, policyResult);
    if (!asked) return null;
    const { userVerification } = asked.authenticatorSelection;
    const authenticatorSelection = {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification,
    } as const;
    return { ...asked, authenticatorSelection };
  }

  /** The first answer makes the passkey a factor of the account. */
  async function confirm(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    { response, label, isLate = false, isSilent = false, ...from }: PasskeyGiven,
  ): Promise<Outcome<SignInTransaction>> {
    const { account, tenant } = policyResult;
    const asked = creation(transaction, policyResult);
    const site = passkeySite();
    if (account.frozenAt !== null) return refused(FROZEN);
    if (!asked || !site || !transaction.pendingEnrolment) return refused({ code: 'session_expired' });
    if (label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    const expected = { ...site, challenge: asked.challenge, isSilent };
    const made = await passkeyVerifier.registration(response, expected);
    const { enrolmentId } = transaction.pendingEnrolment;
    const isKnown =
      made !== null &&
      (asked.excludeCredentials.some(({ id }) => id === made.id) ||
        !(await owners.claim({ accountId: account.id, enrolmentId, credentialId: made.id })));
    if (!made || isKnown) {
      const who = { ...from, accountId: account.id, tenantId: tenant.id, method: method.name };
      const reason = isKnown ? 'passkey_known' : 'passkey_unproven';
      return attemptLimiter.refuse(who, passkeyInvalid(isKnown ? 'known' : 'refused'), reason);
    }
    const { counter, userVerified, ...kept } = made;
    const credential: PasskeyCredential = { ...kept, userHandle: asked.user.id };
    const purpose = enrolmentPurpose({
      method: method.name,
      tenantId: tenant.id,
      accountId: account.id,
      id: enrolmentId,
    });
    const factor = {
      enrolmentId,
      method: method.name,
      label: label.trim() || proposedLabel(made.aaguid),
      app: null,
      secret: cipher.encrypt(JSON.stringify(credential), purpose),
      lastStep: counter,
      passkey: { userVerified, deviceBound: made.deviceBound },
    };
    const challenges = withoutChallenge(transaction.challenges, method.name, 'set-up');
    const answered = { ...transaction, challenges };
    if (isLate) return keepProven(answered, policyResult, factor);
    if (!isSilent) return enrol(answered, policyResult, factor, from);
    // It is remembered as silent before it is stored, so that an interrupted request is finished as such.
    const silent = { ...factor, isSilent };
    const noted = await keepProven(answered, policyResult, silent);
    return noted.ok ? enrol(noted.value, policyResult, silent, from) : noted;
  }

  /** Verifies that one of the account's own passkeys signed what this sign-in asked for, at our own site. */
  async function verifyInBrowser(
    { transaction, answer }: Asked,
    candidates: readonly Candidate[],
  ): Promise<BrowserProof | null> {
    const site = passkeySite();
    const challenge = waiting(transaction, 'sign-in');
    if (!site || challenge === null) return null;
    return passkeyVerifier.assertion(answer, { ...site, challenge }, candidates.flatMap(credentialIn));
  }

  /** Null where there are no passkeys, and where one cannot be read: the password manager would forget that one. */
  function signals({ account, enrolments }: PolicyResult): PasskeySignals | null {
    const site = passkeySite();
    const own = enrolments.filter((enrolment) => enrolment.method === method.name);
    const credentials = enrolledIn({ enrolments: own });
    if (!site || credentials.length < own.length) return null;
    return {
      rpId: site.rpId,
      userId: owners.userHandleOf(account.id),
      credentialIds: credentials.map(({ id }) => id),
      name: storedName(shownEmail(account.email)),
      displayName: storedName(account.name),
    };
  }

  function enrolledIn({ enrolments: all }: Pick<PolicyResult, 'enrolments'>): readonly PasskeyCredential[] {
    return all.flatMap((enrolment) => {
      if (enrolment.method !== method.name || enrolment.secret === null) return [];
      return credentialIn({ secret: cipher.tryDecrypt(enrolment.secret, enrolmentPurpose(enrolment)) });
    });
  }

  return { ask, request, creation, silentCreation, confirm, verifyInBrowser, signals };
}

function proposedLabel(aaguid: string | null): string {
  return (aaguid !== null && authenticatorNameOf(aaguid)) || '';
}

function credentialIn({ secret }: Pick<Candidate, 'secret'>): readonly PasskeyCredential[] {
  const credential = secret === null ? null : credentialOf(secret);
  return credential ? [credential] : [];
}

export type Passkeys = ReturnType<typeof createPasskeys>;
