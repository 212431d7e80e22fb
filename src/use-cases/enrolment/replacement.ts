/** Removes a factor that a new one replaces. Both exist until the new one works, so that the account is never without. */
import { type Enrolment, hasFactor } from '../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { EnrolmentStore } from '../../ports/stores.ts';

interface ReplacementDeps {
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove' | 'listByAccount' | 'setDefault'>;
}

/**
 * Removes the factor that the pending enrolment replaces, and gives its method. Null when there is none, or when somebody
 * else has removed it. `isRepeated`: an earlier request of the same enrolment may have removed it and died.
 */
export type ReplaceFactor = (
  transaction: Pick<SignInTransaction, 'pendingEnrolment'>,
  policyResult: Pick<PolicyResult, 'account' | 'enrolments'>,
  newId: string,
  isRepeated: boolean,
) => Promise<MethodName | null>;

export function createReplaceFactor({ enrolments }: ReplacementDeps): ReplaceFactor {
  return async ({ pendingEnrolment }, { account, enrolments: before }, newId, isRepeated) => {
    const replaces = pendingEnrolment?.replaces;
    if (!replaces || replaces.enrolmentId === newId) return null;
    const old = before.find(({ id }) => id === replaces.enrolmentId);
    if (!old) return isRepeated ? replaces.method : null;
    // The person may have removed the new factor in another window meanwhile.
    if (!(await isEnrolled(account.id, newId))) return null;
    if (old.isDefault) await enrolments.setDefault(account.id, newId);
    return (await removeUnlessLast(old)) ? old.method : null;
  };

  async function isEnrolled(accountId: string, id: string): Promise<boolean> {
    return (await enrolments.listByAccount(accountId)).some((each) => each.id === id);
  }

  /** A simultaneous removal of the new factor may have relied on the old one, which is then restored. */
  async function removeUnlessLast(old: Enrolment): Promise<boolean> {
    if (!(await enrolments.remove(old.accountId, old.id))) return false;
    if (hasFactor(await enrolments.listByAccount(old.accountId))) return true;
    await enrolments.insert(old);
    return false;
  }
}
