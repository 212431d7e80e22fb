/** From a sign-in and the policy's word on it to what its pages show. */
import type { Context } from 'koa';
import type { SetUpStep } from '../../domain/enrolment/steps.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { Decision, Judgement } from '../../domain/policy/policy.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/system.ts';
import type { MissingConfirmation } from '../../use-cases/second-factor/address-confirmation.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { SecondFactorUseCase } from '../../use-cases/second-factor/verify.ts';
import type { Shell } from '../enrolment/pages.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { Frame, Pages, RenderSome, SecondFactorPage } from '../pages/page-contract.ts';
import type { Form, SentCode } from '../pages/page-parts.ts';
import type { PageAddress, Stage } from './next-step.ts';

interface Needs {
  readonly forms: FormTokens;
  readonly render: RenderSome<SecondFactorPage>;
  readonly pages: PageAddress;
  readonly home: string | null;
  readonly secondFactor: Pick<SecondFactorUseCase, 'digitsOf' | 'sentBy'>;
  readonly passkeys: Pick<Passkeys, 'request'>;
  readonly trustDays: number;
  readonly clock: Clock;
}

/** Where a code is typed. */
export interface CodePage {
  readonly stage: Stage;
  readonly judgement: Judgement;
  readonly method: MethodName;
  /** Whether the box is ticked that has this browser trusted. */
  readonly isTicked: boolean;
}

type Prove = Extract<Decision, { kind: 'prove' }>;
type SetUp = Extract<Decision, { kind: 'set-up' }>;

