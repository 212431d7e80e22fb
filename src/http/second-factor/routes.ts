/** The routes of the second factor, under one interaction. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { ProviderSession } from '../../oidc/session/provider-session.ts';
import type { Clock } from '../../ports/system.ts';
import type { AfterRecovery } from '../../use-cases/enrolment/after-recovery.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { AddressConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { PasskeyOffers } from '../../use-cases/second-factor/passkey-offers.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import { createEnrolmentPages } from '../enrolment/pages.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { JoinSession } from '../guards/join-session.ts';
import type { RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import { createCodePages } from './code-pages.ts';
import { createEnrolmentRoutes } from './enrolment-routes.ts';
import { createInteractionGuard, redirect } from './interaction-guard.ts';
import type { NextStep, PageAddress } from './next-step.ts';
import { createOfferPasskey } from './offer-passkey.ts';
import { SECOND_FACTOR_PROMPTS } from './open-interaction.ts';
import { createSecondFactorPages } from './page-models.ts';
import { createRecoveryUsed } from './recovery-used.ts';
import { createRequestResetPage, type ResetPageDeps } from './request-reset.ts';
import { createUnusableFactor } from './unusable-factor.ts';

interface SecondFactorRoutesDeps {
  readonly nextStep: NextStep;
  readonly joinSession: JoinSession;
  readonly session: ProviderSession;
  readonly secondFactor: SecondFactorUseCase;
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly passkeyOffers: PasskeyOffers;
  readonly afterRecovery: AfterRecovery;
  readonly confirmation: AddressConfirmation;
  readonly trustDays: number;
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
  /** The page on which a person can begin anew. Null when none is known. */
  readonly home: string | null;
  readonly passwordUrl?: ((uid: string) => string) | undefined;
  /** Absent where nobody can ask for a reset. */
  readonly resets?: ResetPageDeps | undefined;
  readonly clock: Clock;
}

export function createSecondFactorRoutes(needs: SecondFactorRoutesDeps): Router {
  const { nextStep, session, forms, pages } = needs;
  const show = createSecondFactorPages(needs);
  const guard = createInteractionGuard({ ...needs, show });
  const codes = createCodePages({ ...needs, guard, show });
  const enrolments = createEnrolmentRoutes({
    ...needs,
    guard,
    show,
    enrolmentPages: createEnrolmentPages(needs),
  });
  const unusable = createUnusableFactor({ ...needs, guard, show });
  const offer = createOfferPasskey({ ...needs, guard, show });
  const used = createRecoveryUsed({ ...needs, guard, show });
  const router = new Router({ prefix: pages(':uid') });

  router.get('/', proceed);
  router.get('/choose-method', codes.chooser);
  router.post('/choose-method', codes.chooseMethod);
  router.get('/verify/:method', codes.codePage);
  router.post('/verify/:method', codes.submitCode);
  router.get('/set-up', enrolments.chooser);
  router.post('/set-up', enrolments.choose);
  router.get('/set-up/:step', enrolments.stepPage);
  router.post('/set-up/:step', enrolments.submitStep);
  router.get('/offer-passkey', offer.page);
  router.post('/offer-passkey', offer.choose);
  router.get('/recovery-used', used.page);
  router.post('/recovery-used', used.choose);
  router.get('/unusable', unusable.page);
  router.post('/unusable', unusable.mailLink);
  router.post('/cancel', cancel);
  if (needs.resets) {
    const reset = createRequestResetPage({ ...needs, resets: needs.resets, guard, show });
    router.get('/request-reset', reset.page);
    router.post('/request-reset', reset.submit);
  }
  return router;

  async function proceed(ctx: Context): Promise<void> {
    await guard.page(ctx, (interaction, policyResult) => nextStep.proceed(ctx, interaction, policyResult));
  }

  /** Ends the interaction: the relying party receives `access_denied`. */
  async function cancel(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, SECOND_FACTOR_PROMPTS);
    await forms.read(ctx, view.uid);
    redirect(
      ctx,
      await session.end(ctx, { error: 'access_denied', description: 'the person left the sign-in' }),
    );
  }
}
