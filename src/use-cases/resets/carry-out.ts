/**
 * Carries out approved resets when their time has come: every factor, recovery code, trust and session of the account goes.
 * The first who takes the stage decides the time. Each later act may be repeated, so that any process completes what another
 * one has begun.
 */
import type { Account } from '../../domain/account.ts';
import { sentTo } from '../../domain/methods/index.ts';
import type { NoticeContact } from '../../domain/notice.ts';
import { type ResetCase, type ResetStep, resetStateOf, stepAt } from '../../domain/resets/reset-request.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import type { ResetRequestStore } from '../../ports/administration/reset-requests.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { EndSessions } from '../sign-in/end-sessions.ts';

interface ResetEffectsDeps {
  readonly resetRequests: Pick<ResetRequestStore, 'find' | 'take' | 'listDue' | 'settle'>;
  readonly accounts: Pick<AccountStore, 'findById' | 'update'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** Requests that are looked up at a time. */
const BATCH = 20;

export function createResetEffects(deps: ResetEffectsDeps) {
  const { resetRequests, accounts, enrolments, lockouts, trustedBrowsers, endSessions, events, clock } = deps;

  /** Those that are due now, one after the other. */
  async function carryOutDue(): Promise<void> {
    let ids: readonly string[];
    do {
      ids = await resetRequests.listDue(clock.now(), BATCH);
      for (const id of ids) await carryOut(id);
    } while (ids.length === BATCH);
  }

  /** Does nothing for a request that was not approved, or was cancelled, or has ended with its account. */
  async function carryOut(id: string): Promise<void> {
    const request = await resetRequests.find(id);
    const account = request && (await accounts.findById(request.accountId));
    if (request && account) {
      const effect = await begin(request, account);
      if (effect?.outcome === 'done') await reset(request, account, effect);
    }
    await resetRequests.settle(id);
  }

  /** Null when there is nothing to carry out. */
  async function begin(request: ResetCase, account: Account): Promise<ResetStep | null> {
    const effect = stepAt(request, 'effect');
    if (effect) return effect;
    const now = clock.now();
    const decision = stepAt(request, 'decision');
    if (!decision || resetStateOf(request, account, now) !== 'approved') return null;
    const { by } = decision;
    const step = { requestId: request.id, stage: 'effect', outcome: 'done', by, note: null } as const;
    return resetRequests.take({ ...step, atMs: now, dueAt: null });
  }

  async function reset(request: ResetCase, account: Account, effect: ResetStep): Promise<void> {
    const { atMs, by: actor } = effect;
    const also = await removeFactors(account, effect);
    await Promise.all([
      lockouts.reset(secondFactorSubject(account.id)),
      trustedBrowsers.removeAll(account.id),
      endSessions.all(account.id, null),
    ]);
    // The administrator's approval has proven more than the mailbox did.
    if (account.mailResetAt !== null) await accounts.update(account.id, { mailResetAt: null }, clock.now());
    // Read again: the link in the mail comes after this ending.
    const ended = (await accounts.findById(account.id)) ?? account;
    const once = { key: request.id, atMs, isRetold: true };
    const { id, browser } = request;
    const line = { accountId: account.id, tenantId: account.tenantId, actor, effectAt: null };
    await events.append({
      ...line,
      once,
      name: 'reset.done',
      account: ended,
      request: { id, browser },
      also,
    });
  }

  /** A factor that was set up since is the person's new one. Gives the numbers that got codes until now. */
  async function removeFactors(
    account: Account,
    { atMs, by: actor }: ResetStep,
  ): Promise<readonly NoticeContact[]> {
    const { id: accountId, tenantId, phone } = account;
    const before = (await enrolments.listByAccount(accountId)).filter(({ createdAt }) => createdAt <= atMs);
    for (const { id, method } of before) {
      if (!(await enrolments.remove(accountId, id))) continue;
      const line = { accountId, tenantId, actor, method, also: [] };
      await events.append({ ...line, name: 'enrolment.removed', account, cause: 'reset' });
    }
    const isTexted = before.some(({ method }) => sentTo(method) === 'number');
    return isTexted && phone !== null ? [{ channel: 'sms', to: phone }] : [];
  }

  return { carryOut, carryOutDue };
}

export type ResetEffects = ReturnType<typeof createResetEffects>;
