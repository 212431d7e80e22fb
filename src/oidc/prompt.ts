/**
 * Evaluates the policy for live sessions and tokens. The prompt `second_factor` asks for the factor that a session lacks.
 * It also asks after a host's own login page, which ends its interaction after the password.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import type { Catalogue } from '../domain/methods/contract.ts';
import { acrOf, amrOf } from '../domain/policy/assurance.ts';
import type { PolicyQuestion, RequestedAssurance, SnapshotWithoutLockout } from '../domain/policy/policy.ts';
import { hasTokenEnded } from '../domain/sign-in/ending.ts';
import { isEnded } from '../domain/sign-in/sign-in-record.ts';
import type { EventLog } from '../ports/events.ts';
import type { Log } from '../ports/log.ts';
import type { EvaluateExistingSession, LoadSnapshot } from '../use-cases/second-factor/evaluate-policy.ts';
import type { SignInRecords } from '../use-cases/sign-in/sign-in-records.ts';
import { inRequest, type SessionFinding } from './request-cache.ts';
import { type ClientRule, requestedAssuranceOf } from './requests/requested-assurance.ts';
import { type SignInFacts, signInOfResult } from './session/provider-session.ts';
import { saveSignInRecord } from './session/save-sign-in-record.ts';

const { Check, Prompt } = interactionPolicy;

export const PROMPT = 'second_factor';

interface SessionPolicyDeps {
  readonly evaluatePolicy: EvaluateExistingSession;
  readonly loadSnapshot: LoadSnapshot<SnapshotWithoutLockout>;
  readonly signInRecords: SignInRecords;
  readonly clientRule: (clientId: string) => ClientRule;
  /** The account that the host's `findAccount` has read in this request. It is not read twice. */
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  readonly events: EventLog;
  readonly log: Log;
  /** Default: the methods of the product. */
  readonly catalogue?: Catalogue | undefined;
}

const KNOWN_ELSEWHERE = 'findAccount has it, and it is not among the accounts of the second factor';

/** The origin of a token. */
export interface IssuedToken {
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly sessionUid?: string | undefined;
  readonly kind?: string | undefined;
  /** Seconds since the epoch. */
  readonly iat?: number | undefined;
  /** Seconds since the epoch: the sign-in that a device code was approved with. */
  readonly authTime?: number | undefined;
}

/** A device asks for its code before a person approves it, so that the sign-in of the person counts. */
function issuedAt({ kind, iat, authTime }: IssuedToken): number | undefined {
  return kind === 'DeviceCode' ? authTime : iat;
}

