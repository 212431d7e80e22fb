/** The page on which a person without their second factor asks for a reset, after the password. */
import type { Context } from 'koa';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { LONGEST_REASON, mayAskForReset } from '../../domain/resets/reset-request.ts';
import { browserName } from '../../presentation/browser-name.ts';
import type { RequestReset } from '../../use-cases/resets/request-reset.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RenderSome } from '../pages/page-contract.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

/** The parts that our own server has beside the plugin. */
export interface ResetPageDeps {
  readonly requestReset: RequestReset;
  readonly render: RenderSome<'request-reset'>;
}

interface RequestResetDeps {
  readonly resets: ResetPageDeps;
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'proceed'>;
  readonly show: Pick<SecondFactorPages, 'pageContext'>;
  readonly forms: FormTokens;
  readonly pages: PageAddress;
}

/** The parts of the page beside its form. */
interface Shown {
  readonly reason?: string;
  readonly isDone?: boolean;
  readonly refusal?: Refusal;
}

export function createRequestResetPage({ resets, guard, nextStep, show, forms, pages }: RequestResetDeps) {
  async function page(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => {
      if (!mayAskForReset(policyResult)) return redirect(ctx, pages(interaction.view.uid));
      return draw(ctx, interaction, policyResult, { isDone: ctx.query.done !== undefined });
    });
  }

  async function submit(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, { reason = '' }) => {
      if (!mayAskForReset(policyResult)) return nextStep.proceed(ctx, interaction, policyResult);
      const { ip, clientId } = interaction.context;
      const browser = browserName(ctx.get('user-agent'));
      const asked = await resets.requestReset(policyResult, { reason, ip, clientId, browser });
      if (asked.ok) return redirect(ctx, `${ctx.path}?done=1`);
      return draw(ctx, interaction, policyResult, { reason, refusal: asked.refusal });
    });
  }

  function draw(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
    { reason = '', isDone = false, refusal }: Shown,
  ) {
    const { uid } = interaction.view;
    const model = {
      form: forms.form(`${pages(uid)}/request-reset`, uid),
      reason,
      longestReason: LONGEST_REASON,
      isDone,
      backHref: pages(uid),
      clientName: interaction.clientName,
      cancel: forms.form(`${pages(uid)}/cancel`, uid),
    };
    return resets.render(
      ctx,
      'request-reset',
      model,
      show.pageContext(interaction, policyResult, refusal ?? null),
    );
  }

  return { page, submit };
}
