/** The page that offers a passkey at the end of a sign-in with another second factor. */
import type { Context } from 'koa';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { PasskeyOffers } from '../../use-cases/second-factor/passkey-offers.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import { type InteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

interface OfferPasskeyDeps {
  readonly guard: InteractionGuard;
  readonly nextStep: Pick<NextStep, 'proceed' | 'proceedFrom'>;
  readonly passkeys: Pick<Passkeys, 'confirm' | 'silentCreation'>;
  readonly passkeyOffers: PasskeyOffers;
  readonly enrolment: Pick<EnrolmentUseCase, 'begin'>;
  readonly show: SecondFactorPages;
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
}

export function createOfferPasskey(needs: OfferPasskeyDeps) {
  const { guard, nextStep, passkeyOffers, passkeys, enrolment, show, forms, render, pages } = needs;

  async function page(ctx: Context): Promise<void> {
    await guard.page(ctx, async (interaction, policyResult) => {
      if (!(await isDue(interaction, policyResult))) return redirect(ctx, pages(interaction.view.uid));
      return draw(ctx, interaction, policyResult);
    });
  }

  function isDue({ view, context }: InteractionContext, policyResult: PolicyResult): Promise<boolean> {
    return passkeyOffers.isDue(context.transaction, policyResult, view.params.prompt);
  }

  function draw(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
    refusal: Refusal | null = null,
  ) {
    const { uid } = interaction.view;
    // A browser whose answer was refused is not asked again.
    const creation = refusal ? null : passkeys.silentCreation(interaction.context.transaction, policyResult);
    const formAt = (path: string) => forms.form(`${pages(uid)}${path}`, uid);
    const model = {
      form: formAt('/offer-passkey'),
      creation,
      clientName: interaction.clientName,
      cancel: formAt('/cancel'),
    };
    return render(ctx, 'offer-passkey', model, show.pageContext(interaction, policyResult, refusal));
  }

  /** The answer is kept before the sign-in goes on. A form that was sent twice finds it answered, and goes on too. */
  async function choose(ctx: Context): Promise<void> {
    await guard.evaluatedForm(ctx, async (interaction, policyResult, fields) => {
      if (!(await isDue(interaction, policyResult))) return nextStep.proceed(ctx, interaction, policyResult);
      if (fields.response) return keepSilent(ctx, interaction, policyResult, fields.response);
      await passkeyOffers.answer(policyResult.account.id, 'never' in fields ? 'never' : 'later');
      if (!('set-up' in fields)) return nextStep.proceed(ctx, interaction, policyResult);
      const { methodName } = passkeyOffers;
      const started = await enrolment.begin(interaction.context.transaction, policyResult, methodName);
      if (!started.ok) return show.refusal(ctx, interaction, policyResult, started.refusal);
      return redirect(ctx, `${pages(interaction.view.uid)}/set-up/${methodName}`);
    });
  }

  /** Keeps a passkey that the browser has made by itself. */
  async function keepSilent(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
    response: string,
  ): Promise<void> {
    const { transaction, ip, clientId } = interaction.context;
    const given = { response, label: '', ip, clientId, isSilent: true };
    const made = await passkeys.confirm(transaction, policyResult, given);
    if (made.ok) return nextStep.proceedFrom(ctx, interaction, { transaction: made.value });
    await draw(ctx, interaction, policyResult, made.refusal);
  }

  return { page, choose };
}
