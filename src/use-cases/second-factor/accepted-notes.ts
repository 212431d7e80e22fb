/** Notes each accepted answer once, whatever the number of requests that say so. */
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { DomainEvent, OnceEvent } from '../../domain/events.ts';
import type { AcceptedAnswer } from '../../domain/methods/answer.ts';
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

/** That an answer was accepted. */
export interface AcceptedNote {
  /** Events that may wait for the next event of the request. */
  readonly waiting: readonly DomainEvent[];
  /** The notes that are under way. */
  readonly written: Promise<void>;
}

export const NOTHING_NOTED: AcceptedNote = { waiting: [], written: Promise.resolve() };

export function createAcceptedNotes({ events, onRecovery }: AcceptedNotesDeps) {
  function accepted(
    line: Answerer,
    policyResult: PolicyResult,
    { uid }: Pick<SignInTransaction, 'uid'>,
    { enrolmentId, atMs }: AuthenticationEvent,
    { anomaly }: Pick<AcceptedAnswer, 'anomaly'> = {},
  ): AcceptedNote {
    const once = { key: `${uid}:${enrolmentId}`, atMs };
    const event = { ...line, name: 'second_factor.accepted', once } as const;
    const noted = anomaly ? [{ ...line, name: 'second_factor.anomaly', reason: anomaly } as const] : [];
    if (isFactor(line)) return { ...NOTHING_NOTED, waiting: [event, ...noted] };
    // A recovery code has a further event, which comes after this one.
    return {
      ...NOTHING_NOTED,
      written: events.append(event).then(() => onRecovery(policyResult, line.ip, once)),
    };
  }

  /**
   * For an answer that an earlier request has accepted: the process may have died before it noted that. An
   * authentication by an enrolment itself was no answer. A step-up begins with the authentications of its session, which
   * were noted in another sign-in.
   */
  function earlier(line: Answerer, policyResult: PolicyResult, transaction: SignInTransaction): AcceptedNote {
    const { authentications, keepsAuthTime } = transaction;
    if (keepsAuthTime !== null) return NOTHING_NOTED;
    const authentication = authentications.findLast(({ method }) => method === line.method);
    const enrolment = policyResult.enrolments.find(({ id }) => id === authentication?.enrolmentId);
    if (!authentication || !enrolment || enrolment.createdAt === authentication.atMs) return NOTHING_NOTED;
    return accepted(line, policyResult, transaction, authentication);
  }

  return { accepted, earlier };
}
