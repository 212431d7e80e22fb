/** The methods that an account may add to those that it has. */
import { sentTo } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import { isWorthSettingUp } from '../policy/minimum.ts';
import type { PolicyResult } from '../policy/policy.ts';
import { methodsOnOffer } from '../tenant.ts';

/** Per account. An answer is compared with every enrolment of its method, so each one helps a guesser. */
const MOST_OF_A_METHOD = 10;

/** `available`: the methods that can be completed now. `replaced`: the id of a factor that goes when the new one works. */
export function methodsToAdd(
  { enforcement, minimum, tenant, account, enrolments }: PolicyResult,
  available: readonly MethodName[],
  replaced: string | null = null,
): readonly MethodName[] {
  const onOffer = methodsOnOffer(enforcement, tenant.secondFactor.methods, account.role);
  // An account has one e-mail address, so a second enrolment would be the same.
  const hasInbox = account.emailConfirmed && enrolments.some(({ method }) => sentTo(method) === 'address');
  const isFull = (method: MethodName) =>
    enrolments.filter((each) => each.method === method && each.id !== replaced).length >= MOST_OF_A_METHOD;
  const isWorth = (method: MethodName) => isWorthSettingUp(method, { enforcement, minimum });
  return onOffer.filter(
    (method) =>
      available.includes(method) &&
      isWorth(method) &&
      !(sentTo(method) === 'address' && hasInbox) &&
      !isFull(method),
  );
}
