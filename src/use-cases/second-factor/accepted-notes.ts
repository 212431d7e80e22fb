/** Notes each accepted answer once, whatever the number of requests that say so. */
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { OnceEvent } from '../../domain/events.ts';
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Answerer } from '../../domain/sign-in/attempts.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EventLog } from '../../ports/events.ts';

export interface AcceptedNotesDeps {
  /** Called after a recovery code was used. */
  readonly onRecovery: (policyResult: PolicyResult, ip: string, once: OnceEvent) => Promise<void>;
  readonly events: EventLog;
}

export function createAcceptedNotes({ events, onRecovery }: AcceptedNotesDeps) {
  async function accepted(
    line: Answerer,
    policyResult: PolicyResult,
    { uid }: Pick<SignInTransaction, 'uid'>,
    { enrolmentId, atMs }: AuthenticationEvent,
  ): Promise<void> {
    const once = { key: `${uid}:${enrolmentId}`, atMs };
    await events.append({ ...line, name: 'second_factor.accepted', once });
    if (!isFactor(line)) await onRecovery(policyResult, line.ip, once);
  }

  /**
   * For an answer that an earlier request has accepted: the process may have died before it noted that. An
   * authentication by an enrolment itself was no answer. A step-up begins with the authentications of its session, which
   * were noted in another sign-in.
   */
  async function earlier(
    line: Answerer,
    policyResult: PolicyResult,
    transaction: SignInTransaction,
  ): Promise<void> {
    const { authentications, keepsAuthTime } = transaction;
    if (keepsAuthTime !== null) return;
    const authentication = authentications.findLast(({ method }) => method === line.method);
    const enrolment = policyResult.enrolments.find(({ id }) => id === authentication?.enrolmentId);
    if (authentication && enrolment && enrolment.createdAt !== authentication.atMs)
      await accepted(line, policyResult, transaction, authentication);
  }

  return { accepted, earlier };
}
