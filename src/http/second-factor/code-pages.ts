/** The pages on which a person chooses a method and enters a code or uses a passkey. */
import type { Context } from 'koa';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { canTryAgain, isLastRefusal, type Refusal } from '../../domain/refusal.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { ChoicePage, CodePage } from './answer-pages.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

interface CodePagesDeps {
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'evaluate' | 'proceed' | 'proceedFrom'>;
  readonly secondFactor: Pick<
    SecondFactorUseCase,
    'ask' | 'isAsked' | 'isUndelivered' | 'stopsOf' | 'promptOf' | 'verifyCode'
  >;
  readonly show: SecondFactorPages;
  readonly pages: PageAddress;
}

type State = ChoicePage & { readonly stops: ReadonlyMap<MethodName, Refusal> };
type StateOfCodePage = CodePage & State;

export function createCodePages({ guard, nextStep, secondFactor, show, pages }: CodePagesDeps) {
  /** Whether the browser answers for the method by itself. */
  function isInBrowser(method: MethodName): boolean {
    return secondFactor.promptOf(method)?.field === 'response';
  }

  async function chooser(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => {
      if (policyResult.decision.kind !== 'prove') return redirect(ctx, pages(interaction.view.uid));
      return showChooser(ctx, interaction, policyResult);
    });
  }

  /** The chooser, with the methods that take an answer now. Without any the page has the other ways on. */
  async function showChooser(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
    refusal?: Refusal,
  ): Promise<void> {
    const state = await stateOf(interaction, policyResult);
    const [stop] = state.stops.values();
    if (state.usable.length === 0 && stop) return show.stopped(ctx, state, stop);
    return show.chooseMethod(ctx, state, refusal);
  }

  async function chooseMethod(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, { method = '' }) => {
      const { decision } = policyResult;
      if (decision.kind === 'satisfied') return nextStep.proceed(ctx, interaction, policyResult);
      if (decision.kind !== 'prove') return show.forbidden(ctx);
      const chosen = decision.methods.find((name) => name === method);
      if (!chosen) return showChooser(ctx, interaction, policyResult, { code: 'method_not_allowed' });
      const asked = await secondFactor.ask(interaction.context, policyResult, chosen);
      if (asked.ok) return redirect(ctx, `${pages(interaction.view.uid)}/verify/${chosen}`);
      if (asked.refusal.code === 'too_many_attempts')
        return show.stopped(ctx, await stateOf(interaction, policyResult), asked.refusal);
      return showChooser(ctx, interaction, policyResult, asked.refusal);
    });
  }

  async function codePage(ctx: Context): Promise<void> {
    await guard.page(ctx, async (interaction, policyResult) => {
      const method = methodOf(ctx);
      if (!isOffered(policyResult, method)) return redirect(ctx, pages(interaction.view.uid));
      const isTicked = ctx.query.trust_device === '1';
      const page = await codePageOf(interaction, policyResult, { method, isTicked });
      const stop = page.stops.get(method);
      if (stop) return show.stopped(ctx, page, stop);
      const isAsked = secondFactor.isAsked(interaction.context.transaction, policyResult, method);
      if (!isInBrowser(method)) {
        const isUnsent = ctx.query.unsent === '1' && !isAsked;
        return show.enterCode(ctx, page, isUnsent ? { code: 'delivery_failed' } : undefined);
      }
      // A GET creates no challenge: without one the person chooses the passkey first.
      if (!isAsked) return redirect(ctx, `${pages(interaction.view.uid)}/choose-method`);
      return show.usePasskey(ctx, page);
    });
  }

  async function submitCode(ctx: Context): Promise<void> {
    await guard.form(ctx, async (interaction, fields) => {
      const method = methodOf(ctx);
      const { code = '', response = '', seen = null, trust_device: trust, can_use_passkeys: able } = fields;
      const isTicked = trust === '1';
      if ('resend' in fields) return resend(ctx, interaction, { method, isTicked, seen });
      const answer = isInBrowser(method) ? response : code;
      const typed = { code: answer, trustBrowser: isTicked, canUsePasskeys: able === '1' };
      const outcome = await secondFactor.verifyCode(interaction.context, method, typed);
      if (outcome.ok) {
        const { pendingWrites, ...verified } = outcome.value;
        const proceeding = nextStep.proceedFrom(ctx, interaction, verified);
        // The answer waits for both. They run together, so that the embedded store commits them at once. The code was
        // accepted, whatever fails after it.
        await Promise.all([proceeding.finally(() => verified.pending.append()), pendingWrites]);
        return;
      }
      // The refused attempt was counted, so the account is read again.
      const policyResult = await nextStep.evaluate(interaction);
      await refuse(ctx, await codePageOf(interaction, policyResult, { method, isTicked }), outcome.refusal);
    });
  }

  /** Shows the page of the code again, or the ways on after the last attempt. */
  async function refuse(ctx: Context, page: StateOfCodePage, refusal: Refusal): Promise<void> {
    if (!canTryAgain(refusal)) return show.stopped(ctx, page, refusal);
    const stop = page.stops.get(page.method);
    if (!stop) return showAgain(ctx, page, refusal);
    // The last attempt has words of its own. Those of the other refusals would ask for another code.
    return show.stopped(ctx, page, isLastRefusal(refusal) ? refusal : stop);
  }

  async function showAgain(ctx: Context, page: CodePage, refusal: Refusal): Promise<void> {
    const { interaction, policyResult, method } = page;
    if (!isInBrowser(method)) return show.enterCode(ctx, page, refusal);
    // Another window may have used the challenge up.
    const asked = await secondFactor.ask(interaction.context, policyResult, method);
    if (!asked.ok) return show.stopped(ctx, page, asked.refusal);
    const context = { ...interaction.context, transaction: asked.value };
    return show.usePasskey(ctx, { ...page, interaction: { ...interaction, context } }, refusal);
  }

  async function resend(
    ctx: Context,
    interaction: InteractionContext,
    { method, isTicked, seen }: Pick<CodePage, 'method' | 'isTicked'> & { readonly seen: string | null },
  ): Promise<void> {
    const policyResult = await nextStep.evaluate(interaction);
    if (policyResult.decision.kind === 'satisfied') return nextStep.proceed(ctx, interaction, policyResult);
    const asked = await secondFactor.ask(interaction.context, policyResult, method, { seen });
    const kept = isTicked ? '?trust_device=1' : '';
    if (asked.ok) return redirect(ctx, `${pages(interaction.view.uid)}/verify/${method}${kept}`);
    const page = await codePageOf(interaction, policyResult, { method, isTicked });
    return isOffered(policyResult, method) && asked.refusal.code !== 'too_many_attempts'
      ? show.enterCode(ctx, page, asked.refusal)
      : show.stopped(ctx, page, asked.refusal);
  }

  /** Adds which methods take an answer in this sign-in, and why the others take none. */
  async function stateOf(interaction: InteractionContext, policyResult: PolicyResult): Promise<State> {
    const { decision } = policyResult;
    const stops = await secondFactor.stopsOf(interaction.context.transaction, policyResult);
    const methods = decision.kind === 'prove' ? decision.methods : [];
    return { interaction, policyResult, stops, usable: methods.filter((method) => !stops.has(method)) };
  }

  async function codePageOf(
    interaction: InteractionContext,
    policyResult: PolicyResult,
    asked: Pick<CodePage, 'method' | 'isTicked'>,
  ): Promise<StateOfCodePage> {
    const [state, isUndelivered] = await Promise.all([
      stateOf(interaction, policyResult),
      secondFactor.isUndelivered(interaction.context.transaction, asked.method),
    ]);
    return { ...state, ...asked, isUndelivered };
  }

  return { chooser, chooseMethod, codePage, submitCode };
}

function isOffered({ decision }: PolicyResult, method: MethodName): boolean {
  return decision.kind === 'prove' && decision.methods.includes(method);
}

/** The method of the address. It may be no method at all, and then no policy offers it. */
function methodOf(ctx: Context): MethodName {
  return String(ctx.params.method) as MethodName;
}
