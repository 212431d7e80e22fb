/**
 * A passkey as the first factor of an account, which takes the place of a password. Its challenge is stored nowhere, since a
 * GET changes nothing: a random value, and its digest for this link.
 */
import type { Account } from '../../domain/account.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { passkeyInvalid } from '../../domain/methods/passkey.ts';
import type { PasskeyCreation, PasskeySite } from '../../domain/methods/webauthn.ts';
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, refused } from '../../domain/refusal.ts';
import {
  EMPTY_TRANSACTION,
  newCodesPurpose,
  type SignInTransaction,
} from '../../domain/sign-in/transaction.ts';
import { mayStandAlone, requirementFor } from '../../domain/tenant.ts';
import type { TransactionStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasskeyVerifier, Random } from '../../ports/system.ts';
import type { LoadSnapshot } from '../second-factor/evaluate-policy.ts';
import type { Passkeys } from '../second-factor/passkeys.ts';

interface FirstPasskeysDeps {
  readonly method: MethodName;
  readonly passkeys: Pick<Passkeys, 'creation' | 'confirm'>;
  readonly passkeyVerifier: Pick<PasskeyVerifier, 'registration'>;
  /** Null: no browser would make passkeys here. */
  readonly passkeySite: () => PasskeySite | null;
  readonly newCodes: () => readonly string[];
  readonly loadSnapshot: LoadSnapshot;
  readonly transactions: Pick<TransactionStore, 'find'>;
  readonly cipher: Pick<Cipher, 'digest' | 'encrypt' | 'decrypt'>;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
}

export interface PasskeyAsk {
  readonly creation: PasskeyCreation;
  readonly nonce: string;
}

interface Given {
  readonly token: string;
  readonly nonce: string;
  readonly response: string;
  readonly enrolmentId: string;
  readonly ip: string;
}

interface FirstPasskey {
  readonly firstFactor: AuthenticationEvent;
  /** JSON of the recovery codes that came with it. */
  readonly newCodes: string | null;
}

const NONCE_BYTES = 18;
const LIFETIME_MS = 60 * 60 * 1000;
const EXPIRED = { code: 'code_expired', passkey: 'expired' } as const;

export function createFirstPasskeys(deps: FirstPasskeysDeps) {
  const { method, passkeys, passkeyVerifier, passkeySite, newCodes, loadSnapshot, transactions } = deps;
  const { cipher, clock, random } = deps;

  const digestOf = (token: string, nonce: string) => cipher.digest(`${token}|${nonce}`, 'first-passkey');

  /** The transaction of the visit, which the challenge is part of. */
  function transactionOf(account: Account, token: string, nonce: string, id: string): SignInTransaction {
    const uid = `invitation:${account.id}:${id}`;
    const now = clock.now();
    const digest = `${nonce}${digestOf(token, nonce)}`;
    const expiresAt = now + LIFETIME_MS;
    return {
      ...EMPTY_TRANSACTION,
      uid,
      version: 0,
      accountId: account.id,
      authentications: [],
      pendingEnrolment: { enrolmentId: id, method, secret: null },
      challenges: [{ id: nonce, method, purpose: 'set-up', digest, sentAt: now, expiresAt }],
      // The link came by mail.
      isSetUpProven: true,
      newCodes: cipher.encrypt(JSON.stringify(newCodes()), newCodesPurpose({ uid, accountId: account.id })),
      keepsAuthTime: null,
      expiresAt,
    };
  }

  /** Null where a passkey alone would not sign the account in. */
  async function policyOf({ id }: Account): Promise<PolicyResult | null> {
    const snapshot = await loadSnapshot(id);
    if (!snapshot || !passkeySite()) return null;
    const { secondFactor } = snapshot.tenant;
    const requirement = requirementFor(secondFactor, snapshot.account);
    const { role } = snapshot.account;
    const isOffered = mayStandAlone(method, requirement.enforcement, secondFactor, role);
    return isOffered ? { ...snapshot, ...requirement, decision: { kind: 'password' } } : null;
  }

  /** The request to the browser. Null where no passkey is on offer. */
  async function ask(account: Account, token: string): Promise<PasskeyAsk | null> {
    const policyResult = await policyOf(account);
    if (!policyResult) return null;
    const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url');
    const creation = passkeys.creation(transactionOf(account, token, nonce, nonce), policyResult);
    // It is both factors, so its authenticator has to find it by itself and to verify its user.
    const selection = { residentKey: 'preferred', requireResidentKey: false } as const;
    return (
      creation && {
        nonce,
        creation: { ...creation, authenticatorSelection: { ...selection, userVerification: 'required' } },
      }
    );
  }

  /** Gives the id of the enrolment that the answer may become. Refuses a passkey that did not verify its user. */
  async function verify(
    account: Account,
    token: string,
    nonce: string,
    response: string,
  ): Promise<Outcome<string>> {
    const site = passkeySite();
    if (!site || !/^[\w-]{24}$/.test(nonce) || !(await policyOf(account))) return refused(EXPIRED);
    const challenge = `${nonce}${digestOf(token, nonce)}`;
    const made = await passkeyVerifier.registration(response, { ...site, challenge });
    if (!made) return refused(passkeyInvalid('refused'));
    return made.userVerified ? accepted(digestOf(token, nonce)) : refused(passkeyInvalid('unverified'));
  }

  /** Makes the verified passkey the account's first factor, with recovery codes. */
  async function enrol(account: Account, given: Given): Promise<Outcome<FirstPasskey>> {
    const { token, nonce, response, enrolmentId, ip } = given;
    const policyResult = await policyOf(account);
    if (!policyResult) return refused(EXPIRED);
    const begun = transactionOf(account, token, nonce, enrolmentId);
    const kept = await transactions.find(begun.uid, clock.now());
    const confirmed = await passkeys.confirm({ ...begun, version: kept?.version ?? 0 }, policyResult, {
      response,
      label: '',
      ip,
      clientId: null,
    });
    if (!confirmed.ok) return confirmed;
    const { authentications, newCodes: codes, uid, accountId } = confirmed.value;
    const firstFactor = authentications.find((event) => event.enrolmentId === enrolmentId);
    if (!firstFactor) return refused(EXPIRED);
    const plain = codes === null ? null : cipher.decrypt(codes, newCodesPurpose({ uid, accountId }));
    return accepted({ firstFactor, newCodes: plain });
  }

  return { ask, verify, enrol };
}

export type FirstPasskeys = ReturnType<typeof createFirstPasskeys>;