export function createSecondFactorPages({
  forms,
  render,
  pages,
  home,
  secondFactor,
  passkeys,
  trustDays,
  clock,
}: Needs) {
  function formAt(stage: Stage, path: string): Form {
    return forms.form(`${pages(stage.view.uid)}${path}`, stage.view.uid);
  }

  function frame({ view }: Stage, judgement: Judgement | null, refusal?: Refusal | null): Frame {
    const { ui_locales: uiLocales } = view.params;
    return {
      refusal: refusal ?? null,
      tenantId: judgement?.tenant.id ?? null,
      locale: judgement?.account.locale ?? null,
      ...(typeof uiLocales === 'string' ? { uiLocales } : {}),
    };
  }

  function chooseMethod(
    ctx: Context,
    stage: Stage,
    judgement: Judgement,
    { methods, preferred }: Prove,
    refusal?: Refusal,
  ) {
    const model = {
      form: formAt(stage, '/choose-method'),
      methods: methods.map((method) => ({
        method,
        selected: method === (preferred ?? methods[0]),
        destination: sentTo(stage, judgement, method)?.destination ?? null,
      })),
      clientName: stage.clientName,
      cancel: formAt(stage, '/cancel'),
    };
    return render(ctx, 'choose-method', model, frame(stage, judgement, refusal));
  }

  function enterCode(ctx: Context, { stage, judgement, method, isTicked }: CodePage, refusal?: Refusal) {
    const model = {
      form: formAt(stage, `/verify/${method}`),
      method,
      digits: secondFactor.digitsOf(method),
      sent: sentTo(stage, judgement, method),
      trustDays: judgement.tenant.secondFactor.trustedDevices ? trustDays : null,
      isTrustTicked: isTicked,
      chooseHref: anotherWay(stage, judgement),
      clientName: stage.clientName,
      cancel: formAt(stage, '/cancel'),
    };
    return render(ctx, 'enter-code', model, frame(stage, judgement, refusal));
  }

  function usePasskey(ctx: Context, stage: Stage, judgement: Judgement, refusal?: Refusal) {
    const { progress, demand } = stage.standing;
    const request = passkeys.request(progress, judgement, demand);
    if (!request) throw new Error('a passkey is to be used that was not asked for');
    const model = {
      form: formAt(stage, '/verify/passkey'),
      request,
      chooseHref: anotherWay(stage, judgement),
      clientName: stage.clientName,
      cancel: formAt(stage, '/cancel'),
    };
    return render(ctx, 'use-passkey', model, frame(stage, judgement, refusal));
  }

  function sentTo({ standing }: Stage, judgement: Judgement, method: MethodName): SentCode | null {
    const sent = secondFactor.sentBy(standing.progress, judgement, method);
    if (!sent) return null;
    const { expiresAt, destination, id: seen } = sent;
    const secondsLeft = expiresAt === null ? null : Math.ceil((expiresAt - clock.now()) / 1000);
    return { destination, secondsLeft, seen };
  }

  /** The chooser, when there is more than one way to go on. */
  function anotherWay({ view }: Stage, { decision }: Judgement): string | null {
    return decision.kind === 'prove' && decision.methods.length > 1
      ? `${pages(view.uid)}/choose-method`
      : null;
  }

  /** No further with this method, for now or in this sign-in. */
  function stopped(ctx: Context, stage: Stage, judgement: Judgement, refusal: Refusal) {
    const href = anotherWay(stage, judgement);
    const links = href ? [{ href, text: 'another-way' as const }] : [];
    return error(ctx, stage, { title: titleOf(refusal), links }, frame(stage, judgement, refusal));
  }

  function titleOf(refusal: Refusal): Pages['error']['title'] {
    if (refusal.code !== 'too_many_attempts') return 'refused';
    // Waiting helps against a lock alone; after too many tries in one sign-in another one goes on at once.
    return refusal.retryAt === null ? 'stopped' : 'locked';
  }

  /** `missing`: an address that is not confirmed is what keeps them out; null: something else does. */
  function unusable(
    ctx: Context,
    stage: Stage,
    judgement: Judgement,
    missing: MissingConfirmation | null,
    said: Refusal | 'sent' | null,
  ) {
    const refusal = said === 'sent' ? null : said;
    const code = missing ? 'email_unconfirmed' : 'method_not_allowed';
    const of = { status: 403, ...frame(stage, judgement, { code }) };
    const isSent = said === 'sent' && missing?.hasLink === true;
    const form = formAt(stage, '/unusable');
    const confirm = missing?.hasLink ? { form, destination: missing.destination, isSent } : null;
    const links = isSent ? [{ href: pages(stage.view.uid), text: 'try-again' as const }] : [];
    const around = refusal === null ? of : frame(stage, judgement, refusal);
    return error(ctx, stage, { title: 'unusable', links, confirm }, around);
  }

  function refusal(ctx: Context, stage: Stage, judgement: Judgement, why: Refusal) {
    return error(ctx, stage, { title: 'refused', links: [] }, frame(stage, judgement, why));
  }

  /** A form where none belongs. */
  function forbidden(ctx: Context) {
    const links = home === null ? [] : [{ href: home, text: 'home' as const }];
    return error(ctx, null, { title: 'refused', links }, { refusal: { code: 'forbidden' } });
  }

  function error(
    ctx: Context,
    stage: Stage | null,
    page: Pick<Pages['error'], 'title' | 'links' | 'confirm'>,
    of: Frame,
  ) {
    const cancel = stage ? formAt(stage, '/cancel') : null;
    const requestId = String(ctx.state.requestId ?? '');
    const isAtSecondFactor = stage !== null;
    return render(ctx, 'error', { ...page, protocol: null, cancel, requestId, isAtSecondFactor }, of);
  }

  function chooseSetUp(
    ctx: Context,
    stage: Stage,
    judgement: Judgement,
    { methods, laterUntil }: SetUp,
    refusal?: Refusal,
  ) {
    const model = {
      form: formAt(stage, '/set-up'),
      methods: methods.map((method, index) => ({ method, selected: index === 0 })),
      laterUntil,
      forced: true,
      demandedBy: demander(stage, judgement),
      cancel: formAt(stage, '/cancel'),
    };
    return render(ctx, 'set-up-choose', model, frame(stage, judgement, refusal));
  }

  /** What surrounds the steps of a set-up at sign-in. */
  function setUpShell(stage: Stage, judgement: Judgement): Shell {
    const { view, standing } = stage;
    const { decision } = judgement;
    const choice =
      decision.kind === 'set-up' && (decision.methods.length > 1 || decision.laterUntil !== null);
    // Who came with a live session has seen the chooser even where there was nothing to choose: a GET begins nothing.
    const isFirst = !choice && standing.progress.keepsAuthTime === null && !standing.progress.isSetUpProven;
    const { address, clientId } = standing;
    return {
      path: (step: SetUpStep) => `${pages(view.uid)}/set-up/${step}`,
      home: pages(view.uid),
      binding: view.uid,
      frame: (refused) => frame(stage, judgement, refused),
      visitor: { address, clientId },
      isForced: isFirst,
      demandedBy: demander(stage, judgement),
      chooseHref: choice ? `${pages(view.uid)}/set-up` : null,
      cancel: formAt(stage, '/cancel'),
      backHref: null,
    };
  }

  /** The application, where the organisation itself would not have asked. */
  function demander({ clientName }: Stage, { enforcement }: Judgement): string | null {
    return enforcement === 'required' ? null : clientName;
  }

  return {
    chooseMethod,
    enterCode,
    usePasskey,
    stopped,
    unusable,
    refusal,
    forbidden,
    chooseSetUp,
    setUpShell,
  };
}

export type SecondFactorPages = ReturnType<typeof createSecondFactorPages>;
