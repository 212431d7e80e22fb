/** The rules about administrators: whom a person of a role sees, and what that person may do to whom. */
import { type Account, ROLES, type Role } from '../account.ts';

/** The acts of the console on one person. */
export const ACTIONS = [
  /** Opens the person's page. */
  'view',
  'unlock',
  'end-sessions',
  /** Files a request for a reset. Somebody else approves it. */
  'file-reset',
  'resend-confirmation',
  'edit-details',
  /** Approves or refuses a request for a reset. */
  'decide-reset',
  'remove-factors',
  /** Suspends a factor, or ends its suspension. */
  'suspend-factor',
  'temporary-pass',
  'disable',
  'enable',
  'unfreeze',
  /** Requires a second factor of this person. */
  'set-enforcement',
  'give-role',
] as const;

export type Action = (typeof ACTIONS)[number];

/** A person who acts. */
export type Actor = Pick<Account, 'id' | 'tenantId' | 'role' | 'manages'>;
/** A person who is acted on. */
export type Target = Pick<Account, 'id' | 'tenantId' | 'role' | 'groups'>;

/** `hidden`: the actor does not learn that the person exists, and the page answers 404. `forbidden`: 403. */
export type Permission = 'allowed' | 'forbidden' | 'hidden';

/** The members that a person of a role may see. Every query for that person is narrowed to them in the store. */
export interface Scope {
  readonly tenantId: string;
  /** Those in at least one of these groups. Null: all members of the tenant. */
  readonly groups: readonly string[] | null;
}

const OF_HELPDESK: readonly Action[] = ['unlock', 'end-sessions', 'file-reset', 'resend-confirmation'];

/** The acts of each role. A higher role has all acts of a lower one. */
const ACTS: Readonly<Record<Role, ReadonlySet<Action>>> = {
  member: new Set(),
  helpdesk: new Set(['view', ...OF_HELPDESK]),
  manager: new Set(ACTIONS.filter((action) => action !== 'give-role')),
  admin: new Set(ACTIONS),
};

/** Null for a member, who sees nobody. */
export function scopeOf({
  tenantId,
  role,
  manages,
}: Pick<Actor, 'tenantId' | 'role' | 'manages'>): Scope | null {
  if (role === 'member') return null;
  return { tenantId, groups: role === 'manager' ? manages : null };
}

export function isInScope(scope: Scope, { tenantId, groups }: Pick<Target, 'tenantId' | 'groups'>): boolean {
  if (tenantId !== scope.tenantId) return false;
  return scope.groups === null || groups.some((group) => scope.groups?.includes(group));
}

/**
 * Whether one person may do this to another. Nobody acts here on the own account, nor on one of the own or a higher role;
 * administrators may among themselves.
 */
export function mayAct(actor: Actor, action: Action, target: Target): Permission {
  const scope = scopeOf(actor);
  if (scope === null || !isInScope(scope, target)) return 'hidden';
  if (!ACTS[actor.role].has(action)) return 'forbidden';
  if (action === 'view') return 'allowed';
  if (actor.id === target.id) return 'forbidden';
  const isBelow = rankOf(target.role) < rankOf(actor.role);
  return isBelow || (actor.role === 'admin' && target.role === 'admin') ? 'allowed' : 'forbidden';
}

/** Whether a person may give another one this role. Nobody gives a role above the own. */
export function mayGive(actor: Pick<Actor, 'role'>, role: Role): boolean {
  return ACTS[actor.role].has('give-role') && rankOf(role) <= rankOf(actor.role);
}

/**
 * Whether a person may change the groups of another one in this way: a manager adds and takes away only groups that he
 * or she manages, and leaves at least one of them.
 */
export function mayRegroup(
  { role, manages }: Pick<Actor, 'role' | 'manages'>,
  before: readonly string[],
  after: readonly string[],
): boolean {
  if (role === 'admin') return true;
  if (role !== 'manager') return false;
  const changed = [...before, ...after].filter((group) => before.includes(group) !== after.includes(group));
  return changed.every((group) => manages.includes(group)) && after.some((group) => manages.includes(group));
}

/** The pages of the console. */
export const CONSOLE_PAGES = [
  'overview',
  'users',
  'requests',
  'invite',
  'campaigns',
  'audit',
  'security',
  'whatif',
] as const;

export type ConsolePage = (typeof CONSOLE_PAGES)[number];

const PAGES: Readonly<Record<Role, readonly ConsolePage[]>> = {
  member: [],
  helpdesk: ['overview', 'users', 'requests'],
  manager: ['overview', 'users', 'requests', 'invite', 'campaigns', 'audit'],
  admin: CONSOLE_PAGES,
};

/** Whether a role opens a page of the console. */
export function mayOpen(role: Role, page: ConsolePage): boolean {
  return PAGES[role].includes(page);
}

function rankOf(role: Role): number {
  return ROLES.indexOf(role);
}
