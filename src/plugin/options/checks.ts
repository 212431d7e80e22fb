/** Refuses combinations of options that can't work. A rule that can't be met would otherwise be off without notice. */
import { definitionOf } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { isReachedBySome } from '../../domain/policy/minimum.ts';
import { type Enforcement, type GroupRule, type Minimum, strictestRequirement } from '../../domain/tenant.ts';

type Path = readonly (string | number)[];
type Fault = (path: Path, message: string) => void;

interface Policy {
  readonly enforcement?: Enforcement | undefined;
  readonly methods?: readonly MethodName[] | undefined;
  readonly minimum?: Minimum | undefined;
  readonly groups?: Readonly<Record<string, GroupRule>> | undefined;
  readonly setUpProof?: 'email' | 'none' | undefined;
}

interface Given {
  readonly policy: Policy;
  readonly tenants?: readonly { readonly secondFactor?: Policy | undefined }[] | undefined;
  readonly sender?: unknown;
  readonly messenger?: unknown;
  readonly email?: object | null | undefined;
  readonly sms?: { readonly allowedPrefixes?: readonly string[] | null | undefined } | null | undefined;
  readonly confirmUrl?: unknown;
  readonly notMeUrl?: unknown;
}

const SENT = ['email', 'sms'] as const;
const NEEDS_SENDER = 'needs a sender';

export function refuseImpossible(given: Given, fault: Fault): void {
  const canSend = given.sender !== undefined || given.messenger !== undefined;

  function lackOf(method: (typeof SENT)[number]): string | null {
    if (given[method] === null) return 'is null';
    if (!canSend) return NEEDS_SENDER;
    const isNowhere = method === 'sms' && given.sms?.allowedPrefixes === undefined;
    return isNowhere ? 'needs allowedPrefixes, which say to which countries it goes' : null;
  }

  function refuse(path: Path, method: (typeof SENT)[number], subject = ''): void {
    const lack = lackOf(method);
    if (lack !== null) fault(path, `${subject}${lack}`);
  }

  function checkSending({ methods, setUpProof }: Policy, path: Path): void {
    const named = SENT.filter((method) => methods?.includes(method));
    for (const method of named) refuse([...path, 'methods'], method, `${method} `);
    if (setUpProof === 'email') refuse([...path, 'setUpProof'], 'email', 'email ');
  }

  /** A person who must set up a factor needs a method that can be set up. */
  function checkSetUp(
    { methods, enforcement = 'optional', minimum: own = 'any', groups = {} }: Policy,
    path: Path,
  ): void {
    const asked = strictestRequirement({ enforcement, minimum: own, groups });
    if (!methods) return;
    const built = methods.filter((method) => definitionOf(method)?.isBuilt);
    if (asked.minimum !== 'any' && !isReachedBySome(asked.minimum, built))
      fault([...path, 'methods'], `has nothing that reaches the minimum ${asked.minimum}`);
    else if (asked.enforcement === 'required' && built.length === 0)
      fault([...path, 'methods'], 'has nothing that can be set up, so that nobody could sign in');
  }

  checkSending(given.policy, ['policy']);
  if (!given.tenants) checkSetUp(given.policy, ['policy']);
  for (const [index, { secondFactor = {} }] of (given.tenants ?? []).entries()) {
    const path = ['tenants', index, 'secondFactor'];
    checkSending(secondFactor, path);
    checkSetUp({ ...given.policy, ...secondFactor }, path);
  }
  for (const method of SENT) if (given[method]) refuse([method], method);
  for (const link of ['confirmUrl', 'notMeUrl'] as const) {
    if (given[link] && !canSend) fault([link], NEEDS_SENDER);
  }
}
