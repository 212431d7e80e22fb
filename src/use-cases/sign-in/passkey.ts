/** Signs in with a passkey that verifies its user, without an e-mail address or a password (NIST SP 800-63B-4, 3.1.7). */
import type { OnceEvent } from '../../domain/events.ts';
import type { AcceptedAnswer, Answer } from '../../domain/methods/answer.ts';
import type { BrowserMethod } from '../../domain/methods/contract.ts';
import { passkeyInvalid } from '../../domain/methods/passkey.ts';
import { credentialOf, type PasskeyRequest, type PasskeySite } from '../../domain/methods/webauthn.ts';
import {
  type AccountSnapshot,
  NO_ASSURANCE_REQUESTED,
  type PolicyResult,
} from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import {
  anonymousOwner,
  onceThrottled,
  PASSKEYS_PER_VISITOR,
  WINDOW_MS,
} from '../../domain/sign-in/attempts.ts';
import type { Challenge } from '../../domain/sign-in/challenge.ts';
import { beginningAt } from '../../domain/sign-in/ending.ts';
import {
  EMPTY_TRANSACTION,
  resolveConcurrentSave,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import { mayStandAlone, mayStandForMembers, requirementFor, type Tenant } from '../../domain/tenant.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AttemptStore, OnceStore, TransactionStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasskeyVerifier, Random } from '../../ports/system.ts';
import { createPendingEvents } from '../events/pending-events.ts';
import type { Answers } from '../second-factor/check-answer.ts';
import type { LoadSnapshot } from '../second-factor/evaluate-policy.ts';
import type { PasskeyOwners } from '../second-factor/passkey-owners.ts';
import {
  type AcceptedFirstFactor,
  refusalOf,
  unwantedBecause,
  type WantedAccount,
} from './wanted-account.ts';

interface PasskeySignInDeps {
  readonly method: BrowserMethod;
  readonly passkeyVerifier: Pick<PasskeyVerifier, 'read'>;
  /** Null: no browser would use passkeys here. */
  readonly passkeySite: () => PasskeySite | null;
  readonly owners: Pick<PasskeyOwners, 'ownerOf'>;
  readonly answers: Pick<Answers, 'check' | 'secretOf'>;
  readonly loadSnapshot: LoadSnapshot;
  readonly tenants: readonly Tenant[];
  readonly onceKeys: Pick<OnceStore, 'claim'>;
  readonly transactions: Pick<TransactionStore, 'save' | 'find'>;
  readonly attempts: AttemptStore;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

export interface PasskeySubmission extends WantedAccount {
  /** The uid of the transaction. */
  readonly uid: string;
  /** The transaction so far, which is replaced. */
  readonly before: SignInTransaction | null;
  /** JSON of a `PublicKeyCredential`. */
  readonly response: string;
  readonly ip: string;
  /** The person who has signed in from this browser before, as a digest. Null: nobody has. */
  readonly knownPerson: string | null;
  readonly clientId: string;
  readonly expiresAt: number;
}

export interface PasskeyOffer {
  readonly request: PasskeyRequest;
  /** False where no member may have a passkey: the other roles find theirs in the browser's autofill. */
  readonly hasButton: boolean;
}

/** An account, and the details of its audit lines. */
interface Found {
  readonly snapshot: AccountSnapshot;
  readonly line: ReturnType<typeof lineOf>;
}

const COUNTER = 'passkeys';
/** A multiple of three, so that its base64url ends where the digest begins. */
const NONCE_BYTES = 18;
const EXPIRED = { code: 'code_expired', passkey: 'expired' } as const satisfies Refusal;
const FROZEN_HERE = { code: 'forbidden', because: 'frozen_passkey' } as const satisfies Refusal;
const NOT_ALONE = { code: 'method_not_allowed', passkey: 'not_alone' } as const satisfies Refusal;

export function createPasskeySignIn(needs: PasskeySignInDeps) {
  const { method, passkeyVerifier, passkeySite, owners, answers, loadSnapshot, tenants } = needs;
  const { onceKeys, transactions, attempts, cipher, events, clock, random } = needs;

  /**
   * A challenge that is stored nowhere, since a GET changes nothing: a random value, and its digest for this sign-in. It
   * is good as long as the interaction.
   */
  function challengeOf(uid: string, nonce: string): string {
    return `${nonce}${cipher.digest(`${uid}|${nonce}`, 'passkey-sign-in')}`;
  }

  function isOurs(challenge: string, uid: string): boolean {
    return challenge === challengeOf(uid, challenge.slice(0, NONCE_LENGTH));
  }

  /** The request to the browser: any passkey of this site, with user verification. Null: browsers have none here. */
  function request(uid: string): PasskeyRequest | null {
    const site = passkeySite();
    if (!site) return null;
    const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url');
    const challenge = challengeOf(uid, nonce);
    return method.request({ site, challenge, credentials: [], acrs: [method.traits.acr] });
  }

  /** The offer of a sign-in page. `tenantId`: the only tenant whose members it takes. Null: nobody may sign in so. */
  function offer(uid: string, tenantId: string | null): PasskeyOffer | null {
    const allowing = tenants
      .filter(({ id }) => tenantId === null || id === tenantId)
      .map(({ secondFactor }) => secondFactor)
      .filter(({ passkeySignIn }) => passkeySignIn);
    const asked = allowing.length === 0 ? null : request(uid);
    return (
      asked && {
        request: asked,
        hasButton: allowing.some((settings) => mayStandForMembers(method.name, settings)),
      }
    );
  }

  /** Counts the attempt before anything is looked up or verified. A right one is forgotten. */
  async function count({ ip, knownPerson }: PasskeySubmission) {
    const id = random.id();
    const owner = anonymousOwner(ip, knownPerson);
    const limits = [{ counter: COUNTER, limit: PASSKEYS_PER_VISITOR, windowMs: WINDOW_MS }];
    const verdict = await attempts.take({ owner, id, bucket: id, atMs: clock.now(), limits });
    return { owner, verdict, forget: () => attempts.forget(owner, [COUNTER], id) };
  }

  async function submit(submission: PasskeySubmission): Promise<Outcome<AcceptedFirstFactor>> {
    const { uid, response } = submission;
    // Before the account is read: an ending that comes meanwhile ends this sign-in too.
    const begunAt = clock.now();
    const anonymous = lineOf(submission, null);
    const { owner, verdict, forget } = await count(submission);
    if (!verdict.ok) {
      const { retryAt } = verdict;
      const once = onceThrottled(cipher.digest(owner, 'passkey-attempts'), retryAt);
      return refuse({ ...anonymous, once }, { code: 'too_many_attempts', retryAt });
    }
    const read = passkeyVerifier.read(response);
    if (!read) return refuse(anonymous, passkeyInvalid('refused'), 'passkey_malformed');
    if (!isOurs(read.challenge, uid)) return refuse(anonymous, EXPIRED, 'passkey_expired');
    const accountId = read.userHandle === null ? null : await owners.ownerOf(read.userHandle);
    const snapshot = accountId === null ? null : await loadSnapshot(accountId);
    if (!snapshot) return refuse(anonymous, passkeyInvalid('unknown'), 'passkey_unknown');
    const found = { snapshot, line: lineOf(submission, snapshot) };
    const answer = await verify(submission, found, read.challenge);
    if (answer.kind !== 'accepted') return refuseAnswer(found, answer, read.credentialId);
    const reason = refusedBecause(submission, snapshot);
    if (reason) return refuse(found.line, reason.refusal, reason.told);
    const isFirst = await onceKeys.claim(usedKey(read.challenge), submission.expiresAt);
    if (!isFirst) return refuse(found.line, EXPIRED, 'passkey_used');
    const [begun] = await Promise.all([begin(submission, found, answer, begunAt), forget()]);
    return begun;
  }

  /** By the same check as a second factor, with the level that takes user verification. */
  function verify(submission: PasskeySubmission, { snapshot }: Found, challenge: string): Promise<Answer> {
    const { account, tenant } = snapshot;
    const sentAt = clock.now();
    const asked: Challenge = {
      id: challenge,
      method: method.name,
      purpose: 'sign-in',
      digest: challenge,
      sentAt,
      expiresAt: submission.expiresAt,
    };
    const policyResult: PolicyResult = {
      ...snapshot,
      ...requirementFor(tenant.secondFactor, account),
      decision: { kind: 'password' },
    };
    return answers.check(method.name, {
      transaction: { ...begunBy(submission, account.id), challenges: [asked] },
      policyResult,
      requested: { ...NO_ASSURANCE_REQUESTED, acrs: [method.traits.acr] },
      answer: submission.response,
    });
  }

  function refuseAnswer(
    { snapshot, line }: Found,
    answer: Exclude<Answer, AcceptedAnswer>,
    credentialId: string,
  ): Promise<Outcome<never>> {
    if (answer.kind !== 'refused') return refuse(line, EXPIRED, `passkey_${answer.kind}`);
    if (!isUnknown(snapshot, credentialId)) return refuse(line, answer.refusal, answer.reason);
    const unknown = { ...passkeyInvalid('unknown'), unknownCredentialId: credentialId };
    return refuse(line, unknown, 'passkey_unknown');
  }

  /**
   * Whether the account is certain to have no such passkey, so that a password manager may forget it. A secret that no
   * key decrypts might be this one.
   */
  function isUnknown({ enrolments }: AccountSnapshot, credentialId: string): boolean {
    return enrolments
      .filter((enrolment) => enrolment.method === method.name)
      .every((enrolment) => {
        const secret = answers.secretOf(enrolment);
        const credential = secret === null ? null : credentialOf(secret);
        return credential !== null && credential.id !== credentialId;
      });
  }

  /** Null for an account that may sign in so. Its passkey is proven, so that a refusal tells nothing to a stranger. */
  function refusedBecause(
    submission: PasskeySubmission,
    { account, tenant }: AccountSnapshot,
  ): { readonly refusal: Refusal; readonly told?: string } | null {
    const { secondFactor } = tenant;
    const unwanted = unwantedBecause(account, submission);
    if (unwanted === 'disabled') return { refusal: refusalOf(unwanted, account), told: unwanted };
    if (account.frozenAt !== null) return { refusal: FROZEN_HERE, told: 'frozen' };
    const { enforcement } = requirementFor(secondFactor, account);
    if (!mayStandAlone(method.name, enforcement, secondFactor, account.role)) return { refusal: NOT_ALONE };
    return unwanted && { refusal: refusalOf(unwanted, account), told: unwanted };
  }

  async function begin(
    submission: PasskeySubmission,
    { snapshot, line }: Found,
    answer: AcceptedAnswer,
    begunAt: number,
  ): Promise<Outcome<AcceptedFirstFactor>> {
    const { enrolmentId, passkey, anomaly } = answer;
    const { account } = snapshot;
    const atMs = beginningAt(begunAt, account);
    const event = { method: method.name, enrolmentId, atMs, ...(passkey && { passkey }) };
    const started = { ...begunBy(submission, account.id), authentications: [event] };
    const kept = await transactions.save(started);
    if (!kept) {
      const concurrent = await transactions.find(submission.uid, clock.now());
      const isSame = ({ authentications }: SignInTransaction) =>
        authentications.some((each) => each.enrolmentId === enrolmentId);
      const resolved = resolveConcurrentSave(started, concurrent, isSame);
      const pending = createPendingEvents(events, []);
      return resolved.ok ? accepted({ transaction: resolved.value, snapshot, pending }) : resolved;
    }
    const detailed = { ...line, method: method.name };
    const odd = anomaly ? [{ ...detailed, name: 'second_factor.anomaly', reason: anomaly } as const] : [];
    const pending = createPendingEvents(events, [{ ...detailed, name: 'sign_in.passkey_accepted' }, ...odd]);
    return accepted({ transaction: kept, snapshot, pending });
  }

  async function refuse(
    line: Found['line'] & { readonly once?: OnceEvent },
    refusal: Refusal,
    reason: string = refusal.code,
  ): Promise<Outcome<never>> {
    await events.append({ ...line, name: 'sign_in.passkey_refused', method: method.name, reason });
    return refused(refusal);
  }

  function usedKey(challenge: string): string {
    return `passkey-sign-in:${cipher.digest(challenge, 'passkey-sign-in')}`;
  }

  return { request, offer, submit };
}

/** Characters of the random value, in base64url. */
const NONCE_LENGTH = (NONCE_BYTES / 3) * 4;

function begunBy({ uid, before, expiresAt }: PasskeySubmission, accountId: string): SignInTransaction {
  const version = before?.version ?? 0;
  return {
    ...EMPTY_TRANSACTION,
    uid,
    version,
    accountId,
    authentications: [],
    keepsAuthTime: null,
    expiresAt,
  };
}

function lineOf({ clientId, ip }: PasskeySubmission, snapshot: AccountSnapshot | null) {
  const { id = null, tenantId = null } = snapshot?.account ?? {};
  return { accountId: id, tenantId, clientId, ip };
}

export type PasskeySignIn = ReturnType<typeof createPasskeySignIn>;
