/** Invites a new member into the tenant of an administrator, or into the groups of a manager. */
import { type Account, isGroupName, normaliseEmail, shownEmail } from '../../../domain/account.ts';
import { isInScope, mayOpen, mayRegroup, scopeOf } from '../../../domain/administration/may-act.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { isTypedEmail, personName } from '../../../domain/self-service/details.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore } from '../../../ports/stores.ts';
import type { Inviting } from '../../invitations/invite.ts';
import type { AccountCreation } from '../accounts.ts';

interface MemberInvitationsDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail'>;
  readonly creation: Pick<AccountCreation, 'create'>;
  /** The sender of invitations on behalf of this account. */
  readonly invitingAs: (actorId: string) => Pick<Inviting, 'invite'>;
  readonly events: EventLog;
}

/** A new member, as typed. */
export interface TypedMember {
  readonly email: string;
  /** Empty: the e-mail address. */
  readonly name: string;
  readonly groups: readonly string[];
}

export interface InvitedMember {
  readonly account: Account;
  /** False: the account is there, and the mail server did not take the invitation. */
  readonly isMailed: boolean;
}

export type MemberInvitations = ReturnType<typeof createMemberInvitations>;

export function createMemberInvitations(deps: MemberInvitationsDeps) {
  const { accounts, creation, invitingAs, events } = deps;

  async function invite(actor: Account, typed: TypedMember): Promise<Outcome<InvitedMember>> {
    if (!mayOpen(actor.role, 'invite')) return refused({ code: 'forbidden' });
    const email = normaliseEmail(typed.email);
    if (!isTypedEmail(email)) return refused({ code: 'field_invalid', because: 'email_incomplete' });
    const name = typed.name.trim() === '' ? shownEmail(email) : personName(typed.name);
    if (name === null) return refused({ code: 'field_invalid', field: 'name' });
    const groups = [...new Set(typed.groups)];
    if (!groups.every(isFit)) return refused({ code: 'field_invalid', because: 'groups_unfit' });
    if (!mayRegroup(actor, [], groups))
      return refused({ code: 'field_invalid', because: 'groups_not_managed' });
    const nothing = { givenName: null, familyName: null, username: null, manages: [], phone: null };
    const wanted = { ...nothing, email, name, groups, role: 'member', tenantId: actor.tenantId } as const;
    const made = await creation.create(wanted, null, actor.id);
    if (made.kind !== 'created') return refuseKnown(actor, email);
    const order = { clientId: null, isAgain: false };
    const outcome = await invitingAs(actor.id).invite(made.account.id, order);
    return accepted({ account: made.account, isMailed: outcome === 'invited' });
  }

  /** The audit log shows when somebody searches for accounts of others in this way. */
  async function refuseKnown(actor: Account, email: string) {
    const account = await accounts.findByEmail(email);
    if (account && isSeenBy(actor, account))
      return refused({ code: 'field_invalid', because: 'email_known' });
    await events.append(lineOfElsewhere(actor));
    return refused({ code: 'field_invalid', because: 'email_elsewhere' });
  }

  return { invite };
}

/** Whether this account is in the lists of an administrator. */
export function isSeenBy(actor: Account, account: Account): boolean {
  const scope = scopeOf(actor);
  return scope !== null && isInScope(scope, account);
}

/** The line about an address that has an account which the actor does not see. It names neither. */
export function lineOfElsewhere({ id, tenantId }: Account) {
  return { name: 'account.invited', tenantId, actor: id, reason: 'email_elsewhere' } as const;
}

function isFit(group: string): boolean {
  return isGroupName(group) && !/\p{Cc}/u.test(group);
}
