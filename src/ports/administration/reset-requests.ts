/** The storage interface of requests to reset second factors. A step is an insert under its request and its stage. */
import type { Scope } from '../../domain/administration/may-act.ts';
import type { ResetCase, ResetRequest, ResetStep } from '../../domain/resets/reset-request.ts';

/** The place of a request in a list that begins with the newest. */
export type ResetPlace = Pick<ResetRequest, 'createdAt' | 'id'>;

export interface ResetRequestStore {
  /** False when a request with this id exists; it stays as it is. */
  insert(request: ResetRequest): Promise<boolean>;
  find(id: string): Promise<ResetCase | null>;
  /** The newest request of an account. */
  findNewest(accountId: string): Promise<ResetCase | null>;
  /** Newest first, from the one after `after` (null: from the newest), at most `limit`. */
  pageByTenant(tenantId: string, after: ResetPlace | null, limit: number): Promise<ResetCase[]>;
  /**
   * The requests of the people within a scope: those that wait at `now`, or all others. Newest first, from the one after
   * `after` (null: from the newest), at most `limit`.
   */
  pageInScope(
    scope: Scope,
    isWaiting: boolean,
    after: ResetPlace | null,
    limit: number,
    now: number,
  ): Promise<ResetCase[]>;
  countWaiting(scope: Scope, now: number): Promise<number>;
  /** Gives the step that the request has taken at this stage: this one, or the one that was first. */
  take(step: ResetStep): Promise<ResetStep>;
  /** The ids of requests with an approval that is due at `now`, the longest due first, at most `limit`. */
  listDue(now: number, limit: number): Promise<string[]>;
  /** Nothing is left to do: the approval is not due any more. A repeated call changes nothing. */
  settle(requestId: string): Promise<void>;
}
