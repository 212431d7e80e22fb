/**
 * The members whom changed settings affect. Members are read in batches, and other requests have their turn between two
 * batches. So a tenant of any size can be looked at.
 */
import type { Account } from '../../../domain/account.ts';
import type { Scope } from '../../../domain/administration/may-act.ts';
import { isMethodName, type MethodName } from '../../../domain/methods/method.ts';
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../../../domain/sign-in/attempts.ts';
import type { TrustedBrowser } from '../../../domain/sign-in/trusted-browser.ts';
import {
  higher,
  type Minimum,
  strictestRequirement,
  type Tenant,
  type TenantSecondFactor,
} from '../../../domain/tenant.ts';
import { type Effect, effectOf, type Member } from '../../../domain/tenant-settings/preview.ts';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import type { PeopleStore } from '../../../ports/administration/people-store.ts';
import type { Clock } from '../../../ports/system.ts';
import { readGraceStarts } from '../grace-starts.ts';

interface PreviewDeps {
  readonly people: Pick<PeopleStore, 'page'>;
  readonly administration: Pick<AdministrationStore, 'methodsOf' | 'lockoutsOf' | 'valuesOf'>;
  readonly listTrusted: (account: Account) => Promise<readonly TrustedBrowser[]>;
  /** The methods that can be used now. */
  readonly available: () => readonly MethodName[];
  /** Resolves when other requests have had their turn. */
  readonly othersFirst: () => Promise<void>;
  readonly clock: Clock;
}

export interface PreviewTotals {
  /** Members whose next sign-in would differ. */
  readonly affected: number;
  /** Administrators among them. */
  readonly administrators: number;
  /** Members with a factor that counts after the change. */
  readonly alreadyProtected: number;
  /** Members who have to set up a factor after the change. */
  readonly mustSetUp: number;
  /** The ones among them who have nothing that they could set up. */
  readonly noMethod: number;
}

export interface AffectedMember extends Effect {
  readonly account: Account;
}

interface Change {
  readonly scope: Scope;
  readonly before: Tenant;
  readonly after: Tenant;
}

/** The details of members on which the change can depend. */
interface Reading {
  readonly readsTrust: boolean;
  /** The highest minimum before and after. */
  readonly highest: Minimum;
}

const BATCH = 200;

export type PreviewSettings = ReturnType<typeof createPreviewSettings>;

export function createPreviewSettings({
  people,
  administration,
  listTrusted,
  available,
  othersFirst,
  clock,
}: PreviewDeps) {
  /** Each batch of members in the order of their addresses. */
  async function* effects({ scope, before, after }: Change): AsyncGenerator<AffectedMember[]> {
    const now = clock.now();
    const query = { q: null, group: null, role: null, condition: 'enabled' } as const;
    const reading = readingFor(before.secondFactor, after.secondFactor);
    const context = { available: available(), now };
    let last: string | null = null;
    for (;;) {
      const accounts: readonly Account[] = await people.page(scope, query, last, BATCH, now);
      const members = await membersOf(accounts, reading);
      yield members.map((member) => ({
        account: member.account,
        ...effectOf(member, before.secondFactor, after.secondFactor, context),
      }));
      last = accounts.at(-1)?.email ?? null;
      if (accounts.length < BATCH) return;
      await othersFirst();
    }
  }

  async function membersOf(
    accounts: readonly Account[],
    { readsTrust, highest }: Reading,
  ): Promise<Member[]> {
    const ids = accounts.map(({ id }) => id);
    const [methods, lockouts, starts, trusted] = await Promise.all([
      administration.methodsOf(ids),
      administration.lockoutsOf(ids.map(secondFactorSubject)),
      readGraceStarts(administration, ids, highest),
      Promise.all(accounts.map(async (account) => readsTrust && (await listTrusted(account)).length > 0)),
    ]);
    return accounts.map((account, index) => {
      const failures = lockouts.get(secondFactorSubject(account.id))?.failures ?? {};
      return {
        account,
        factors: (methods.get(account.id) ?? []).filter(isMethodName).map((method, place) => ({
          id: String(place),
          method,
          accepted: (failures[method] ?? 0) < FAILURES_UNTIL_REFUSED,
          isDefault: false,
        })),
        graceStarts: starts.get(account.id) ?? {},
        hasTrust: trusted[index] ?? false,
      };
    });
  }

  async function totals(change: Change): Promise<PreviewTotals> {
    const sum = { affected: 0, administrators: 0, alreadyProtected: 0, mustSetUp: 0, noMethod: 0 };
    for await (const batch of effects(change)) {
      for (const { account, isAffected, outlook } of batch) {
        if (isAffected) sum.affected += 1;
        if (isAffected && account.role === 'admin') sum.administrators += 1;
        if (outlook === 'protected') sum.alreadyProtected += 1;
        if (outlook === 'must-set-up' || outlook === 'no-method') sum.mustSetUp += 1;
        if (outlook === 'no-method') sum.noMethod += 1;
      }
    }
    return sum;
  }

  /** Those whose next sign-in would differ. */
  async function* affected(change: Change): AsyncGenerator<AffectedMember> {
    for await (const batch of effects(change)) {
      for (const member of batch) if (member.isAffected) yield member;
    }
  }

  return { totals, affected };
}

function readingFor(before: TenantSecondFactor, after: TenantSecondFactor): Reading {
  const trustOf = ({ trustedDevices, minimum, groups }: TenantSecondFactor) =>
    trustedDevices && JSON.stringify([minimum, groups]);
  const highest = higher(strictestRequirement(before).minimum, strictestRequirement(after).minimum);
  return { readsTrust: trustOf(before) !== trustOf(after), highest };
}
