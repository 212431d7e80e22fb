/** After each step: where this sign-in goes next, or its end. */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import { enrolmentStepOf } from '../../domain/enrolment/steps.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { acrOf, amrOf } from '../../domain/policy/assurance.ts';
import type { AccountSnapshot, PolicyResult } from '../../domain/policy/policy.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { PROMPT } from '../../oidc/prompt.ts';
import { type ClientRule, requestedAssuranceOf } from '../../oidc/requested-assurance.ts';
import type { ResumeBinding } from '../../oidc/resume-cookie.ts';
import {
  addressedKey,
  InteractionGone,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/sessions.ts';
import type { SignInRecordStore, TransactionStore } from '../../ports/stores.ts';
import type { AuditLog, Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { TrustedBrowsers } from '../../use-cases/second-factor/trusted-browsers.ts';
import type { SecondFactorUseCase, SignInContext } from '../../use-cases/second-factor/verify.ts';
import type { SignInBinding } from '../guards/sign-in-binding.ts';
import type { TrustedBrowserCookie } from '../guards/trusted-browser-cookie.ts';

interface NextStepDeps {
  readonly session: ProviderSession;
  readonly secondFactor: SecondFactorUseCase;
  readonly enrolment: EnrolmentUseCase;
  readonly transactions: Pick<TransactionStore, 'find'>;
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly clientRule: (clientId: string) => ClientRule;
  readonly isReadable: (enrolment: Enrolment) => boolean;
  readonly clientName: ClientName;
  readonly pages: PageAddress;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
  readonly trustedBrowsers: TrustedBrowsers;
  readonly trustedCookie: TrustedBrowserCookie;
  readonly resumeBinding: Pick<ResumeBinding, 'give'>;
  readonly signInBinding: SignInBinding;
  readonly onSignedIn?: ((ctx: Context, account: Account) => void) | undefined;
  readonly clock: Clock;
  readonly auditLog: AuditLog;
}

/** What people call the application. */
export type ClientName = (clientId: string) => string | Promise<string>;

/** Where the pages of an interaction begin: a path without a slash at its end. */
export type PageAddress = (uid: string) => string;

/** An interaction with what this sign-in has come to. */
export interface InteractionContext {
  readonly view: InteractionView;
  readonly clientName: string;
  readonly context: SignInContext;
}

export const SECOND_FACTOR_PROMPTS = ['login', PROMPT] as const;

export function createNextStep(needs: NextStepDeps) {
  const { session, secondFactor, enrolment, transactions, records, clientRule, pages, clock, auditLog } =
    needs;
  const { trustedBrowsers, trustedCookie, resumeBinding, signInBinding } = needs;

  /** The sign-in at this address; null when its password has not been given in this browser. Throws InteractionGone. */
  async function open(ctx: Context): Promise<InteractionContext | null> {
    const [view, kept] = await Promise.all([
      session.interaction(ctx, SECOND_FACTOR_PROMPTS),
      transactions.find(addressedKey(ctx), clock.now()),
    ]);
    if (kept && !signInBinding.isHere(ctx, kept)) return null;
    const found = kept ?? (await fromLiveSession(view));
    return found === null ? null : stageOf(ctx, view, found);
  }

  async function stageOf(
    ctx: Context,
    view: InteractionView,
    of: SignInTransaction,
    snapshot: AccountSnapshot | null = null,
  ): Promise<InteractionContext> {
    const { clientId } = view;
    const requested = requestedAssuranceOf(view.params, clientRule(clientId));
    const clientName = await needs.clientName(clientId);
    const trustedBrowserId = trustedBrowsers.idIn(trustedCookie.read(ctx), of.accountId);
    const context = { transaction: of, requested, clientId, ip: ctx.ip, snapshot, trustedBrowserId };
    return { view, clientName, context };
  }

  /** A step-up builds on what the live session has proven, and leaves its time of sign-in alone. */
  async function fromLiveSession(view: InteractionView): Promise<SignInTransaction | null> {
    const asksForFreshFactor =
      clientRule(view.clientId).own && view.reasons.every((reason) => reason === 'max_age');
    if (!view.session || !(view.prompt === PROMPT || asksForFreshFactor)) return null;
    const record = await records.find(view.session.uid, clock.now());
    if (record?.accountId !== view.session.accountId) return null;
    return {
      ...EMPTY_TRANSACTION,
      uid: view.key,
      version: 0,
      accountId: record.accountId,
      authentications: record.authentications,
      keepsAuthTime: record.atMs,
      expiresAt: view.expiresAt,
    };
  }

  /** Answers with a 303 to the next page, or ends the interaction and answers with a 303 to the provider. */
  async function onward(ctx: Context, interaction: InteractionContext): Promise<void> {
    const policyResult = await secondFactor.evaluate(interaction.context);
    if (!policyResult) throw new InteractionGone('the account of this sign-in is gone');
    ctx.status = 303;
    ctx.redirect(await nextAddress(ctx, interaction, policyResult));
  }

  async function nextAddress(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<string> {
    const { view, context } = interaction;
    const base = pages(view.uid);
    const { decision } = policyResult;
    const { transaction: reached } = context;
    // Recovery codes were made: they are put away before anything else, since they are never shown again.
    if (enrolmentStepOf(reached, policyResult) === 'recovery-codes') return `${base}/set-up/recovery-codes`;
    switch (decision.kind) {
      case 'satisfied':
        return finish(ctx, interaction, policyResult);
      case 'password':
        if (needs.passwordUrl) return needs.passwordUrl(view.uid);
        return session.end(ctx, { error: 'login_required', description: 'the password is needed again' });
      case 'prove':
        return proving(ctx, base, context, policyResult, decision.preferred);
      case 'set-up': {
        const [only, ...others] = decision.methods;
        // Nothing to choose and nothing to put off: straight to the one set-up there is.
        const direct = only && others.length === 0 && decision.laterUntil === null && ctx.method === 'POST';
        if (!direct) return `${base}/set-up`;
        const begun = await enrolment.begin(reached, policyResult, only);
        const step = begun.ok ? enrolmentStepOf(begun.value, policyResult) : null;
        return step ? `${base}/set-up/${step}` : `${base}/set-up`;
      }
      case 'refuse': {
        await note(policyResult.account, context, 'sign_in.refused', exactly(decision.reason, policyResult));
        if (decision.reason === 'no_usable_factor') return `${base}/unusable`;
        return session.end(ctx, {
          error: decision.reason,
          description: 'the requested level cannot be reached',
        });
      }
    }
  }

  /** A form leads straight to the preferred method, and asks for it; a GET sends nothing, so that one is chosen first. */
  async function proving(
    ctx: Context,
    base: string,
    context: SignInContext,
    policyResult: PolicyResult,
    preferred: MethodName | null,
  ): Promise<string> {
    if (preferred === null) return `${base}/choose-method`;
    const isReady = secondFactor.isAsked(context.transaction, policyResult, preferred);
    if (!isReady && ctx.method !== 'POST') return `${base}/choose-method`;
    // Refused or not, the page tells whether a code is on its way, and has a button for another.
    if (!isReady) await secondFactor.ask(context, policyResult, preferred);
    return `${base}/verify/${preferred}`;
  }

  /** For who has to mend it: a secret whose key is gone is no failure of the person's. */
  function exactly(reason: string, { enrolments }: PolicyResult): string {
    const isLost = reason === 'no_usable_factor' && !enrolments.every(needs.isReadable);
    return isLost ? 'secret_unreadable' : reason;
  }

  /** The one ending of a sign-in: the whole result at once, computed from what was proven. */
  async function finish(
    ctx: Context,
    { context, clientName, view: { key } }: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<string> {
    const { account, decision } = policyResult;
    const { authentications, keepsAuthTime } = context.transaction;
    const newest = Math.max(...authentications.map((authentication) => authentication.atMs));
    const ts = Math.floor((keepsAuthTime ?? newest) / 1000);
    const isStepUp = keepsAuthTime !== null;
    const onTrust = decision.kind === 'satisfied' && decision.onTrust === true;
    const trustedBrowserId = onTrust ? (context.trustedBrowserId ?? null) : null;
    const levels = { acr: acrOf(authentications), amr: amrOf(authentications) };
    const signIn = { accountId: account.id, ...levels, ts, isStepUp, authentications, trustedBrowserId, key };
    const url = await session.end(ctx, { signIn });
    resumeBinding.give(ctx, signIn, url);
    needs.onSignedIn?.(ctx, account);
    if (trustedBrowserId)
      await trustedBrowsers.noteUse(policyResult, trustedBrowserId, clientName, placeOf(context));
    else await trustThis(ctx, context, policyResult);
    const methods = new Set(authentications.map(({ method }) => method));
    await note(account, context, 'sign_in.completed', null, [...methods].join(' '));
    return url;
  }

  /** Who ticked the box, and gave a second factor, is spared it in this browser for a while. */
  async function trustThis(ctx: Context, context: SignInContext, policyResult: PolicyResult): Promise<void> {
    const trusted = await trustedBrowsers.trust(context.transaction, policyResult, {
      ...placeOf(context),
      name: ctx.get('user-agent'),
      kept: trustedCookie.read(ctx),
    });
    if (trusted) trustedCookie.write(ctx, trusted.kept, trusted.expiresAt);
  }

  async function note(
    account: Account,
    { clientId, ip }: SignInContext,
    event: 'sign_in.completed' | 'sign_in.refused',
    reason: string | null,
    method: string | null = null,
  ): Promise<void> {
    await auditLog({
      event,
      accountId: account.id,
      tenantId: account.tenantId,
      clientId,
      ip,
      reason,
      method,
    });
  }

  /** A sign-in whose password was accepted a moment ago. */
  async function begun(
    ctx: Context,
    view: InteractionView,
    of: SignInTransaction,
    snapshot: AccountSnapshot | null = null,
  ): Promise<void> {
    signInBinding.give(ctx, of, pages(view.uid));
    await onward(ctx, await stageOf(ctx, view, of, snapshot));
  }

  return { open, onward, begun };
}

function placeOf({ ip, clientId }: SignInContext) {
  return { ip, clientId };
}

export type NextStep = ReturnType<typeof createNextStep>;
