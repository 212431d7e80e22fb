/** The ways on from a page of the second factor that a person cannot use, in the order in which pages show them. */
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { ErrorTitle, LostPhoneWays } from '../pages/page-parts.ts';
import type { Links } from '../pages/way-on.ts';

export interface WaysFrom {
  /** The path of the interaction's pages, without a slash at its end. */
  readonly base: string;
  /** The methods that take an answer in this sign-in now. */
  readonly usable: readonly MethodName[];
  /** Null: the application alone can begin a new sign-in. */
  readonly startAgainPath: string | null;
  /** The page on which the person asks for a reset. Null where nobody can ask for one. */
  readonly resetHref: string | null;
}

type Way = (from: WaysFrom) => Links[number] | null;

/** A further way is one more line. The support contact follows on the page itself. */
const WAYS: readonly Way[] = [anotherMethod, recoveryCode, requestReset, newSignIn];

export function waysOn(from: WaysFrom): Links {
  return WAYS.flatMap((way) => way(from) ?? []);
}

function anotherMethod({ base, usable }: WaysFrom): Links[number] | null {
  if (!usable.some((method) => isFactor({ method }))) return null;
  return { href: `${base}/choose-method`, text: 'another-way' };
}

function recoveryCode(from: Pick<WaysFrom, 'base' | 'usable'>): Links[number] | null {
  const href = recoveryHref(from);
  return href === null ? null : { href, text: 'recovery-code' };
}

function requestReset({ resetHref }: WaysFrom): Links[number] | null {
  return resetHref === null ? null : { href: resetHref, text: 'request-reset' };
}

function newSignIn({ startAgainPath }: WaysFrom): Links[number] | null {
  return startAgainPath === null ? null : { href: startAgainPath, text: 'sign-in-again' };
}

export function titleOf(refusal: Refusal): ErrorTitle {
  if (refusal.code === 'code_invalid') return 'stopped';
  if (refusal.code !== 'too_many_attempts') return 'refused';
  // A lock ends after some time. After too many attempts in one sign-in the person starts another one at once.
  return refusal.retryAt === null ? 'stopped' : 'locked';
}

/** The page for a recovery code. Null when no code can be used. It sends nothing, so a link leads there. */
function recoveryHref({ base, usable }: Pick<WaysFrom, 'base' | 'usable'>): string | null {
  const paper = usable.find((method) => !isFactor({ method }));
  return paper === undefined ? null : `${base}/verify/${paper}`;
}

/** The links of "Lost your phone?" on the page of a method, or on the chooser (`method` null). */
export function lostPhoneWays(
  { base, usable }: Pick<WaysFrom, 'base' | 'usable'>,
  method: MethodName | null,
): LostPhoneWays {
  const others = usable.filter((each) => each !== method);
  const hasOther = method !== null && others.some((each) => isFactor({ method: each }));
  return {
    recoveryHref: recoveryHref({ base, usable: others }),
    chooseHref: hasOther ? `${base}/choose-method` : null,
  };
}
