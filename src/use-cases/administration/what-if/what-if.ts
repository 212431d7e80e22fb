/**
 * Asks the policy what it would decide about a person, an application and a level. The answer is that of the same function
 * which a sign-in asks, for a person who has given the password now.
 */
import type { Account } from '../../../domain/account.ts';
import { scopeOf } from '../../../domain/administration/may-act.ts';
import { traitsOf } from '../../../domain/methods/index.ts';
import type { MethodName } from '../../../domain/methods/method.ts';
import type { Acr } from '../../../domain/policy/acr.ts';
import { acrOf } from '../../../domain/policy/assurance.ts';
import { minimumFor } from '../../../domain/policy/minimum.ts';
import {
  type Decision,
  NO_ASSURANCE_REQUESTED,
  type PolicyQuestion,
  type PolicyResult,
  type RequestedAssurance,
} from '../../../domain/policy/policy.ts';
import { isEnded } from '../../../domain/sign-in/sign-in-record.ts';
import type { Enforcement, Minimum } from '../../../domain/tenant.ts';
import type { SignInRecordStore, TrustedBrowserStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { EvaluatePolicy } from '../../second-factor/evaluate-policy.ts';
import { unwantedBecause } from '../../sign-in/wanted-account.ts';
import type { FindPerson } from '../people/seen-person.ts';

interface WhatIfDeps {
  readonly findPerson: FindPerson;
  readonly records: Pick<SignInRecordStore, 'listByAccount'>;
  readonly trustedBrowsers: Pick<TrustedBrowserStore, 'listByAccount'>;
  /** It stores nothing. */
  readonly previewPolicy: EvaluatePolicy;
  readonly clock: Clock;
}

export interface WhatIfQuestion {
  readonly email: string;
  /** The tenant of the application. Null: it is open to all, or none was chosen. */
  readonly clientTenantId: string | null;
  readonly requested: RequestedAssurance;
}

export type WhatIfOutcome = 'satisfied' | 'prove' | 'set-up' | 'refuse';

/** A method, and the level that it reaches together with the password. */
export interface WhatIfMethod {
  readonly name: MethodName;
  readonly acr: Acr;
}

/** The origin of a demand for more than the password, and of a refusal. */
export type WhatIfReason =
  /** Nothing is asked for: the enforcement is off, or optional and nothing is set up. */
  | 'not_required'
  /** The tenant, or a group of the person, requires a second factor. */
  | 'required'
  /** The person has set one up. */
  | 'own_choice'
  | 'held'
  | 'client'
  | 'level'
  | 'disabled'
  | 'other_tenant'
  | 'no_password'
  | 'unmet_authentication_requirements'
  | 'no_usable_factor';

export interface WhatIfAnswer {
  readonly account: Account;
  readonly outcome: WhatIfOutcome;
  readonly reason: WhatIfReason;
  readonly enforcement: Enforcement | null;
  /** The level that the tenant asks of the person. `any` where it asks for none. */
  readonly minimum: Minimum;
  /** Those that are asked for, or that can be set up. */
  readonly methods: readonly WhatIfMethod[];
  /** The level that the password alone reaches, where it is enough. */
  readonly level: Acr | null;
  /** The end of the grace, until which a set-up can be postponed. Milliseconds since the epoch. */
  readonly laterUntil: number | null;
  /** The set-up that follows after an existing factor was given. */
  readonly afterwards: readonly WhatIfMethod[];
  /** A trusted browser of the person needs no second factor for this. */
  readonly isSparedByTrust: boolean;
  /** The end of a wait after wrong codes. Null: there is none. */
  readonly lockedUntil: number | null;
  /** Live sessions: those that go on without a question, and those in which more is asked for. */
  readonly sessions: { readonly goOn: number; readonly asked: number };
}

/** Null when the actor sees nobody with this address. */
export type WhatIf = (actor: Account, question: WhatIfQuestion) => Promise<WhatIfAnswer | null>;

export function createWhatIf(deps: WhatIfDeps): WhatIf {
  const { findPerson, records, trustedBrowsers, previewPolicy, clock } = deps;

  return async (actor, { email, clientTenantId, requested }) => {
    const scope = scopeOf(actor);
    const account = scope && (await findPerson(scope, { email }));
    if (!account) return null;
    const unwanted = unwantedBecause(account, { tenantId: clientTenantId, accountId: null });
    if (unwanted === 'disabled' || unwanted === 'other_tenant') return refusedBefore(account, unwanted);
    if (account.passwordHash === null) return refusedBefore(account, 'no_password');

    const password = { method: 'pwd', enrolmentId: null, atMs: clock.now() } as const;
    const ofSignIn = { accountId: account.id, account, requested, occasion: 'sign-in' } as const;
    const result = await previewPolicy({ ...ofSignIn, authentications: [password] });
    if (!result) return null;
    const { decision } = result;
    // Without the trust: each of these questions has its own.
    const { tenant, enrolments, lockout } = result;
    const asked = { ...ofSignIn, snapshot: { account, tenant, enrolments, lockout } };
    const given = firstGiven(result);
    const [reason, next, isSparedByTrust, sessions] = await Promise.all([
      reasonOf(result, requested, (wanted) =>
        previewPolicy({ ...asked, authentications: [password], requested: wanted }),
      ),
      given
        ? previewPolicy({ ...asked, authentications: [password, { ...given, atMs: password.atMs }] })
        : null,
      decision.kind === 'prove' ? isSpared({ ...asked, authentications: [password] }) : false,
      sessionsOf(asked),
    ]);
    const { lockedUntil } = lockout;
    return {
      account,
      outcome: outcomeOf(decision),
      reason,
      enforcement: result.enforcement,
      minimum: decision.kind === 'satisfied' ? 'any' : minimumFor(result, enrolments),
      methods: methodsOf(decision),
      level: decision.kind === 'satisfied' ? acrOf([password]) : null,
      laterUntil: decision.kind === 'set-up' ? decision.laterUntil : null,
      afterwards: next?.decision.kind === 'set-up' ? methodsOf(next.decision) : [],
      isSparedByTrust,
      lockedUntil: decision.kind === 'prove' && lockedUntil > clock.now() ? lockedUntil : null,
      sessions,
    };
  };

  async function isSpared(question: PolicyQuestion): Promise<boolean> {
    const [browser] = await trustedBrowsers.listByAccount(question.accountId, clock.now());
    if (!browser) return false;
    const result = await previewPolicy({ ...question, trustedBrowserId: browser.id });
    return result?.decision.kind === 'satisfied';
  }

  async function sessionsOf(asked: Omit<PolicyQuestion, 'authentications'>) {
    const found = await records.listByAccount(asked.accountId, clock.now());
    const results = await Promise.all(
      found.map(async ({ authentications, trustedBrowserId }) => {
        const question = { ...asked, authentications, trustedBrowserId };
        const result = await previewPolicy({ ...question, occasion: 'existing-session' });
        return result && !isEnded(authentications, result) ? result.decision.kind === 'satisfied' : null;
      }),
    );
    return {
      goOn: results.filter((goesOn) => goesOn === true).length,
      asked: results.filter((goesOn) => goesOn === false).length,
    };
  }
}

/** The sign-in refuses the account itself, before the policy is asked. */
function refusedBefore(account: Account, reason: WhatIfReason): WhatIfAnswer {
  return {
    account,
    outcome: 'refuse',
    reason,
    enforcement: null,
    minimum: 'any',
    methods: [],
    level: null,
    laterUntil: null,
    afterwards: [],
    isSparedByTrust: false,
    lockedUntil: null,
    sessions: { goOn: 0, asked: 0 },
  };
}

/** The policy asks for the password when it is missing, and here it never is. */
function outcomeOf({ kind }: Decision): WhatIfOutcome {
  return kind === 'password' ? 'prove' : kind;
}

function methodsOf(decision: Decision): readonly WhatIfMethod[] {
  if (decision.kind !== 'prove' && decision.kind !== 'set-up') return [];
  return decision.methods.flatMap((name) => {
    const traits = traitsOf(name);
    return traits ? [{ name, acr: traits.acr }] : [];
  });
}

/** The event of the method that is asked for first. */
function firstGiven({ decision, enrolments }: PolicyResult) {
  const method = decision.kind === 'prove' ? (decision.preferred ?? decision.methods[0]) : undefined;
  const enrolment = enrolments.find((each) => each.method === method);
  return enrolment && method ? { method, enrolmentId: enrolment.id } : null;
}

/** Finds the origin of a demand: asks the policy again with less. */
async function reasonOf(
  { decision, enforcement, account }: PolicyResult,
  requested: RequestedAssurance,
  ask: (requested: RequestedAssurance) => Promise<PolicyResult | null>,
): Promise<WhatIfReason> {
  if (decision.kind === 'refuse') return decision.reason;
  if (decision.kind === 'satisfied') return 'not_required';
  const plain = await ask(NO_ASSURANCE_REQUESTED);
  if (plain?.decision.kind === 'satisfied') {
    const withClient = await ask({ ...NO_ASSURANCE_REQUESTED, always: requested.always });
    return withClient?.decision.kind === 'satisfied' ? 'level' : 'client';
  }
  if (account.heldAt !== null) return 'held';
  return enforcement === 'required' ? 'required' : 'own_choice';
}
