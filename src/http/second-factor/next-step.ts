/** After each step: where this sign-in goes next, or its end. */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import type { Enrolment } from '../../domain/enrolment/enrolment.ts';
import { setUpStepOf } from '../../domain/enrolment/steps.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { acrOf, amrOf } from '../../domain/policy/assurance.ts';
import type { Facts, Judgement } from '../../domain/policy/policy.ts';
import { NOTHING_YET, type Progress } from '../../domain/sign-in/transaction.ts';
import { PROMPT } from '../../oidc/prompt.ts';
import { type ClientRule, demandOf } from '../../oidc/requested-assurance.ts';
import type { ResumeTickets } from '../../oidc/resume-cookie.ts';
import {
  addressedKey,
  InteractionGone,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/sessions.ts';
import type { ProgressStore, SignInRecordStore } from '../../ports/stores.ts';
import type { Clock, Trail } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { TrustedBrowsers } from '../../use-cases/second-factor/trusted-browsers.ts';
import type { SecondFactorUseCase, Standing } from '../../use-cases/second-factor/verify.ts';
import type { Beginnings } from '../guards/sign-in-binding.ts';
import type { TrustedBrowserCookie } from '../guards/trusted-browser-cookie.ts';

interface Needs {
  readonly session: ProviderSession;
  readonly secondFactor: SecondFactorUseCase;
  readonly enrolment: EnrolmentUseCase;
  readonly progress: Pick<ProgressStore, 'find'>;
  readonly records: Pick<SignInRecordStore, 'find'>;
  readonly clientRule: (clientId: string) => ClientRule;
  readonly isReadable: (enrolment: Enrolment) => boolean;
  readonly clientName: ClientName;
  readonly pages: PageAddress;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
  readonly trustedBrowsers: TrustedBrowsers;
  readonly trustedCookie: TrustedBrowserCookie;
  readonly tickets: Pick<ResumeTickets, 'give'>;
  readonly beginnings: Beginnings;
  readonly onSignedIn?: ((ctx: Context, account: Account) => void) | undefined;
  readonly clock: Clock;
  readonly trail: Trail;
}

/** What people call the application. */
export type ClientName = (clientId: string) => string | Promise<string>;

/** Where the pages of an interaction begin: a path without a slash at its end. */
export type PageAddress = (uid: string) => string;

/** An interaction with what this sign-in has come to. */
export interface Stage {
  readonly view: InteractionView;
  readonly clientName: string;
  readonly standing: Standing;
}

export const SECOND_FACTOR_PROMPTS = ['login', PROMPT] as const;

export function createAdvance(needs: Needs) {
  const { session, secondFactor, enrolment, progress, records, clientRule, pages, clock, trail } = needs;
  const { trustedBrowsers, trustedCookie, tickets, beginnings } = needs;

  /** The sign-in at this address; null when its password has not been given in this browser. Throws InteractionGone. */
  async function open(ctx: Context): Promise<Stage | null> {
    const [view, kept] = await Promise.all([
      session.interaction(ctx, SECOND_FACTOR_PROMPTS),
      progress.find(addressedKey(ctx), clock.now()),
    ]);
    if (kept && !beginnings.isHere(ctx, kept)) return null;
    const found = kept ?? (await fromLiveSession(view));
    return found === null ? null : stageOf(ctx, view, found);
  }

  async function stageOf(
    ctx: Context,
    view: InteractionView,
    of: Progress,
    facts: Facts | null = null,
  ): Promise<Stage> {
    const { clientId } = view;
    const demand = demandOf(view.params, clientRule(clientId));
    const clientName = await needs.clientName(clientId);
    const trustedBrowserId = trustedBrowsers.idIn(trustedCookie.read(ctx), of.accountId);
    const standing = { progress: of, demand, clientId, address: ctx.ip, facts, trustedBrowserId };
    return { view, clientName, standing };
  }

  /** A step-up builds on what the live session has proven, and leaves its time of sign-in alone. */
  async function fromLiveSession(view: InteractionView): Promise<Progress | null> {
    const asksForFreshFactor =
      clientRule(view.clientId).own && view.reasons.every((reason) => reason === 'max_age');
    if (!view.session || !(view.prompt === PROMPT || asksForFreshFactor)) return null;
    const record = await records.find(view.session.uid, clock.now());
    if (record?.accountId !== view.session.accountId) return null;
    return {
      ...NOTHING_YET,
      uid: view.key,
      version: 0,
      accountId: record.accountId,
      proofs: record.proofs,
      keepsAuthTime: record.at,
      expiresAt: view.expiresAt,
    };
  }

  /** Answers with a 303 to the next page, or ends the interaction and answers with a 303 to the provider. */
  async function onward(ctx: Context, stage: Stage): Promise<void> {
    const judgement = await secondFactor.standing(stage.standing);
    if (!judgement) throw new InteractionGone('the account of this sign-in is gone');
    ctx.status = 303;
    ctx.redirect(await nextAddress(ctx, stage, judgement));
  }

  async function nextAddress(ctx: Context, stage: Stage, judgement: Judgement): Promise<string> {
    const { view, standing } = stage;
    const base = pages(view.uid);
    const { decision } = judgement;
    const { progress: reached } = standing;
    // Recovery codes were made: they are put away before anything else, since they are never shown again.
    if (setUpStepOf(reached, judgement) === 'recovery-codes') return `${base}/set-up/recovery-codes`;
    switch (decision.kind) {
      case 'satisfied':
        return finish(ctx, stage, judgement);
      case 'password':
        if (needs.passwordUrl) return needs.passwordUrl(view.uid);
        return session.end(ctx, { error: 'login_required', description: 'the password is needed again' });
      case 'prove':
        return proving(ctx, base, standing, judgement, decision.preferred);
      case 'set-up': {
        const [only, ...others] = decision.methods;
        // Nothing to choose and nothing to put off: straight to the one set-up there is.
        const direct = only && others.length === 0 && decision.laterUntil === null && ctx.method === 'POST';
        if (!direct) return `${base}/set-up`;
        const begun = await enrolment.begin(reached, judgement, only);
        const step = begun.ok ? setUpStepOf(begun.value, judgement) : null;
        return step ? `${base}/set-up/${step}` : `${base}/set-up`;
      }
      case 'refuse': {
        await note(judgement.account, standing, 'sign_in.refused', exactly(decision.reason, judgement));
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
    standing: Standing,
    judgement: Judgement,
    preferred: MethodName | null,
  ): Promise<string> {
    if (preferred === null) return `${base}/choose-method`;
    const isReady = secondFactor.isAsked(standing.progress, judgement, preferred);
    if (!isReady && ctx.method !== 'POST') return `${base}/choose-method`;
    // Refused or not, the page tells whether a code is on its way, and has a button for another.
    if (!isReady) await secondFactor.ask(standing, judgement, preferred);
    return `${base}/verify/${preferred}`;
  }

  /** For who has to mend it: a secret whose key is gone is no failure of the person's. */
  function exactly(reason: string, { enrolments }: Judgement): string {
    const isLost = reason === 'no_usable_factor' && !enrolments.every(needs.isReadable);
    return isLost ? 'secret_unreadable' : reason;
  }

  /** The one ending of a sign-in: the whole result at once, computed from what was proven. */
  async function finish(
    ctx: Context,
    { standing, clientName, view: { key } }: Stage,
    judgement: Judgement,
  ): Promise<string> {
    const { account, decision } = judgement;
    const { proofs, keepsAuthTime } = standing.progress;
    const newest = Math.max(...proofs.map((proof) => proof.at));
    const ts = Math.floor((keepsAuthTime ?? newest) / 1000);
    const isStepUp = keepsAuthTime !== null;
    const onTrust = decision.kind === 'satisfied' && decision.onTrust === true;
    const trustedBrowserId = onTrust ? (standing.trustedBrowserId ?? null) : null;
    const levels = { acr: acrOf(proofs), amr: amrOf(proofs) };
    const signIn = { accountId: account.id, ...levels, ts, isStepUp, proofs, trustedBrowserId, key };
    const address = await session.end(ctx, { signIn });
    tickets.give(ctx, signIn, address);
    needs.onSignedIn?.(ctx, account);
    if (trustedBrowserId)
      await trustedBrowsers.noteUse(judgement, trustedBrowserId, clientName, placeOf(standing));
    else await trustThis(ctx, standing, judgement);
    const methods = new Set(proofs.map(({ method }) => method));
    await note(account, standing, 'sign_in.completed', null, [...methods].join(' '));
    return address;
  }

  /** Who ticked the box, and gave a second factor, is spared it in this browser for a while. */
  async function trustThis(ctx: Context, standing: Standing, judgement: Judgement): Promise<void> {
    const trusted = await trustedBrowsers.trust(standing.progress, judgement, {
      ...placeOf(standing),
      name: ctx.get('user-agent'),
      kept: trustedCookie.read(ctx),
    });
    if (trusted) trustedCookie.write(ctx, trusted.kept, trusted.expiresAt);
  }

  async function note(
    account: Account,
    { clientId, address }: Standing,
    event: 'sign_in.completed' | 'sign_in.refused',
    reason: string | null,
    method: string | null = null,
  ): Promise<void> {
    await trail({
      event,
      accountId: account.id,
      tenantId: account.tenantId,
      clientId,
      address,
      reason,
      method,
    });
  }

  /** A sign-in whose password was accepted a moment ago. */
  async function begun(
    ctx: Context,
    view: InteractionView,
    of: Progress,
    facts: Facts | null = null,
  ): Promise<void> {
    beginnings.give(ctx, of, pages(view.uid));
    await onward(ctx, await stageOf(ctx, view, of, facts));
  }

  return { open, onward, begun };
}

function placeOf({ address, clientId }: Standing) {
  return { address, clientId };
}

export type Advance = ReturnType<typeof createAdvance>;
