/** A person's request to have every second factor removed, and the steps that it has taken. */
import { hasFactor } from '../enrolment/enrolment.ts';
import type { PolicyResult } from '../policy/policy.ts';
import { type Ending, hasEnded } from '../sign-in/ending.ts';

export interface ResetRequest {
  /** The account and the number of the request, so that of two simultaneous requests one is stored. */
  readonly id: string;
  readonly accountId: string;
  readonly tenantId: string;
  /** Absent: the person has asked. Else the id of the administrator who has filed it for the person. */
  readonly filedBy?: string;
  /** The reason in the words of the one who has filed it. */
  readonly reason: string;
  /** The network that it came from, as the audit log keeps an IP address. */
  readonly ip: string;
  /** A name such as `Firefox, Linux`. Null when the browser sends no known name. */
  readonly browser: string | null;
  /** Milliseconds since the epoch, as `expiresAt`. */
  readonly createdAt: number;
  /** Nobody can approve it from then on. */
  readonly expiresAt: number;
}

/**
 * `first-approval`: the first of two approvals. `decision`: it is approved, refused or cancelled. `effect`: the factors are
 * removed, or the approved request was cancelled before.
 */
export type ResetStage = 'first-approval' | 'decision' | 'effect';

/** One step. A request takes a stage once, so that of several administrators one decides. */
export interface ResetStep {
  readonly requestId: string;
  readonly stage: ResetStage;
  readonly outcome: 'approved' | 'refused' | 'cancelled' | 'done';
  /** `operator` for the command line, `owner` for the link in a mail, else the id of an administrator's account. */
  readonly by: string;
  /** The reason of the one who decided. Null when none was given. */
  readonly note: string | null;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  /** The time at which an approval takes effect. Null where nothing is left to do. */
  readonly dueAt: number | null;
}

/** A request with its steps, oldest first. */
export interface ResetCase extends ResetRequest {
  readonly steps: readonly ResetStep[];
}

/** `approved`: it waits for its time. `expired`: too old, or everything of the account was ended since. */
export type ResetState = 'open' | 'approved' | 'refused' | 'cancelled' | 'expired' | 'done';

/** The request can still change something. */
export const WAITING: ReadonlySet<ResetState> = new Set(['open', 'approved']);

const HOUR_MS = 60 * 60 * 1000;
/** Milliseconds in which an administrator can approve. */
export const RESET_LIFETIME_MS = 72 * HOUR_MS;
/** Milliseconds for which a request is kept, whatever became of it. The longest cooling-off is shorter. */
export const RESET_KEPT_MS = 90 * 24 * HOUR_MS;
/** Requests of one account within a day. Each of them is mailed. */
const RESETS_PER_DAY = 3;
/** Characters. */
export const LONGEST_REASON = 500;

/** The approver behind the command line, who has access to the server. */
export const OPERATOR = 'operator';
/** The person of the account, by a link in a mail. */
export const OWNER = 'owner';

/** The id of the request after this one. */
export function nextResetId(accountId: string, newest: Pick<ResetRequest, 'id'> | null): string {
  return `${accountId}.${newest === null ? 1 : numberIn(newest.id) + 1}`;
}

/** The id of the request whose age decides whether the next one is too many for a day. */
export function limitingResetId({ accountId, id }: Pick<ResetRequest, 'accountId' | 'id'>): string {
  return `${accountId}.${numberIn(id) - RESETS_PER_DAY + 1}`;
}

function numberIn(id: string): number {
  return Number(id.slice(id.lastIndexOf('.') + 1));
}

/** Whether the account has a factor that this sign-in still waits for, so that its person may have lost it. */
export function mayAskForReset({
  enrolments,
  decision,
}: Pick<PolicyResult, 'enrolments' | 'decision'>): boolean {
  return hasFactor(enrolments) && (decision.kind === 'prove' || decision.kind === 'refuse');
}

export function stepAt({ steps }: Pick<ResetCase, 'steps'>, stage: ResetStage): ResetStep | null {
  return steps.find((step) => step.stage === stage) ?? null;
}

/**
 * The state of a request. An ending of the account ends its requests too: a changed password stops the request of
 * somebody who knew the old one.
 */
export function resetStateOf(request: ResetCase, account: Ending, now: number): ResetState {
  const effect = stepAt(request, 'effect');
  if (effect) return effect.outcome;
  const isEnded = hasEnded(request.createdAt, account);
  const decision = stepAt(request, 'decision');
  if (decision) return decision.outcome === 'approved' && isEnded ? 'expired' : decision.outcome;
  return isEnded || now >= request.expiresAt ? 'expired' : 'open';
}
