/** The first steps of every page and form of an interaction. */
import type { Context } from 'koa';
import { interruptedFactor } from '../../domain/enrolment/steps.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { InteractionGone } from '../../oidc/session/provider-session.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { JoinSession } from '../guards/join-session.ts';
import type { NextStep } from './next-step.ts';
import type { InteractionContext } from './open-interaction.ts';
import type { SecondFactorPages } from './page-models.ts';

export interface InteractionGuardDeps {
  readonly nextStep: Pick<NextStep, 'open' | 'evaluate' | 'proceed'>;
  readonly joinSession: JoinSession;
  readonly forms: Pick<FormTokens, 'read'>;
  readonly show: Pick<SecondFactorPages, 'forbidden'>;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
}

export function createInteractionGuard({
  nextStep,
  joinSession,
  forms,
  show,
  passwordUrl,
}: InteractionGuardDeps) {
  /** Before an accepted password a page redirects to the password page, a form is refused, and null is returned. */
  async function enter(ctx: Context): Promise<InteractionContext | null> {
    const interaction = await nextStep.open(ctx);
    if (interaction) return interaction;
    if (ctx.method === 'POST') await show.forbidden(ctx);
    else if (passwordUrl) redirect(ctx, passwordUrl(String(ctx.params.uid)));
    else throw new InteractionGone('the password of this sign-in was not given');
    return null;
  }

  /** Whether the person has signed in in another tab meanwhile. Then this interaction ends as well. */
  async function isJoined(ctx: Context, { view, context }: InteractionContext): Promise<boolean> {
    const { accountId, keepsAuthTime, newCodes } = context.transaction;
    // Recovery codes are never shown again, and a step-up has its session already.
    if (newCodes !== null || keepsAuthTime !== null) return false;
    const url = await joinSession(ctx, view, ({ id }) => id === accountId);
    if (url !== null) redirect(ctx, url);
    return url !== null;
  }

  /** Enters, and evaluates the policy. */
  async function page(
    ctx: Context,
    then: (interaction: InteractionContext, policyResult: PolicyResult) => unknown,
  ): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction || (await isJoined(ctx, interaction))) return;
    await then(interaction, await nextStep.evaluate(interaction));
  }

  /** Enters, and reads the form. */
  async function form(
    ctx: Context,
    then: (interaction: InteractionContext, fields: Fields) => unknown,
  ): Promise<void> {
    const interaction = await enter(ctx);
    if (!interaction) return;
    const fields = await forms.read(ctx, interaction.view.uid);
    if (!(await isJoined(ctx, interaction))) await then(interaction, fields);
  }

  /** Enters, reads the form, and evaluates the policy. An interrupted set-up is finished instead. */
  async function evaluatedForm(
    ctx: Context,
    then: (interaction: InteractionContext, policyResult: PolicyResult, fields: Fields) => unknown,
  ): Promise<void> {
    await form(ctx, async (interaction, fields) => {
      const policyResult = await nextStep.evaluate(interaction);
      if (interruptedFactor(interaction.context.transaction, policyResult))
        return nextStep.proceed(ctx, interaction, policyResult);
      return then(interaction, policyResult, fields);
    });
  }

  return { page, form, evaluatedForm };
}

export type InteractionGuard = ReturnType<typeof createInteractionGuard>;

export function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
