/** The page at the end of a sign-in with a recovery code: how many are left, new ones, and the set-up of a new phone. */
import type { Context } from 'koa';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { AfterRecovery } from '../../use-cases/enrolment/after-recovery.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

interface RecoveryUsedDeps {
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'proceed' | 'proceedFrom'>;
  readonly afterRecovery: AfterRecovery;
  readonly recovery: Pick<Recovery, 'renew'>;
  readonly show: SecondFactorPages;
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
}

export function createRecoveryUsed(needs: RecoveryUsedDeps) {
  const { guard, nextStep, afterRecovery, recovery, show, forms, render, pages } = needs;

  async function page(ctx: Context): Promise<void> {
    await guard.page(ctx, async (interaction, policyResult) => {
      if (!isDue(interaction, policyResult)) return redirect(ctx, pages(interaction.view.uid));
      const { uid } = interaction.view;
      const model = {
        ...(await afterRecovery.stateOf(interaction.context.transaction, policyResult)),
        form: forms.form(`${pages(uid)}/recovery-used`, uid),
        clientName: interaction.clientName,
      };
      return render(ctx, 'recovery-used', model, show.pageContext(interaction, policyResult));
    });
  }

  function isDue({ view, context }: InteractionContext, policyResult: PolicyResult): boolean {
    return afterRecovery.isDue(context.transaction, policyResult, view.params.prompt);
  }

  async function choose(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, fields) => {
      const { transaction, ip, clientId } = interaction.context;
      const base = pages(interaction.view.uid);
      // A form that was sent twice finds the codes made, or the sign-in gone on.
      if (!isDue(interaction, policyResult) || transaction.newCodes !== null)
        return nextStep.proceed(ctx, interaction, policyResult);
      const { canRenew, canSetUp } = await afterRecovery.stateOf(transaction, policyResult);
      if ('set-up' in fields && canSetUp) return redirect(ctx, `${base}/set-up`);
      if (!('new-recovery-codes' in fields) || !canRenew)
        return nextStep.proceed(ctx, { ...interaction, hasSeenCodesLeft: true }, policyResult);
      const renewed = await recovery.renew(transaction, policyResult, { ip, clientId });
      if (!renewed.ok) return show.refusal(ctx, interaction, policyResult, renewed.refusal);
      return redirect(ctx, `${base}/set-up/recovery-codes`);
    });
  }

  return { page, choose };
}
