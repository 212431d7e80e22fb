/** The prompt that asks again: for live sessions whose proofs are not enough, and for hosts whose login ends early. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { interactionPolicy } from 'oidc-provider';
import type { Account } from '../domain/account.ts';
import { acrOf, amrOf } from '../domain/policy/assurance.ts';
import type {
  Demand,
  Gather,
  Judgement,
  JudgeStanding,
  Question,
  StandingFacts,
} from '../domain/policy/policy.ts';
import { isEnded } from '../domain/sign-in/sign-in-record.ts';
import type { Log } from '../ports/log.ts';
import type { SignInRecordStore } from '../ports/stores.ts';
import type { Clock, Trail } from '../ports/system.ts';
import { createReading } from './request-cache.ts';
import { type ClientRule, demandOf } from './requested-assurance.ts';
import { createRecordKeeping } from './save-sign-in-record.ts';
import { type SignInFacts, signInOfResult } from './sessions.ts';

const { Check, Prompt } = interactionPolicy;

export const PROMPT = 'second_factor';

interface Needs {
  readonly judge: JudgeStanding;
  readonly gather: Gather<StandingFacts>;
  readonly records: Pick<SignInRecordStore, 'find' | 'save'>;
  readonly clientRule: (clientId: string) => ClientRule;
  /** The account that the host's `findAccount` has read in this request, so that it is not read twice. */
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  readonly clock: Clock;
  readonly trail: Trail;
  readonly log: Log;
  /** How long after a sign-in something issued from it can still live. */
  readonly issuedLifetimeMs: number;
}

const KNOWN_ELSEWHERE = 'findAccount has it, and it is not among the accounts of the second factor';

/** `nobody`: no live session. `ended`: one whose sign-in is not on record, or holds no more. */
type Finding = 'nobody' | 'ended' | Pick<Judgement, 'decision'>;

/** What a token says of where it came from. */
export interface IssuedToken {
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly sessionUid?: string | undefined;
}

export function createStandpoint(needs: Needs) {
  const { judge, clientRule, accountOf, trail, log } = needs;
  const reading = createReading(needs);
  const keepRecord = createRecordKeeping(needs);
  // All Checks of a request look at one finding: what was read is not read again.
  const findings = new WeakMap<object, Promise<Finding>>();

  async function look(ctx: KoaContextWithOIDC): Promise<Finding> {
    const { session, account, params = {} } = ctx.oidc;
    if (!session?.accountId || !account) return 'nobody';
    const given = signInGiven(ctx);
    const signIn = given ?? (await reading.record(ctx, session.uid));
    if (!signIn) return 'ended';
    const { proofs } = signIn;
    // A host's own login page says of levels nothing, or what it likes: the session says what was proven.
    if (given) Object.assign(session, { acr: acrOf(proofs), amr: amrOf(proofs) });
    const demand = demandOf(params, clientRule(String(params.client_id)));
    const [judgement] = await Promise.all([
      judged(ctx, session.accountId, signIn, demand, isLoginAlone(ctx) ? 'sign-in' : 'standing'),
      given && keepRecord(ctx, given),
    ]);
    // They are asked to sign in again for ever, and nobody would know why.
    if (!judgement) log({ event: 'account.unknown', account_id: session.accountId, reason: KNOWN_ELSEWHERE });
    return judgement && !isEnded(proofs, judgement) ? judgement : 'ended';
  }

  async function judged(
    ctx: KoaContextWithOIDC,
    accountId: string,
    { proofs, trustedBrowserId }: SignInFacts,
    demand: Demand,
    occasion: Question['occasion'] = 'standing',
  ) {
    const facts = await reading.facts(ctx, accountId, Promise.resolve(accountOf(ctx)));
    return facts && judge({ facts, proofs, trustedBrowserId, demand, occasion });
  }

  /**
   * Begins to read what a request will be asked about, while `findAccount` reads the account: of the token's sign-in,
   * or of the session's; and to write down the sign-in that it brings back.
   */
  function readAhead(
    ctx: KoaContextWithOIDC,
    accountId: string,
    token: IssuedToken | undefined,
    account: Promise<unknown>,
  ): void {
    const given = token ? null : signInGiven(ctx);
    if (given) void keepRecord(ctx, given);
    const sessionUid = token ? token.sessionUid : given ? undefined : ctx.oidc.session?.uid;
    const known = account.then(() => accountOf(ctx));
    // Nobody waits for it where the account was asked for before.
    known.catch(() => {});
    void reading.facts(ctx, accountId, known);
    if (sessionUid) void reading.record(ctx, sessionUid);
  }

  /** What the policy says of the session that an authorization request came with. */
  function ofRequest(ctx: KoaContextWithOIDC): Promise<Finding> {
    const before = findings.get(ctx.oidc);
    if (before) return before;
    const finding = look(ctx);
    findings.set(ctx.oidc, finding);
    return finding;
  }

  /** Whether a token's own sign-in still satisfies the policy of today; false when that sign-in is forgotten. */
  async function ofToken(ctx: KoaContextWithOIDC, token: IssuedToken): Promise<boolean> {
    const { accountId, clientId, sessionUid } = token;
    if (!accountId || !clientId || !sessionUid) return false;
    const record = await reading.record(ctx, sessionUid);
    const line = { event: 'token.refused', accountId, clientId } as const;
    if (record?.accountId !== accountId) {
      await trail({ ...line, reason: 'sign_in_ended' });
      return false;
    }
    const demand = { acrs: null, always: clientRule(clientId).always, freshMs: null };
    const judgement = await judged(ctx, accountId, record, demand);
    const ended = !judgement || isEnded(record.proofs, judgement);
    if (!ended && judgement.decision.kind === 'satisfied') return true;
    const reason = ended ? 'sign_in_ended' : 'policy_unmet';
    await trail({ ...line, tenantId: judgement?.tenant.id ?? null, reason });
    return false;
  }

  return { ofRequest, ofToken, readAhead };
}

