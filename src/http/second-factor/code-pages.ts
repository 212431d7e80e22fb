/** The pages on which a person chooses a method and enters a code or uses a passkey. */
import type { Context } from 'koa';
import type { MethodName } from '../../domain/methods/method.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Refusal, RefusalCode } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/system.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { CodePage, SecondFactorPages } from './page-models.ts';

interface CodePagesDeps {
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'evaluate' | 'proceed' | 'proceedFrom'>;
  readonly secondFactor: Pick<
    SecondFactorUseCase,
    'ask' | 'isAsked' | 'isGuessable' | 'promptOf' | 'verifyCode'
  >;
  readonly show: SecondFactorPages;
  readonly pages: PageAddress;
  readonly clock: Clock;
}

/** After these refusals the same page takes another code. */
const TRY_AGAIN: ReadonlySet<RefusalCode> = new Set(['code_invalid', 'code_used', 'code_expired']);

export function createCodePages({ guard, nextStep, secondFactor, show, pages, clock }: CodePagesDeps) {
  /** Whether the browser answers for the method by itself. */
  function isInBrowser(method: MethodName): boolean {
    return secondFactor.promptOf(method)?.field === 'response';
  }

  async function chooser(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => {
      const { decision } = policyResult;
      if (decision.kind !== 'prove') return redirect(ctx, pages(interaction.view.uid));
      return show.chooseMethod(ctx, interaction, policyResult, decision);
    });
  }

  async function chooseMethod(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, { method = '' }) => {
      const { decision } = policyResult;
      if (decision.kind === 'satisfied') return nextStep.proceed(ctx, interaction, policyResult);
      if (decision.kind !== 'prove') return show.forbidden(ctx);
      const chosen = decision.methods.find((name) => name === method);
      if (!chosen)
        return show.chooseMethod(ctx, interaction, policyResult, decision, { code: 'method_not_allowed' });
      const asked = await secondFactor.ask(interaction.context, policyResult, chosen);
      if (!asked.ok) return show.chooseMethod(ctx, interaction, policyResult, decision, asked.refusal);
      return redirect(ctx, `${pages(interaction.view.uid)}/verify/${chosen}`);
    });
  }

  async function codePage(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => {
      const method = methodOf(ctx);
      const { lockout } = policyResult;
      if (!isOffered(policyResult, method)) return redirect(ctx, pages(interaction.view.uid));
      if (secondFactor.isGuessable(method) && lockout.lockedUntil > clock.now()) {
        const refusal = { code: 'too_many_attempts', retryAt: lockout.lockedUntil } as const;
        return show.stopped(ctx, interaction, policyResult, refusal);
      }
      const isTicked = ctx.query.trust_device === '1';
      if (!isInBrowser(method)) return show.enterCode(ctx, { interaction, policyResult, method, isTicked });
      // A GET creates no challenge: without one the person chooses the passkey first.
      if (!secondFactor.isAsked(interaction.context.transaction, policyResult, method))
        return redirect(ctx, `${pages(interaction.view.uid)}/choose-method`);
      return show.usePasskey(ctx, interaction, policyResult, method);
    });
  }

  async function submitCode(ctx: Context): Promise<void> {
    await guard.form(ctx, async (interaction, fields) => {
      const method = methodOf(ctx);
      const { code = '', response = '', seen = null, trust_device: trust, can_use_passkeys: able } = fields;
      const isTicked = trust === '1';
      if ('resend' in fields) {
        const policyResult = await nextStep.evaluate(interaction);
        return resend(ctx, { interaction, policyResult, method, isTicked }, seen);
      }
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
      const { refusal } = outcome;
      // The refused attempt was counted, so the account is read again.
      const policyResult = await nextStep.evaluate(interaction);
      if (TRY_AGAIN.has(refusal.code))
        return showAgain(ctx, { interaction, policyResult, method, isTicked }, refusal);
      return show.stopped(ctx, interaction, policyResult, refusal);
    });
  }

  async function showAgain(ctx: Context, page: CodePage, refusal: Refusal): Promise<void> {
    const { interaction, policyResult, method } = page;
    if (!isInBrowser(method)) return show.enterCode(ctx, page, refusal);
    // Another window may have used the challenge up.
    const asked = await secondFactor.ask(interaction.context, policyResult, method);
    if (!asked.ok) return show.stopped(ctx, interaction, policyResult, asked.refusal);
    const context = { ...interaction.context, transaction: asked.value };
    return show.usePasskey(ctx, { ...interaction, context }, policyResult, method, refusal);
  }

  async function resend(ctx: Context, page: CodePage, seen: string | null): Promise<void> {
    const { interaction, policyResult, method, isTicked } = page;
    if (policyResult.decision.kind === 'satisfied') return nextStep.proceed(ctx, interaction, policyResult);
    const asked = await secondFactor.ask(interaction.context, policyResult, method, { seen });
    const kept = isTicked ? '?trust_device=1' : '';
    if (asked.ok) return redirect(ctx, `${pages(interaction.view.uid)}/verify/${method}${kept}`);
    return isOffered(policyResult, method) && asked.refusal.code !== 'too_many_attempts'
      ? show.enterCode(ctx, page, asked.refusal)
      : show.stopped(ctx, interaction, policyResult, asked.refusal);
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
