/** The first steps of every page and form of an interaction. */
import type { Context } from 'koa';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { InteractionGone } from '../../oidc/session/provider-session.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { NextStep } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

export interface InteractionGuardDeps {
  readonly nextStep: Pick<NextStep, 'open' | 'evaluate'>;
  readonly forms: Pick<FormTokens, 'read'>;
  readonly show: Pick<SecondFactorPages, 'forbidden'>;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
}

export function createInteractionGuard({ nextStep, forms, show, passwordUrl }: InteractionGuardDeps) {
  /** Before an accepted password a page redirects to the password page, a form is refused, and null is returned. */
  async function enter(ctx: Context): Promise<InteractionContext | null> {
    const interaction = await nextStep.open(ctx);
    if (interaction) return interaction;
    if (ctx.method === 'POST') await show.forbidden(ctx);
    else if (passwordUrl) redirect(ctx, passwordUrl(String(ctx.params.uid)));
    else throw new InteractionGone('the password of this sign-in was not given');
    return null;
  }

  /** Enters, and evaluates the policy. */
  async function page(
    ctx: Context,
    then: (interaction: InteractionContext, policyResult: PolicyResult) => unknown,
  ): Promise<void> {
    const interaction = await enter(ctx);
    if (interaction) await then(interaction, await nextStep.evaluate(interaction));
  }

  /** Enters, and reads the form. */
  async function form(
    ctx: Context,
    then: (interaction: InteractionContext, fields: Fields) => unknown,
  ): Promise<void> {
    const interaction = await enter(ctx);
    if (interaction) await then(interaction, await forms.read(ctx, interaction.view.uid));
  }

  /** Enters, reads the form, and evaluates the policy. */
  async function evaluatedForm(
    ctx: Context,
    then: (interaction: InteractionContext, policyResult: PolicyResult, fields: Fields) => unknown,
  ): Promise<void> {
    await form(ctx, async (interaction, fields) =>
      then(interaction, await nextStep.evaluate(interaction), fields),
    );
  }

  return { page, form, evaluatedForm };
}

export type InteractionGuard = ReturnType<typeof createInteractionGuard>;

export function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
