/** The acts of an administrator on the way into an account: its locks, its sessions, and whether it may sign in at all. */
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { EndSessions } from '../../sign-in/end-sessions.ts';
import type { AccountAccess } from '../account-access.ts';
import type { LastAdministrator } from './last-administrator.ts';
import { type Acting, type ActPermission, lineOf } from './permission.ts';

interface AccessActsDeps {
  readonly permission: Pick<ActPermission, 'refuseUnless'>;
  readonly access: Pick<AccountAccess, 'unlock' | 'unfreeze' | 'enable' | 'completeDisabling'>;
  readonly administrators: LastAdministrator;
  readonly accounts: Pick<AccountStore, 'update'>;
  readonly endSessions: Pick<EndSessions, 'all'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

export function createAccessActs(deps: AccessActsDeps) {
  const { permission, access, administrators, accounts, endSessions, events, clock } = deps;

  async function disable(acting: Acting): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'disable');
    if (refusal) return refusal;
    const { actor, target } = acting;
    const isNew = target.disabledAt === null;
    const set = (disabledAt: number | null) => accounts.update(target.id, { disabledAt }, clock.now());
    const isDone =
      !isNew ||
      (await administrators.removeUnlessLast(target, {
        // First, so that a failure in a later step leaves nothing that can still be used.
        apply: () => set(clock.now()),
        undo: () => set(null),
      }));
    if (!isDone) return refused({ code: 'forbidden', because: 'last_administrator' });
    await access.completeDisabling(target, isNew, actor.id);
    return accepted(null);
  }

  async function enable(acting: Acting): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'enable');
    if (refusal) return refusal;
    await access.enable(acting.target.email, acting.actor.id);
    return accepted(null);
  }

  async function unlock(acting: Acting): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'unlock');
    if (refusal) return refusal;
    await access.unlock(acting.target.email, acting.actor.id);
    return accepted(null);
  }

  async function unfreeze(acting: Acting): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'unfreeze');
    if (refusal) return refusal;
    await access.unfreeze(acting.target.email, acting.actor.id);
    return accepted(null);
  }

  /** Everything that was begun or issued before now. */
  async function signOut(acting: Acting): Promise<Outcome<null>> {
    const refusal = await permission.refuseUnless(acting, 'end-sessions');
    if (refusal) return refusal;
    await endSessions.all(acting.target.id, null);
    await events.append({ ...lineOf(acting), name: 'session.ended', reason: 'all' });
    return accepted(null);
  }

  return { disable, enable, unlock, unfreeze, signOut };
}

export type AccessActs = ReturnType<typeof createAccessActs>;
