/** Finds a person for an administrator, and decides whether an act on that person is allowed. */
import type { Account } from '../../../domain/account.ts';
import { type Action, mayAct, scopeOf } from '../../../domain/administration/may-act.ts';
import { refused } from '../../../domain/refusal.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { PeopleStore } from '../../../ports/administration/people-store.ts';
import type { EventLog } from '../../../ports/events.ts';

interface PermissionDeps {
  readonly people: Pick<PeopleStore, 'find'>;
  readonly events: EventLog;
}

/** A person who acts, the person who is acted on, their tenant, and the network of the request. */
export interface Acting {
  readonly actor: Account;
  readonly target: Account;
  readonly tenant: Tenant;
  readonly ip: string;
}

type Refused = ReturnType<typeof refused>;

export function createPermission({ people, events }: PermissionDeps) {
  /** Null when the actor does not learn that there is such a person. */
  async function find(actor: Account, id: string): Promise<Account | null> {
    const scope = scopeOf(actor);
    return scope && people.find(scope, id);
  }

  /** Null: the act is allowed. The audit log tells of a refused one. */
  async function refuseUnless(acting: Acting, action: Action): Promise<Refused | null> {
    if (mayAct(acting.actor, action, acting.target) === 'allowed') return null;
    return refuse(acting, action);
  }

  async function refuse(acting: Acting, action: string): Promise<Refused> {
    await events.append({ ...lineOf(acting), name: 'admin.act_refused', reason: action });
    return refused({ code: 'forbidden' });
  }

  return { find, refuse, refuseUnless };
}

export type ActPermission = ReturnType<typeof createPermission>;

/** The person, the actor and the network of an audit line. */
export function lineOf({ actor, target, ip }: Pick<Acting, 'actor' | 'target' | 'ip'>) {
  return { accountId: target.id, tenantId: target.tenantId, actor: actor.id, ip };
}
