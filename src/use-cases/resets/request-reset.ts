/**
 * Files a request to have the second factors of a person reset: by the person after the password, or by an administrator.
 * Nothing changes before an approval.
 */
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import {
  LONGEST_REASON,
  limitingResetId,
  nextResetId,
  RESET_LIFETIME_MS,
  type ResetRequest,
  resetStateOf,
  WAITING,
} from '../../domain/resets/reset-request.ts';
import { truncatedAddress } from '../../domain/sign-in/attempts.ts';
import { beginningAt } from '../../domain/sign-in/ending.ts';
import type { ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Clock } from '../../ports/system.ts';

interface RequestResetDeps {
  readonly resetRequests: Pick<ResetRequestStore, 'insert' | 'find' | 'findNewest'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

interface Asked {
  readonly reason: string;
  readonly ip: string;
  /** Null: it is filed in the console. */
  readonly clientId: string | null;
  /** A name such as `Firefox, Linux`. Null when it is not known. */
  readonly browser: string | null;
  /** The id of the administrator who files it for the person. Absent: the person asks. */
  readonly filedBy?: string;
}

/** The request that waits now. */
interface Filed {
  readonly id: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Accepts the request. A second one beside a request that still waits changes nothing and gets the same answer. So the answer
 * does not tell a stranger with the password whether there is one.
 */
export type RequestReset = (of: Pick<PolicyResult, 'account'>, asked: Asked) => Promise<Outcome<Filed>>;

export function createRequestReset(deps: RequestResetDeps): RequestReset {
  const { resetRequests, events, clock } = deps;

  return async ({ account }, { reason: typed, ip, clientId, browser, filedBy }) => {
    const now = clock.now();
    const { id: accountId, tenantId } = account;
    const line = { account, accountId, tenantId, actor: filedBy ?? accountId, clientId, ip };
    const noted = async (
      request: Pick<ResetRequest, 'id' | 'browser' | 'filedBy'>,
      reason: string | null,
    ) => {
      const once = reason === null ? { once: { key: request.id, atMs: now } } : {};
      await events.append({
        ...line,
        ...once,
        name: 'reset.requested',
        request,
        reason,
        effectAt: null,
        also: [],
      });
    };
    const refuse = async (refusal: Refusal, reason: string = refusal.code) => {
      await noted({ id: '', browser }, reason);
      return refused(refusal);
    };
    const reason = typed.trim();
    if (reason === '' || reason.length > LONGEST_REASON)
      return refused({ code: 'field_invalid', field: 'reason' });
    const forAdministrator = { code: 'forbidden', because: 'person_frozen' } as const;
    if (account.frozenAt !== null) return refuse(filedBy ? forAdministrator : FROZEN, 'frozen');
    if (account.heldAt !== null)
      return refuse(filedBy ? forAdministrator : { code: 'forbidden', because: 'held' }, 'held');

    const newest = await resetRequests.findNewest(account.id);
    if (newest && WAITING.has(resetStateOf(newest, account, now))) {
      await noted(newest, 'already_waiting');
      return accepted(newest);
    }
    const limiting = newest && (await resetRequests.find(limitingResetId(newest)));
    const retryAt = limiting === null ? now : limiting.createdAt + DAY_MS;
    if (retryAt > now) return refuse({ code: 'too_many_attempts', retryAt });

    const request: ResetRequest = {
      id: nextResetId(account.id, newest),
      accountId: account.id,
      tenantId: account.tenantId,
      ...(filedBy !== undefined && { filedBy }),
      reason,
      ip: truncatedAddress(ip),
      browser,
      createdAt: beginningAt(now, account),
      expiresAt: now + RESET_LIFETIME_MS,
    };
    // The other form of the same person may have been first.
    const isStored = await resetRequests.insert(request);
    await noted(request, isStored ? null : 'already_waiting');
    return accepted(request);
  };
}