export type Standpoint = ReturnType<typeof createStandpoint>;

/** The sign-in that this request itself brings back from an interaction; null: none, the record counts. */
function signInGiven({ oidc }: KoaContextWithOIDC): SignInFacts | null {
  const isResumed = oidc.route === 'resume' || oidc.route === 'device_resume';
  if (!isResumed || !oidc.result?.login) return null;
  // A host's own login page ended the interaction: a password is all that it can have asked for.
  const at = (oidc.session?.loginTs ?? 0) * 1000;
  const password = { method: 'pwd', enrolmentId: null, at } as const;
  return signInOfResult(oidc.result) ?? { proofs: [password], trustedBrowserId: null };
}

/** The person is here, and has not been asked by us: a set-up that can be put off is shown to them. */
function isLoginAlone({ oidc }: KoaContextWithOIDC): boolean {
  return Boolean(oidc.result?.login) && signInOfResult(oidc.result ?? {}) === null;
}

export function createSecondFactorPrompt(standpoint: Standpoint) {
  async function policyUnmet(ctx: KoaContextWithOIDC): Promise<boolean> {
    const finding = await standpoint.ofRequest(ctx);
    return typeof finding === 'object' && finding.decision.kind !== 'satisfied';
  }

  return new Prompt(
    { name: PROMPT, requestable: false },
    new Check('policy_unmet', 'a further factor is required', 'interaction_required', policyUnmet),
  );
}

/** Further reasons to sign in from the start, for the host's `login` prompt. */
export function createLoginChecks(standpoint: Standpoint) {
  /** A live session of an account that is gone is a fault in the library's next step (500). */
  function accountGone({ oidc }: KoaContextWithOIDC): boolean {
    return Boolean(oidc.session?.accountId) && !oidc.account;
  }

  async function signInEnded(ctx: KoaContextWithOIDC): Promise<boolean> {
    return (await standpoint.ofRequest(ctx)) === 'ended';
  }

  return [
    new Check('account_gone', 'the account of the session is gone', 'login_required', accountGone),
    new Check('sign_in_ended', 'the sign-in of the session was ended', 'login_required', signInEnded),
  ];
}
