/** Where none of the factors can be asked for: why, and what mends it if the person can. */
import type { Context } from 'koa';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { AddressConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { InteractionContext } from './next-step.ts';
import type { SecondFactorPages } from './page-models.ts';

interface UnusableFactorDeps {
  readonly secondFactor: Pick<SecondFactorUseCase, 'evaluate'>;
  readonly confirmation: AddressConfirmation;
  readonly show: Pick<SecondFactorPages, 'unusable'>;
}

export function createUnusableFactor({ secondFactor, confirmation, show }: UnusableFactorDeps) {
  async function page(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<void> {
    const missing = await confirmation.missing(policyResult, ifOnly(interaction));
    return show.unusable(
      ctx,
      interaction,
      policyResult,
      missing,
      ctx.query.sent === undefined ? null : 'sent',
    );
  }

  /** Whether it was mailed; if not, the page that says why is the answer. */
  async function mailLink(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
  ): Promise<boolean> {
    const { ip, clientId } = interaction.context;
    const mailed = await confirmation.send(policyResult, ifOnly(interaction), { ip, clientId });
    if (mailed.ok) return true;
    const missing = await confirmation.missing(policyResult, ifOnly(interaction));
    await show.unusable(ctx, interaction, policyResult, missing, mailed.refusal);
    return false;
  }

  /** What the policy would say of this sign-in if other things were true of the account. */
  function ifOnly({ context }: InteractionContext): (snapshot: PolicyResult) => Promise<PolicyResult | null> {
    return (snapshot) => secondFactor.evaluate({ ...context, snapshot });
  }

  return { page, mailLink };
}
