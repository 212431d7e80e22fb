/** Lists accounts with what an administrator looks for: factors, confirmed address, end of grace, lock. */
import { type Account, normaliseEmail } from '../../domain/account.ts';
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { graceUntil } from '../../domain/policy/grace.ts';
import { secondFactorSubject } from '../../domain/sign-in/attempts.ts';
import { higher, type Minimum, strictestRequirement, type Tenant } from '../../domain/tenant.ts';
import { type AdministrationStore, MOST_AT_ONCE } from '../../ports/administration/administration-store.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import { waitsForInvitation } from '../invitations/invite.ts';
import { readGraceStarts } from './grace-starts.ts';

interface RosterDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'pageByTenant'>;
  readonly administration: Pick<AdministrationStore, 'methodsOf' | 'lockoutsOf' | 'valuesOf'>;
  readonly tenants: readonly Tenant[];
  /** The subject of the counters of an account's password. */
  readonly passwordSubject: (email: string) => Promise<string>;
  readonly clock: Clock;
}

export interface Person {
  readonly account: Account;
  /** The methods that are set up, oldest first. Recovery codes are no factor. */
  readonly factors: readonly string[];
  /** The end of the wait after wrong passwords or codes, in milliseconds since the epoch. Null: nothing waits. */
  readonly lockedUntil: number | null;
  /** The end of a grace that has begun, in milliseconds since the epoch. Null for an account that needs none. */
  readonly graceUntil: number | null;
}

/** Whether a person has neither a password nor a factor yet, and waits for an invitation. */
export function isWaiting({ account, factors }: Person): boolean {
  return account.passwordHash === null && factors.length === 0;
}

/** Each named one narrows the list. */
export interface RosterFilter {
  /** Without a factor. A disabled account needs none. */
  readonly unprotected?: boolean;
  readonly locked?: boolean;
  /** With an e-mail address that is not confirmed. */
  readonly unconfirmed?: boolean;
  /** For an invitation: without a password and without a factor, and not barred. */
  readonly waiting?: boolean;
  readonly group?: string | undefined;
}

export function createRoster({ accounts, administration, tenants, passwordSubject, clock }: RosterDeps) {
  const tenantById = new Map(tenants.map((tenant) => [tenant.id, tenant]));

  /** Reads what belongs to a page of accounts in three looks. */
  async function peopleOf(page: readonly Account[]): Promise<Person[]> {
    const ofPassword = await Promise.all(page.map(({ email }) => passwordSubject(email)));
    const ofCodes = page.map(({ id }) => secondFactorSubject(id));
    const [methods, passwordLocks, codeLocks, graces] = await Promise.all([
      administration.methodsOf(page.map(({ id }) => id)),
      administration.lockoutsOf(ofPassword),
      administration.lockoutsOf(ofCodes),
      readGraceStarts(
        administration,
        page.map(({ id }) => id),
        highestOf(page),
      ),
    ]);
    const now = clock.now();
    return page.map((account, index) => {
      const factors = (methods.get(account.id) ?? []).filter((method) =>
        isFactor({ method: method as MethodName }),
      );
      const lockedUntil = Math.max(
        passwordLocks.get(ofPassword[index] ?? '')?.lockedUntil ?? 0,
        codeLocks.get(ofCodes[index] ?? '')?.lockedUntil ?? 0,
      );
      const settings = tenantById.get(account.tenantId)?.secondFactor;
      const methodsIn = factors.map((method) => ({ method: method as MethodName }));
      const starts = graces.get(account.id) ?? {};
      return {
        account,
        factors,
        lockedUntil: lockedUntil > now ? lockedUntil : null,
        graceUntil: settings ? graceUntil(settings, account, methodsIn, starts) : null,
      };
    });
  }

  /** The highest minimum of the tenants of these accounts. */
  function highestOf(page: readonly Account[]): Minimum {
    const ids = [...new Set(page.map(({ tenantId }) => tenantId))];
    return ids
      .flatMap((id) => tenantById.get(id) ?? [])
      .map(({ secondFactor }) => strictestRequirement(secondFactor).minimum)
      .reduce(higher, 'any');
  }

  /** Tenant by tenant, in the order given. Gives pages, so that a tenant of any size fits into memory. */
  async function* list(
    tenantIds: readonly string[],
    filter: RosterFilter = {},
  ): AsyncGenerator<readonly Person[]> {
    for (const id of tenantIds) {
      let after: string | null = null;
      do {
        const page: readonly Account[] = await accounts.pageByTenant(id, after, MOST_AT_ONCE);
        after = page.at(-1)?.email ?? null;
        const wanted = page.filter((account) => isAmong(account, filter));
        const people = wanted.length === 0 ? [] : await peopleOf(wanted);
        const chosen = people.filter((person) => isLike(person, filter));
        if (chosen.length > 0) yield chosen;
      } while (after !== null);
    }
  }

  /** Null when no account has this e-mail address. */
  async function find(email: string): Promise<Person | null> {
    const account = await accounts.findByEmail(normaliseEmail(email));
    const [person] = account ? await peopleOf([account]) : [];
    return person ?? null;
  }

  return { peopleOf, list, find };
}

export type Roster = ReturnType<typeof createRoster>;

function isAmong({ emailConfirmed, groups }: Account, { unconfirmed, group }: RosterFilter): boolean {
  return !(unconfirmed && emailConfirmed) && (group === undefined || groups.includes(group));
}

function isLike({ account, factors, lockedUntil }: Person, filter: RosterFilter): boolean {
  const { unprotected, locked, waiting } = filter;
  const isUnprotected = factors.length === 0 && account.disabledAt === null;
  return (
    (!unprotected || isUnprotected) &&
    (!locked || lockedUntil !== null) &&
    (!waiting || waitsForInvitation(account, factors.length > 0))
  );
}
