/** What somebody in charge sees of a person's second factors, and does when a phone is lost. */
import { secondFactorSubject } from '../domain/attempts.ts';
import { type Factor, hasFactor, withoutSecret } from '../domain/enrolment.ts';
import type { EnrolmentStore, LockoutStore, TrustedBrowserStore } from '../ports/stores.ts';
import type { Trail } from '../ports/system.ts';

interface Needs {
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'reset'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'removeAll'>;
  readonly trail: Trail;
}

export function createFactors({ enrolments, lockouts, trustedBrowsers, trail }: Needs) {
  /** Oldest first. */
  async function list(accountId: string): Promise<Factor[]> {
    return (await enrolments.listByAccount(accountId)).map(withoutSecret);
  }

  /**
   * Removes one factor, or all of them, and forgets the failures and the lock that stood against them: what is set
   * up next starts anew. Sessions and tokens that were built on them end. Gives what was removed.
   */
  async function remove(accountId: string, which: { readonly id: string } | 'all'): Promise<Factor[]> {
    const removed: Factor[] = [];
    const all = await enrolments.listByAccount(accountId);
    // Codes on paper get in when a factor is lost: with the last factor they go as well.
    const isAll = which === 'all' || !hasFactor(all.filter(({ id }) => id !== which.id));
    for (const enrolment of all) {
      const { id, tenantId, method } = enrolment;
      const isMeant = isAll || id === which.id;
      if (!isMeant || !(await enrolments.remove(accountId, id))) continue;
      await trail({ event: 'enrolment.removed', accountId, tenantId, method });
      removed.push(withoutSecret(enrolment));
    }
    if (removed.length > 0) {
      await lockouts.reset(secondFactorSubject(accountId));
      await trustedBrowsers.removeAll(accountId);
    }
    return removed;
  }

  return { list, remove };
}

export type Factors = ReturnType<typeof createFactors>;
