/** The acts of an administrator on the second factors of a person: removes them, files a reset, suspends one of them. */
import { isFactor } from '../../../domain/enrolment/enrolment.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { LONGEST_REASON } from '../../../domain/resets/reset-request.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { EnrolmentStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { ResetDecision, ResetDecisions } from '../../resets/decide.ts';
import type { RequestReset } from '../../resets/request-reset.ts';
import type { Factors } from '../factors.ts';
import { type Acting, type ActPermission, lineOf } from './permission.ts';

interface FactorActsDeps {
  readonly permission: Pick<ActPermission, 'refuseUnless'>;
  readonly factors: Pick<Factors, 'remove'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'setSuspended'>;
  readonly requestReset: RequestReset;
  readonly decisions: Pick<ResetDecisions, 'approve'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** `filed`: another administrator has to approve it. `approved`: it takes effect after the cooling-off. */
export type Removal = 'removed' | 'filed' | 'approved';

export function createFactorActs(deps: FactorActsDeps) {
  const { permission, factors, enrolments, requestReset, decisions, events, clock } = deps;

  /** It files a request and gives the first approval, in a tenant that wants two of them. */
  async function removeAll(acting: Acting, typed: string): Promise<Outcome<Removal>> {
    const refusal = await permission.refuseUnless(acting, 'remove-factors');
    if (refusal) return refusal;
    const reason = reasonOf(typed);
    if (reason === null) return refused({ code: 'field_invalid', field: 'reason' });
    const { actor, target, tenant } = acting;
    if (tenant.secondFactor.resetApprovers === 2) {
      const filed = await request(acting, reason);
      if (!filed.ok) return filed;
      const given = { by: actor.id, note: reason, isFiling: true };
      return removalBy(await decisions.approve(filed.value.id, given));
    }
    const removed = await factors.remove(target.id, 'all', actor.id);
    if (removed.length > 0)
      await events.append({ ...lineOf(acting), name: 'account.factors_removed', reason });
    return accepted('removed');
  }

  /** Somebody else approves it. */
  async function fileReset(acting: Acting, typed: string): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'file-reset');
    if (refusal) return refusal;
    const reason = reasonOf(typed);
    if (reason === null) return refused({ code: 'field_invalid', field: 'reason' });
    const filed = await request(acting, reason);
    return filed.ok ? accepted(null) : filed;
  }

  function request({ actor, target, ip }: Acting, reason: string) {
    const from = { ip, clientId: null, browser: null, filedBy: actor.id };
    return requestReset({ account: target }, { ...from, reason });
  }

  /** A suspended factor is kept and still counts as set up. No answer with it is accepted. */
  function suspend(acting: Acting, id: string): Promise<Outcome<null>> {
    return setSuspension(acting, id, clock.now());
  }

  function resume(acting: Acting, id: string): Promise<Outcome<null>> {
    return setSuspension(acting, id, null);
  }

  async function setSuspension(acting: Acting, id: string, atMs: number | null): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'suspend-factor');
    if (refusal) return refusal;
    const { target: account } = acting;
    const factor = (await enrolments.listByAccount(account.id)).find((each) => each.id === id);
    if (!factor || !isFactor(factor)) return refused({ code: 'field_invalid', field: 'factor' });
    if ((factor.suspendedAt === undefined) === (atMs === null)) return accepted(null);
    await enrolments.setSuspended(account.id, id, atMs);
    const name = atMs === null ? 'factor.resumed' : 'factor.suspended';
    await events.append({ ...lineOf(acting), name, account, method: factor.method });
    return accepted(null);
  }

  return { removeAll, fileReset, suspend, resume };
}

export type FactorActs = ReturnType<typeof createFactorActs>;

/** The approval may be the second one, of a request that waits already. */
function removalBy(decision: ResetDecision): Outcome<Removal> {
  switch (decision.kind) {
    case 'first-of-two':
    case 'filer':
      return accepted('filed');
    case 'decided':
      return accepted(decision.effectAt === null ? 'removed' : 'approved');
    case 'late':
      return decision.state === 'approved' ? accepted('approved') : refused({ code: 'conflict' });
    case 'own':
    case 'unknown':
      return refused({ code: 'conflict' });
  }
}

function reasonOf(typed: string): string | null {
  const reason = typed.trim();
  return reason === '' || reason.length > LONGEST_REASON ? null : reason;
}
