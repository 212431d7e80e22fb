/** The events of requests to reset second factors, and of invitations. */
import type { Account } from '../account.ts';
import type { EventDetails } from '../event-details.ts';
import type { Notice, NoticeContact } from '../notice.ts';
import type { ResetRequest } from './reset-request.ts';

export const RESET_EVENTS = [
  'reset.requested',
  'reset.approved',
  'reset.refused',
  'reset.cancelled',
  'reset.done',
] as const;

export const INVITATION_EVENTS = ['account.invited', 'account.joined'] as const;

export type ResetEventName = (typeof RESET_EVENTS)[number];

/** A step of a request. A refused attempt has a `reason`, and is told to nobody. */
export interface ResetEvent extends EventDetails {
  readonly name: ResetEventName;
  readonly account: Account;
  readonly request: Pick<ResetRequest, 'id' | 'browser' | 'filedBy'>;
  /** The time at which an approval takes effect. Null: at once, or it is another step. */
  readonly effectAt: number | null;
  /** Numbers that got codes until now. */
  readonly also: readonly NoticeContact[];
}

export interface AccountJoined extends EventDetails {
  readonly name: 'account.joined';
  readonly account: Account;
}

const TOPICS = {
  'reset.requested': 'reset-requested',
  'reset.approved': 'reset-approved',
  'reset.refused': 'reset-refused',
  'reset.cancelled': 'reset-cancelled',
  'reset.done': 'reset-done',
} as const;

/** The notice of a step. Null for an attempt that changed nothing, and for an approval whose effect is told at once. */
export function resetNoticeOf({ name, account, request, effectAt, reason, also }: ResetEvent): Notice | null {
  if (name === 'reset.approved' && effectAt === null) return null;
  if (name !== 'reset.approved' && reason) return null;
  const { id, browser, filedBy } = request;
  const isFiled = filedBy !== undefined;
  const topic = name === 'reset.requested' && isFiled ? 'reset-filed' : TOPICS[name];
  return { account, topic, reset: { id, isFiled, browser, effectAt }, also };
}
