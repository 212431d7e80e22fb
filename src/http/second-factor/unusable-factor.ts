/** Where none of the factors can be asked for: why, and what mends it if the person can. */
import type { Context } from 'koa';
import type { Judgement } from '../../domain/policy/policy.ts';
import type { AddressConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { Stage } from './next-step.ts';
import type { SecondFactorPages } from './page-models.ts';

interface Needs {
  readonly secondFactor: Pick<SecondFactorUseCase, 'standing'>;
  readonly confirmation: AddressConfirmation;
  readonly show: Pick<SecondFactorPages, 'unusable'>;
}

export function createNoWayIn({ secondFactor, confirmation, show }: Needs) {
  async function page(ctx: Context, stage: Stage, judgement: Judgement): Promise<void> {
    const missing = await confirmation.missing(judgement, ifOnly(stage));
    return show.unusable(ctx, stage, judgement, missing, ctx.query.sent === undefined ? null : 'sent');
  }

  /** Whether it was mailed; if not, the page that says why is the answer. */
  async function mailLink(ctx: Context, stage: Stage, judgement: Judgement): Promise<boolean> {
    const { address, clientId } = stage.standing;
    const mailed = await confirmation.send(judgement, ifOnly(stage), { address, clientId });
    if (mailed.ok) return true;
    const missing = await confirmation.missing(judgement, ifOnly(stage));
    await show.unusable(ctx, stage, judgement, missing, mailed.refusal);
    return false;
  }

  /** What the policy would say of this sign-in if other things were true of the account. */
  function ifOnly({ standing }: Stage): (facts: Judgement) => Promise<Judgement | null> {
    return (facts) => secondFactor.standing({ ...standing, facts });
  }

  return { page, mailLink };
}