export function createSessionPolicy(needs: SessionPolicyDeps) {
  const { evaluatePolicy, loadSnapshot, signInRecords, clientRule, accountOf, events, log, catalogue } =
    needs;

  const recordIn = (ctx: KoaContextWithOIDC, sessionUid: string) =>
    inRequest(ctx, 'record', sessionUid, () => signInRecords.find(sessionUid));

  /** `known`: the account, which the request is reading already. */
  const snapshotIn = (ctx: KoaContextWithOIDC, accountId: string, known: Promise<Account | undefined>) =>
    inRequest(ctx, 'snapshot', accountId, () => loadSnapshot(accountId, known));

  async function findSession(ctx: KoaContextWithOIDC): Promise<SessionFinding> {
    const { session, account, params = {} } = ctx.oidc;
    if (!session?.accountId || !account) return 'nobody';
    const given = signInGiven(ctx);
    const record = given ? null : await recordIn(ctx, session.uid);
    const signIn = given ?? record;
    if (!signIn) return 'ended';
    const { authentications } = signIn;
    // A host's own login page sets no level, or any level. The session gets the one that was proven.
    if (given)
      Object.assign(session, {
        acr: acrOf(authentications, catalogue),
        amr: amrOf(authentications, catalogue),
      });
    const requested = requestedAssuranceOf(params, clientRule(String(params.client_id)));
    const [policyResult] = await Promise.all([
      evaluate(ctx, session.accountId, signIn, requested, isLoginAlone(ctx) ? 'sign-in' : 'existing-session'),
      given && saveSignInRecord(ctx, given, signInRecords),
    ]);
    // Without this line an operator would not learn why such a person is asked to sign in again each time.
    if (!policyResult)
      log({ event: 'account.unknown', account_id: session.accountId, reason: KNOWN_ELSEWHERE });
    if (!policyResult || isEnded(authentications, policyResult)) return 'ended';
    if (record) await signInRecords.noteUse(record);
    return policyResult;
  }

  async function evaluate(
    ctx: KoaContextWithOIDC,
    accountId: string,
    { authentications, trustedBrowserId }: SignInFacts,
    requested: RequestedAssurance,
    occasion: PolicyQuestion['occasion'] = 'existing-session',
  ) {
    const snapshot = await snapshotIn(ctx, accountId, Promise.resolve(accountOf(ctx)));
    return snapshot && evaluatePolicy({ snapshot, authentications, trustedBrowserId, requested, occasion });
  }

  /**
   * Begins to read the sign-in record and the snapshot of a request while `findAccount` reads the account. In a resume
   * request it begins to store the record of the finished sign-in.
   */
  function readAhead(
    ctx: KoaContextWithOIDC,
    accountId: string,
    token: IssuedToken | undefined,
    account: Promise<unknown>,
  ): void {
    const given = token ? null : signInGiven(ctx);
    if (given) void saveSignInRecord(ctx, given, signInRecords);
    const sessionUid = token ? token.sessionUid : given ? undefined : ctx.oidc.session?.uid;
    const known = account.then(() => accountOf(ctx));
    // Nothing waits for it when the snapshot is in the cache already.
    known.catch(() => {});
    void snapshotIn(ctx, accountId, known);
    if (sessionUid) void recordIn(ctx, sessionUid);
  }

  /** Evaluates the policy, once in a request, for the session that an authorization request came with. */
  function ofRequest(ctx: KoaContextWithOIDC): Promise<SessionFinding> {
    return inRequest(ctx, 'finding', '', () => findSession(ctx));
  }

  /** Whether the sign-in of a token satisfies today's policy. False when that sign-in is not on record. */
  async function ofToken(ctx: KoaContextWithOIDC, token: IssuedToken): Promise<boolean> {
    const { accountId, clientId, sessionUid } = token;
    if (!accountId || !clientId || !sessionUid) return false;
    const record = await recordIn(ctx, sessionUid);
    const line = { name: 'token.refused', accountId, clientId } as const;
    if (record?.accountId !== accountId) {
      await events.append({ ...line, reason: 'sign_in_ended' });
      return false;
    }
    const requested = { acrs: null, always: clientRule(clientId).always, freshMs: null };
    const policyResult = await evaluate(ctx, accountId, record, requested);
    const { authentications } = record;
    const ended =
      !policyResult ||
      isEnded(authentications, policyResult) ||
      hasTokenEnded(issuedAt(token), authentications, policyResult.account);
    if (!ended && policyResult.decision.kind === 'satisfied') {
      await signInRecords.noteUse(record);
      return true;
    }
    const reason = ended ? 'sign_in_ended' : 'policy_unmet';
    await events.append({ ...line, tenantId: policyResult?.tenant.id ?? null, reason });
    return false;
  }

  return { ofRequest, ofToken, readAhead };
}

export type SessionPolicy = ReturnType<typeof createSessionPolicy>;

/** The sign-in that this request brings back from an interaction. Null in every other request: the record counts. */
function signInGiven({ oidc }: KoaContextWithOIDC): SignInFacts | null {
  const isResumed = oidc.route === 'resume' || oidc.route === 'device_resume';
  if (!isResumed || !oidc.result?.login) return null;
  // A host's own login page ended the interaction. It counts as the password. Without a time of the host the library takes
  // that of this request, so the beginning of the interaction is the latest safe time.
  const atMs = Math.min(oidc.session?.loginTs ?? 0, oidc.entities.Interaction?.iat ?? Infinity) * 1000;
  const password = { method: 'pwd', enrolmentId: null, atMs } as const;
  return signInOfResult(oidc.result) ?? { authentications: [password], trustedBrowserId: null };
}

/** Whether a host's own login page has just ended the interaction. The person may still postpone an enrolment. */
function isLoginAlone({ oidc }: KoaContextWithOIDC): boolean {
  return Boolean(oidc.result?.login) && signInOfResult(oidc.result ?? {}) === null;
}

export function createSecondFactorPrompt(sessionPolicy: SessionPolicy) {
  async function policyUnmet(ctx: KoaContextWithOIDC): Promise<boolean> {
    const finding = await sessionPolicy.ofRequest(ctx);
    return typeof finding === 'object' && finding.decision.kind !== 'satisfied';
  }

  return new Prompt(
    { name: PROMPT, requestable: false },
    new Check('policy_unmet', 'a further factor is required', 'interaction_required', policyUnmet),
  );
}

/** Further reasons to sign in from the start, for the host's `login` prompt. */
export function createLoginChecks(sessionPolicy: SessionPolicy) {
  /** The library answers 500 in its next step when the account of a live session is gone. */
  function accountGone({ oidc }: KoaContextWithOIDC): boolean {
    return Boolean(oidc.session?.accountId) && !oidc.account;
  }

  async function signInEnded(ctx: KoaContextWithOIDC): Promise<boolean> {
    return (await sessionPolicy.ofRequest(ctx)) === 'ended';
  }

  return [
    new Check('account_gone', 'the account of the session is gone', 'login_required', accountGone),
    new Check('sign_in_ended', 'the sign-in of the session was ended', 'login_required', signInEnded),
  ];
}
