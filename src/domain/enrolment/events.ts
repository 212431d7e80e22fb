/** The events of factors and recovery codes, and the notices that they become. */
import type { Account } from '../account.ts';
import type { EventDetails as Details } from '../event-details.ts';
import { sentTo } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import { type Notice, type NoticeContact, numberContactOf } from '../notice.ts';
import { isFactor } from './enrolment.ts';

interface EnrolmentCreated extends Details {
  readonly name: 'enrolment.created';
  readonly account: Account;
  readonly method: MethodName;
  /** The method of the factor that it has replaced. Absent or null: it has replaced none. */
  readonly replaced?: MethodName | null;
}

interface EnrolmentRemoved extends Details {
  readonly name: 'enrolment.removed';
  /** Null when the account is gone, so that there is nobody to tell. */
  readonly account: Account | null;
  readonly method: MethodName;
  /**
   * `contact-change`: the number of the factor was changed, and the notice of that change tells of both. `replacement`: the
   * notice of the new factor tells of both. `administration`: an administrator removed it, at the owner's request. `reset`:
   * the notice of the reset tells of all removed factors.
   */
  readonly cause: 'removal' | 'contact-change' | 'replacement' | 'administration' | 'reset';
  /** The number of the removed factor: its reader learns that no more codes come. */
  readonly also: readonly NoticeContact[];
}

interface RecoveryCreated extends Details {
  readonly name: 'recovery.created';
  readonly account: Account;
  /** `first-factor`: the codes came with the first factor, and its notice tells of both. */
  readonly cause: 'first-factor' | 'renewal';
}

interface RecoveryUsed extends Details {
  readonly name: 'recovery.used';
  readonly account: Account;
  /** The number of codes that are left. */
  readonly left: number;
}

export type ToldEnrolmentEvent = EnrolmentCreated | EnrolmentRemoved | RecoveryCreated | RecoveryUsed;

/** The notice that such an event becomes; null: nobody is told. */
export function enrolmentNoticeOf(event: ToldEnrolmentEvent): Notice | null {
  switch (event.name) {
    case 'enrolment.created':
      return additionNoticeOf(event);
    case 'enrolment.removed':
      return removalNoticeOf(event);
    case 'recovery.created':
      return event.cause === 'renewal' ? { account: event.account, topic: 'recovery-made' } : null;
    case 'recovery.used':
      return { account: event.account, topic: 'recovery-used', left: event.left };
  }
}

/** The number of a replaced factor was confirmed until now. Its reader learns that no more codes come. */
function additionNoticeOf({ account, method, replaced = null }: EnrolmentCreated): Notice {
  if (replaced === null) return { account, topic: 'factor-added', method };
  const hasLostNumber = sentTo(replaced) === 'number' && sentTo(method) !== 'number';
  const also = hasLostNumber ? numberContactOf(account) : [];
  return { account, topic: 'factor-replaced', method, replaced, also };
}

/** A set of recovery codes is no factor: it is removed with the last factor, whose notice tells of that. */
function removalNoticeOf(event: EnrolmentRemoved): Notice | null {
  const { account, method, cause, also } = event;
  if (account === null || !isFactor({ method })) return null;
  if (cause === 'administration') return { account, topic: 'removed-by-administrator', method, also };
  return cause === 'removal' ? { account, topic: 'factor-removed', method, also } : null;
}
