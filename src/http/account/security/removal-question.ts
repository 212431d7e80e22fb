/** The question before a removal: what is removed, and what that means for the next sign-in. */
import { type Enrolment, hasFactor, isFactor } from '../../../domain/enrolment/enrolment.ts';
import { traitsOf } from '../../../domain/methods/index.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import type { PolicyResult } from '../../../domain/policy/policy.ts';
import type { TrustedBrowser } from '../../../domain/sign-in/trusted-browser.ts';
import { browserName } from '../../../presentation/browser-name.ts';
import type { RemovalConsequence, RemovalQuestion } from '../../pages/models/security-pages.ts';

type Known = Pick<PolicyResult, 'enrolments' | 'enforcement'>;

export function factorQuestion(
  policyResult: Known,
  { id, method, label, app }: Enrolment,
  trustedBrowsers: number,
): RemovalQuestion {
  const others = policyResult.enrolments.filter((each) => each.id !== id);
  const isLast = !hasFactor(others);
  const consequences: RemovalConsequence[] = isLast
    ? ['sessions', ...withoutAny(policyResult)]
    : ['sessions', 'next', ...(trustedBrowsers > 0 ? (['browsers'] as const) : [])];
  return {
    kind: 'factor',
    name: label || app,
    method,
    methods: methodsOf(others),
    // The browser keeps its part of such a factor.
    consequences: traitsOf(method)?.needsScript ? [...consequences, 'device'] : consequences,
  };
}

export function browserQuestion({ browser }: TrustedBrowser): RemovalQuestion {
  return {
    kind: 'browser',
    name: browserName(browser),
    method: null,
    methods: [],
    consequences: ['browser'],
  };
}

/** Null when there is nothing to turn off. */
export function turnOffQuestion(policyResult: Known): RemovalQuestion | null {
  const { enrolments } = policyResult;
  if (!hasFactor(enrolments)) return null;
  const consequences = ['all', 'sessions', ...withoutAny(policyResult)] as const;
  return { kind: 'turn-off', name: null, method: null, methods: methodsOf(enrolments), consequences };
}

/** The consequences of having no factor any more. */
function withoutAny({ enrolments }: Known): readonly RemovalConsequence[] {
  const hasCodes = enrolments.some((each) => !isFactor(each));
  return [...(hasCodes ? (['codes'] as const) : []), 'password'];
}

/** Each method once, in the order in which its first factor was set up. */
function methodsOf(enrolments: readonly Enrolment[]): readonly MethodName[] {
  return [...new Set(enrolments.filter(isFactor).map(({ method }) => method))];
}
