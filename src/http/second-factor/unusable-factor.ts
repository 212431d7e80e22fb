/** The page for a person without a usable factor, or with a held account. It says why, and mails a link where one would help. */
import type { Context } from 'koa';
import type { AddressConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { SecondFactorPages } from './page-models.ts';

interface UnusableFactorDeps {
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'proceed'>;
  readonly confirmation: AddressConfirmation;
  readonly show: Pick<SecondFactorPages, 'held' | 'unusable'>;
  readonly pages: PageAddress;
}

export function createUnusableFactor({ guard, nextStep, confirmation, show, pages }: UnusableFactorDeps) {
  async function page(ctx: Context): Promise<void> {
    await guard.page(ctx, async (interaction, policyResult) => {
      if (policyResult.decision.kind !== 'refuse') return redirect(ctx, pages(interaction.view.uid));
      if (policyResult.decision.reason === 'held') return show.held(ctx, interaction, policyResult);
      const missing = await confirmation.missing(interaction.context, policyResult);
      const said = ctx.query.sent === undefined ? null : 'sent';
      return show.unusable(ctx, interaction, policyResult, missing, said);
    });
  }

  async function mailLink(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult) => {
      const { decision } = policyResult;
      // The person has confirmed the address meanwhile, by an earlier mail.
      if (decision.kind !== 'refuse') return nextStep.proceed(ctx, interaction, policyResult);
      if (decision.reason === 'held') return show.held(ctx, interaction, policyResult);
      const { ip, clientId, localeOf } = interaction.context;
      const missing = await confirmation.missing(interaction.context, policyResult);
      const locale = localeOf(policyResult);
      const mailed = await confirmation.send(policyResult, missing, { ip, clientId }, locale);
      if (mailed.ok) return redirect(ctx, `${pages(interaction.view.uid)}/unusable?sent=1`);
      return show.unusable(ctx, interaction, policyResult, missing, mailed.refusal);
    });
  }

  return { page, mailLink };
}
