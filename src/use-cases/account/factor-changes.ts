/** Changes of a factor by which nothing is lost: its name, and which one is asked for first. Each can be taken back. */
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import { LONGEST_LABEL } from '../../domain/enrolment/steps.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { UNDO_MS, type Undo } from '../../domain/sign-in/undo.ts';
import type { EventLog } from '../../ports/events.ts';
import type { EnrolmentStore, OnceStore, TransactionStore } from '../../ports/stores.ts';
import type { Clock, Random } from '../../ports/system.ts';
import type { Visit } from './visit.ts';

interface FactorChangesDeps {
  readonly enrolments: Pick<EnrolmentStore, 'setDefault' | 'setLabel'>;
  readonly transactions: Pick<TransactionStore, 'find' | 'save'>;
  readonly onceKeys: Pick<OnceStore, 'claim'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

type Owner = Pick<PolicyResult, 'account'>;

export function createFactorChanges(deps: FactorChangesDeps) {
  const { enrolments, transactions, onceKeys, events, clock, random } = deps;

  /** Names a factor. An empty name shows its method. Refuses a factor that the account does not have. */
  async function rename(visit: Visit, id: string, typed: string, ip: string): Promise<Outcome<null>> {
    const { account, enrolments: all } = visit.policyResult;
    const factor = all.find((each) => each.id === id && isFactor(each));
    if (!factor) return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    if (typed.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    const label = typed.trim();
    if (!(await setLabel(visit.policyResult, id, label, ip))) return refused({ code: 'method_not_allowed' });
    await remember(visit, { kind: 'renamed', factorId: id, before: factor.label, after: label });
    return accepted(null);
  }

  /**
   * Sets the method that is asked for first. Null lets the person choose each time. Refuses a factor of another
   * account.
   */
  async function makeDefault(visit: Visit, id: string | null, ip: string): Promise<Outcome<null>> {
    const { account, enrolments: all } = visit.policyResult;
    if (id !== null && !all.some((each) => each.id === id && isFactor(each)))
      return refused({ code: 'method_not_allowed' });
    if (account.frozenAt !== null) return refused(FROZEN);
    await setDefault(visit.policyResult, id, ip);
    const before = all.find(({ isDefault }) => isDefault)?.id ?? null;
    await remember(visit, { kind: 'default', factorId: null, before, after: id });
    return accepted(null);
  }

  /** The last change of this session. Null when there was none within a minute. */
  async function undoable({ record }: Pick<Visit, 'record'>): Promise<Undo | null> {
    return (await changesOf(record.sessionUid))?.undo ?? null;
  }

  /**
   * Takes the last change back. A second request does nothing more. A change that was made since then, in another session
   * too, stays. Gives the kind of the change.
   */
  async function undo(visit: Visit, id: string, ip: string): Promise<Outcome<Undo['kind']>> {
    const { policyResult } = visit;
    const change = await undoable(visit);
    if (change?.id !== id) return refused({ code: 'session_expired' });
    if (policyResult.account.frozenAt !== null) return refused(FROZEN);
    const isStill = currentOf(policyResult, change) === change.after;
    const isFirst = await onceKeys.claim(`undo:${id}`, clock.now() + UNDO_MS);
    if (!isStill || !isFirst) return accepted(change.kind);
    if (change.kind === 'default') await setDefault(policyResult, change.before, ip);
    else if (change.factorId !== null && change.before !== null)
      await setLabel(policyResult, change.factorId, change.before, ip);
    return accepted(change.kind);
  }

  async function setLabel(policyResult: PolicyResult, id: string, label: string, ip: string) {
    const { account, enrolments: all } = policyResult;
    const factor = all.find((each) => each.id === id);
    if (!factor || !(await enrolments.setLabel(account.id, id, label))) return false;
    const { method } = factor;
    await events.append({ ...lineOf(policyResult, ip), name: 'enrolment.renamed', method });
    return true;
  }

  async function setDefault(policyResult: PolicyResult, id: string | null, ip: string): Promise<void> {
    const chosen = policyResult.enrolments.find((each) => each.id === id);
    await enrolments.setDefault(policyResult.account.id, chosen?.id ?? null);
    const method = chosen?.method ?? null;
    await events.append({ ...lineOf(policyResult, ip), name: 'enrolment.default_chosen', method });
  }

  /** Apart from an enrolment that is under way, whose time to confirm it would otherwise begin with this change. */
  function changesOf(sessionUid: string): Promise<SignInTransaction | null> {
    return transactions.find(uidOf(sessionUid), clock.now());
  }

  /** One of two simultaneous changes can be taken back. */
  async function remember({ record }: Visit, change: Omit<Undo, 'id'>): Promise<void> {
    const { sessionUid, accountId } = record;
    await transactions.save({
      ...EMPTY_TRANSACTION,
      uid: uidOf(sessionUid),
      version: (await changesOf(sessionUid))?.version ?? 0,
      accountId,
      authentications: [],
      keepsAuthTime: null,
      undo: { ...change, id: random.id() },
      expiresAt: clock.now() + UNDO_MS,
    });
  }

  return { rename, makeDefault, undoable, undo };
}

export type FactorChanges = ReturnType<typeof createFactorChanges>;

function uidOf(sessionUid: string): string {
  return `change:${sessionUid}`;
}

/** The name or the default factor as it is now. Undefined for a factor that is gone. */
function currentOf({ enrolments }: PolicyResult, { kind, factorId }: Undo): string | null | undefined {
  if (kind === 'default') return enrolments.find(({ isDefault }) => isDefault)?.id ?? null;
  return enrolments.find(({ id }) => id === factorId)?.label;
}

function lineOf({ account }: Owner, ip: string) {
  return { accountId: account.id, tenantId: account.tenantId, ip };
}
