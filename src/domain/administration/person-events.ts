/** The events of administrators' acts on one person, and the notices that they become. */
import type { Account } from '../account.ts';
import type { EventDetails } from '../event-details.ts';
import type { MethodName } from '../methods/method.ts';
import type { Notice } from '../notice.ts';

/** The person is not told of these. */
export type QuietPersonEventName =
  /** At most one line for an administrator and a person in ten minutes. */
  | 'admin.person_viewed'
  /** An act that the role does not allow. `reason`: the name of the act. */
  | 'admin.act_refused'
  /** `reason`: the new role. */
  | 'account.role_changed'
  /** `reason`: the new enforcement of the person. */
  | 'account.enforcement_changed'
  /** `reason`: the administrator's own words. Each removed factor has an event of its own beside it. */
  | 'account.factors_removed';

export interface FactorSuspension extends EventDetails {
  readonly name: 'factor.suspended' | 'factor.resumed';
  readonly account: Account;
  readonly method: MethodName;
}

/** A pass stands in for the mailed code of the person, whose contacts are told. */
export interface PassIssued extends EventDetails {
  readonly name: 'account.pass_issued';
  readonly account: Account;
}

export type PersonEventName = QuietPersonEventName | ToldPersonEvent['name'];

export type ToldPersonEvent = FactorSuspension | PassIssued;

export function personNoticeOf(event: ToldPersonEvent): Notice {
  const { account } = event;
  if (event.name === 'account.pass_issued') return { account, topic: 'pass-issued' };
  const topic = event.name === 'factor.suspended' ? 'factor-suspended' : 'factor-resumed';
  return { account, topic, method: event.method };
}

/** Whether the reason is a text that a person has typed, which belongs to no log and no metric. */
export function hasTypedReason(name: string): boolean {
  return name === 'account.factors_removed';
}
