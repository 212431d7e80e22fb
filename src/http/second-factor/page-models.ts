/** The models of the pages of a sign-in, from its transaction and its policy result. */
import type { Context } from 'koa';
import { hasFactor } from '../../domain/enrolment/enrolment.ts';
import { chooserProgressOf, type EnrolmentStep } from '../../domain/enrolment/steps.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import { mayTrustBrowsers } from '../../domain/policy/minimum.ts';
import type { Decision, PolicyResult } from '../../domain/policy/policy.ts';
import { type Refusal, undeliveredInstead } from '../../domain/refusal.ts';
import { mayAskForReset } from '../../domain/resets/reset-request.ts';
import type { Clock } from '../../ports/system.ts';
import type { AfterRecovery } from '../../use-cases/enrolment/after-recovery.ts';
import type { MissingConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { PasskeyOffers } from '../../use-cases/second-factor/passkey-offers.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { EnrolmentContext } from '../enrolment/pages.ts';
import type { FormTokens } from '../guards/forms.ts';
import { codePageOf } from '../pages/models/method-pages.ts';
import type { PageContext, Pages, RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import type { Form, SentCode } from '../pages/page-parts.ts';
import { referenceOf } from '../pages/reference.ts';
import type { ChoicePage, CodePage } from './answer-pages.ts';
import type { PageAddress } from './next-step.ts';
import { type InteractionContext, uiLocalesOf } from './open-interaction.ts';
import { lostPhoneWays, titleOf, waysOn } from './ways.ts';

interface SecondFactorPagesDeps {
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
  readonly home: string | null;
  readonly secondFactor: Pick<SecondFactorUseCase, 'digitsOf' | 'promptOf' | 'sentBy'>;
  readonly passkeys: Pick<Passkeys, 'request'>;
  readonly passkeyOffers: Pick<PasskeyOffers, 'isPossible' | 'isTaken'>;
  readonly afterRecovery: Pick<AfterRecovery, 'choiceOf' | 'isTaken'>;
  readonly trustDays: number;
  /** Absent where nobody can ask for a reset. */
  readonly resets?: object | undefined;
  readonly clock: Clock;
}

type SetUp = Extract<Decision, { kind: 'set-up' }>;

export function createSecondFactorPages({
  forms,
  render,
  pages,
  home,
  secondFactor,
  passkeys,
  passkeyOffers,
  afterRecovery,
  trustDays,
  resets,
  clock,
}: SecondFactorPagesDeps) {
  function formAt(interaction: InteractionContext, path: string): Form {
    return forms.form(`${pages(interaction.view.uid)}${path}`, interaction.view.uid);
  }

  function pageContext(
    { view }: InteractionContext,
    policyResult: PolicyResult | null,
    refusal?: Refusal | null,
  ): PageContext {
    return {
      refusal: refusal ?? null,
      tenantId: policyResult?.tenant.id ?? null,
      locale: policyResult?.account.locale ?? null,
      uiLocales: uiLocalesOf(view),
      resetHref:
        resets && policyResult && mayAskForReset(policyResult) ? `${pages(view.uid)}/request-reset` : null,
    };
  }

  function chooseMethod(ctx: Context, { interaction, policyResult, usable }: ChoicePage, refusal?: Refusal) {
    const { decision } = policyResult;
    const preferred = decision.kind === 'prove' ? decision.preferred : null;
    const selected = usable.find((method) => method === preferred) ?? usable[0];
    const model = {
      form: formAt(interaction, '/choose-method'),
      methods: usable.map((method) => ({
        method,
        selected: method === selected,
        destination: sentTo(interaction, policyResult, method)?.destination ?? null,
      })),
      lost: lostPhoneWays({ base: pages(interaction.view.uid), usable }, null),
      clientName: interaction.clientName,
      cancel: formAt(interaction, '/cancel'),
    };
    return render(ctx, 'choose-method', model, pageContext(interaction, policyResult, refusal));
  }

  function enterCode(
    ctx: Context,
    { interaction, policyResult, method, usable, isTicked, isUndelivered }: CodePage,
    refusal?: Refusal,
  ) {
    const sent = sentTo(interaction, policyResult, method);
    const why = isUndelivered ? undeliveredInstead(refusal) : refusal;
    const model = {
      form: formAt(interaction, `/verify/${method}`),
      method,
      digits: secondFactor.digitsOf(method),
      sent: sent && isUndelivered ? { ...sent, secondsLeft: null } : sent,
      trustDays: mayTrustBrowsers(policyResult, policyResult.tenant.secondFactor) ? trustDays : null,
      isTrustTicked: isTicked,
      asksForPasskeys: passkeyOffers.isPossible(policyResult),
      chooseHref: anotherWay(interaction, method, usable),
      lost: lostPhoneWays({ base: pages(interaction.view.uid), usable }, method),
      clientName: interaction.clientName,
      cancel: formAt(interaction, '/cancel'),
    };
    const page = codePageOf(secondFactor.promptOf(method));
    const around = pageContext(interaction, policyResult, why);
    return render(ctx, page, model, ctx.method === 'POST' ? around : { ...around, status: 200 });
  }

  function usePasskey(
    ctx: Context,
    { interaction, policyResult, method, usable }: CodePage,
    refusal?: Refusal,
  ) {
    const { transaction, requested } = interaction.context;
    const request = passkeys.request(transaction, policyResult, requested);
    if (!request) throw new Error('a passkey is to be used that was not asked for');
    const model = {
      form: formAt(interaction, `/verify/${method}`),
      request,
      chooseHref: anotherWay(interaction, method, usable),
      lost: lostPhoneWays({ base: pages(interaction.view.uid), usable }, method),
      clientName: interaction.clientName,
      cancel: formAt(interaction, '/cancel'),
    };
    return render(ctx, 'use-passkey', model, pageContext(interaction, policyResult, refusal));
  }

  function sentTo(
    { context }: InteractionContext,
    policyResult: PolicyResult,
    method: MethodName,
  ): SentCode | null {
    const sent = secondFactor.sentBy(context.transaction, policyResult, method);
    if (!sent) return null;
    const { expiresAt, destination, id: seen } = sent;
    const secondsLeft = expiresAt === null ? null : Math.ceil((expiresAt - clock.now()) / 1000);
    return { destination, secondsLeft, seen };
  }

  /** The address of the chooser, when there is more than this method. */
  function anotherWay(
    { view }: InteractionContext,
    method: MethodName,
    usable: readonly MethodName[],
  ): string | null {
    return usable.some((other) => other !== method) ? `${pages(view.uid)}/choose-method` : null;
  }

  /** The method takes no more codes, for some time or in this sign-in. The page has the ways on, and no form for a code. */
  function stopped(ctx: Context, { interaction, policyResult, usable }: ChoicePage, refusal: Refusal) {
    const { uid, startAgainPath } = interaction.view;
    const around = pageContext(interaction, policyResult, refusal);
    const { resetHref = null } = around;
    const links = waysOn({ base: pages(uid), usable, startAgainPath, resetHref });
    return error(ctx, interaction, { title: titleOf(refusal), links }, around);
  }

  /** `missing` is null when confirming the address would not help. */
  function unusable(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
    missing: MissingConfirmation | null,
    said: Refusal | 'sent' | null,
  ) {
    const refusal = said === 'sent' ? null : said;
    const code = missing ? 'email_unconfirmed' : 'method_not_allowed';
    const of = { status: 403, ...pageContext(interaction, policyResult, { code }) };
    const isSent = said === 'sent' && missing?.hasLink === true;
    const form = formAt(interaction, '/unusable');
    const confirm = missing?.hasLink ? { form, destination: missing.destination, isSent } : null;
    const links = isSent ? [{ href: pages(interaction.view.uid), text: 'try-again' as const }] : [];
    const around = refusal === null ? of : pageContext(interaction, policyResult, refusal);
    return error(ctx, interaction, { title: 'unusable', links, confirm }, around);
  }

  /** The owner has reported a removal of factors, and no administrator has answered yet. */
  function held(ctx: Context, interaction: InteractionContext, policyResult: PolicyResult) {
    const of = pageContext(interaction, policyResult, { code: 'forbidden', because: 'held' });
    return error(ctx, interaction, { title: 'held', links: [] }, of);
  }

  function refusal(ctx: Context, interaction: InteractionContext, policyResult: PolicyResult, why: Refusal) {
    return error(
      ctx,
      interaction,
      { title: 'refused', links: [] },
      pageContext(interaction, policyResult, why),
    );
  }

  /** For a form that the current step has no place for. */
  function forbidden(ctx: Context) {
    const links = home === null ? [] : [{ href: home, text: 'home' as const }];
    return error(ctx, null, { title: 'refused', links }, { refusal: { code: 'forbidden' } });
  }

  function error(
    ctx: Context,
    interaction: InteractionContext | null,
    page: Pick<Pages['error'], 'title' | 'links' | 'confirm'>,
    of: PageContext,
  ) {
    const cancel = interaction ? formAt(interaction, '/cancel') : null;
    const reference = referenceOf(ctx);
    const isAtSecondFactor = interaction !== null;
    return render(ctx, 'error', { ...page, protocol: null, cancel, reference, isAtSecondFactor }, of);
  }

  function chooseSetUp(
    ctx: Context,
    interaction: InteractionContext,
    policyResult: PolicyResult,
    { methods, laterUntil }: SetUp,
    refusal?: Refusal,
  ) {
    const model = {
      form: formAt(interaction, '/set-up'),
      methods: methods.map((method, index) => ({ method, selected: index === 0 })),
      laterUntil,
      forced: policyResult.decision.kind === 'set-up',
      isStronger: policyResult.decision.kind === 'set-up' && hasFactor(policyResult.enrolments),
      skipHref: policyResult.decision.kind === 'set-up' ? null : pages(interaction.view.uid),
      demandedBy: demander(interaction, policyResult),
      cancel: formAt(interaction, '/cancel'),
      step: chooserProgressOf(methods, interaction.context.transaction, policyResult),
    };
    return render(ctx, 'set-up-choose', model, pageContext(interaction, policyResult, refusal));
  }

  /** The surroundings of the enrolment steps within a sign-in. */
  function enrolmentContextOf(interaction: InteractionContext, policyResult: PolicyResult): EnrolmentContext {
    const { view, context } = interaction;
    const { transaction } = context;
    const { decision } = policyResult;
    const isWanted = afterRecovery.isTaken(transaction, policyResult);
    const choice =
      decision.kind === 'set-up'
        ? decision
        : isWanted
          ? afterRecovery.choiceOf(transaction, policyResult)
          : null;
    const hasChoice = choice !== null && (choice.methods.length > 1 || choice.laterUntil !== null);
    // A step-up begins with a GET, which begins no enrolment, so the person has seen the chooser.
    const isRequired = policyResult.decision.kind === 'set-up';
    const isFirst =
      isRequired && !hasChoice && transaction.keepsAuthTime === null && !transaction.isSetUpProven;
    const { ip, clientId } = context;
    return {
      path: (step: EnrolmentStep) => `${pages(view.uid)}/set-up/${step}`,
      home: pages(view.uid),
      binding: view.uid,
      pageContext: (refused) => pageContext(interaction, policyResult, refused),
      visitor: { ip, clientId },
      locale: context.localeOf(policyResult),
      isForced: isFirst,
      demandedBy: demander(interaction, policyResult),
      chooseHref: hasChoice ? `${pages(view.uid)}/set-up` : null,
      cancel: formAt(interaction, '/cancel'),
      backHref: null,
      replacesVoid: true,
      startAgainPath: view.startAgainPath,
      skipHref: isWanted || passkeyOffers.isTaken(transaction, policyResult) ? pages(view.uid) : null,
    };
  }

  /** The application that demands the factor. Null when the organisation requires one itself. */
  function demander({ clientName }: InteractionContext, { enforcement }: PolicyResult): string | null {
    return enforcement === 'required' ? null : clientName;
  }

  return {
    pageContext,
    chooseMethod,
    enterCode,
    usePasskey,
    stopped,
    unusable,
    held,
    refusal,
    forbidden,
    chooseSetUp,
    enrolmentContextOf,
  };
}

export type SecondFactorPages = ReturnType<typeof createSecondFactorPages>;
