/** The pages of an enrolment, the same at sign-in and in self-service: their models and their forms. */
import type { Context } from 'koa';
import { type Locale, shownEmail } from '../../domain/account.ts';
import { isFactor } from '../../domain/enrolment/enrolment.ts';
import {
  type EnrolmentStep,
  enrolmentStepOf,
  progressOf,
  type Visitor,
} from '../../domain/enrolment/steps.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import {
  accepted,
  isLastRefusal,
  type Outcome,
  type Refusal,
  undeliveredInstead,
} from '../../domain/refusal.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import { browserPageOf, secretPageOf, sentPageOf } from '../pages/models/method-pages.ts';
import type { EnrolmentPage, PageContext, RenderSome } from '../pages/page-contract.ts';
import type { EnrolmentPageParts, Form, RecoveryCodesPage } from '../pages/page-parts.ts';
import { secretModel } from './secret-model.ts';

interface EnrolmentPagesDeps {
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly forms: FormTokens;
  readonly render: RenderSome<EnrolmentPage>;
  readonly clock: Clock;
}

/** The surroundings of an enrolment: the sign-in or the security page, and the addresses of its forms. */
export interface EnrolmentContext {
  readonly path: (step: EnrolmentStep) => string;
  /** The address that leads to the next step. */
  readonly home: string;
  /** The interaction or session that the tokens of its forms belong to. */
  readonly binding: string;
  readonly pageContext: (refusal: Refusal | null) => PageContext;
  readonly visitor: Visitor;
  /** The language of its pages. A code that is sent now has the same. */
  readonly locale: Locale;
  /** The first page of a set-up that the person did not ask for. */
  readonly isForced: boolean;
  readonly demandedBy: string | null;
  readonly chooseHref: string | null;
  readonly cancel: Form | null;
  readonly backHref: string | null;
  /** The address that goes on without the factor. Absent or null where that is not possible. */
  readonly skipHref?: string | null;
  /** The address of a new sign-in. Absent or null where there is none. */
  readonly startAgainPath?: string | null;
  /** Whether the visit ends with new recovery codes in the place of void ones. */
  readonly replacesVoid: boolean;
}

/** A visit, and what the policy says of its account. */
export interface EnrolmentState {
  readonly transaction: SignInTransaction;
  readonly policyResult: PolicyResult;
}

interface Again {
  readonly refusal: Refusal | null;
  readonly fields: Fields;
}

const FIRST_SHOWN: Again = { refusal: null, fields: {} };

export function createEnrolmentPages({
  enrolment,
  recovery,
  passkeys,
  forms,
  render,
  clock,
}: EnrolmentPagesDeps) {
  /** Shows the page of the step whose turn it is. */
  async function show(
    ctx: Context,
    enrolmentContext: EnrolmentContext,
    setting: EnrolmentState,
    step: EnrolmentStep,
    again: Again = FIRST_SHOWN,
  ): Promise<void> {
    const form = forms.form(enrolmentContext.path(step), enrolmentContext.binding);
    const pageContext = enrolmentContext.pageContext(again.refusal);
    const { isForced: forced, demandedBy, chooseHref, cancel, backHref, skipHref } = enrolmentContext;
    const { transaction, policyResult } = setting;
    const place = progressOf(step, transaction, policyResult, enrolmentContext.replacesVoid);
    const links = { chooseHref, cancel, backHref, skipHref: skipHref ?? null };
    const around = { form, step: place, forced, demandedBy, ...links };
    const { kind, page } = enrolment.pageOf(step);
    switch (kind) {
      case 'typed': {
        const secret = enrolment.reveal(transaction, policyResult);
        if (!secret) throw new Error(`${step} is enrolled without a secret`);
        const { label = '', app = '' } = again.fields;
        const shown = await secretModel(secret, { label, app });
        return render(ctx, secretPageOf(page), { ...around, ...shown }, pageContext);
      }
      case 'sent':
        return showSent(ctx, enrolmentContext, setting, step, again, around);
      case 'set': {
        const codes = recovery.shown(transaction);
        const { enrolled } = transaction;
        const owner = ownerOf(setting);
        return render(ctx, 'recovery-codes', { form, codes, owner, enrolled, step: place }, pageContext);
      }
      case 'browser': {
        const creation = passkeys.creation(transaction, policyResult);
        if (!creation) throw new Error(`${step} is enrolled, and the browser was not asked for it`);
        const { label = '' } = again.fields;
        return render(ctx, browserPageOf(page), { ...around, creation, label }, pageContext);
      }
    }
  }

  /** A page without a form, once no code is taken any more. After a code that never arrived the page tells that. */
  async function showSent(
    ctx: Context,
    enrolmentContext: EnrolmentContext,
    setting: EnrolmentState,
    step: EnrolmentStep,
    again: Again,
    around: EnrolmentPageParts,
  ): Promise<void> {
    const { transaction, policyResult } = setting;
    const page = sentPageOf(enrolment.pageOf(step).page);
    const model = {
      ...around,
      ...sentModel(setting, step, again),
      pass: passView(ctx, enrolmentContext.path(step), step, again),
    };
    const stop = isLastRefusal(again.refusal)
      ? again.refusal
      : await enrolment.stopOf(transaction, policyResult, step);
    if (stop) {
      // Every method waits behind the same proof.
      const chooseHref = step === 'proof' ? null : model.chooseHref;
      const { startAgainPath = null } = enrolmentContext;
      const stopped = { ...model, chooseHref, isStopped: true, startAgainHref: startAgainPath };
      return render(ctx, page, stopped, enrolmentContext.pageContext(stop));
    }
    if (!(await enrolment.isUndelivered(transaction, step)))
      return render(ctx, page, model, enrolmentContext.pageContext(again.refusal));
    const told = enrolmentContext.pageContext(undeliveredInstead(again.refusal));
    const status = ctx.method === 'POST' ? {} : { status: 200 };
    return render(ctx, page, { ...model, secondsLeft: null }, { ...told, ...status });
  }

  /** A pass has a form of its own, behind a link: until then the page asks for nothing but the press that sends a code. */
  function passView(ctx: Context, path: string, step: EnrolmentStep, { fields }: Again) {
    if (step !== 'proof' || !enrolment.takesPass) return null;
    const isAsked = 'pass' in fields || (ctx.method === 'GET' && 'pass' in ctx.query);
    return { isAsked, href: isAsked ? path : `${path}?pass=1` };
  }

  function sentModel(
    { transaction, policyResult }: EnrolmentState,
    step: EnrolmentStep,
    { fields, refusal }: Again,
  ) {
    const { id, destination, expiresAt, isSent } = enrolment.sentBy(transaction, policyResult, step);
    const asksNumber = enrolment.pageOf(step).asksNumber && (!isSent || refusal?.code === 'phone_invalid');
    return {
      destination: asksNumber ? null : destination,
      secondsLeft: expiresAt === null ? null : Math.ceil((expiresAt - clock.now()) / 1000),
      isSent: isSent && !asksNumber,
      seen: id,
      phone: fields.phone ?? '',
    };
  }

  /** Does what a form of the step says. Null: the answer is given already. */
  async function submit(
    ctx: Context,
    enrolmentContext: EnrolmentContext,
    setting: EnrolmentState,
    step: EnrolmentStep,
    fields: Fields,
  ): Promise<SignInTransaction | null> {
    const isSending = 'send' in fields || 'resend' in fields;
    const outcome = await (isSending
      ? send(enrolmentContext, setting, step, fields)
      : answer(enrolmentContext, setting, step, fields));
    if (!outcome.ok && outcome.refusal.code === 'session_expired') return away(ctx, enrolmentContext.home);
    if (!outcome.ok) {
      await show(ctx, enrolmentContext, setting, step, { refusal: outcome.refusal, fields });
      return null;
    }
    return isSending ? away(ctx, enrolmentContext.path(step)) : outcome.value;
  }

  function send(
    { visitor, locale }: EnrolmentContext,
    { transaction, policyResult }: EnrolmentState,
    step: EnrolmentStep,
    { phone, seen }: Fields,
  ): Promise<Outcome<SignInTransaction>> | Outcome<SignInTransaction> {
    if (enrolment.pageOf(step).kind !== 'sent') return accepted(transaction);
    return enrolment.send(transaction, policyResult, step, {
      ...visitor,
      phone: phone ?? null,
      seen: seen ?? null,
      locale,
    });
  }

  function answer(
    { visitor }: EnrolmentContext,
    { transaction, policyResult }: EnrolmentState,
    step: EnrolmentStep,
    { code: typed = '', response = '', label = '', app = '' }: Fields,
    isLate = false,
  ): Promise<Outcome<SignInTransaction>> | Outcome<SignInTransaction> {
    switch (enrolment.pageOf(step).kind) {
      case 'set':
        return recovery.putAway(transaction);
      case 'browser':
        return passkeys.confirm(transaction, policyResult, { ...visitor, response, label, isLate });
      case 'typed':
      case 'sent':
        return enrolment.confirm(transaction, policyResult, step, { ...visitor, typed, label, app, isLate });
    }
  }

  /**
   * Checks an answer that came in a session too old for a change. Gives what is stored after it: a right answer is
   * remembered there. The person is told nothing of it before a fresh factor is given.
   */
  async function checkLate(
    context: EnrolmentContext,
    setting: EnrolmentState,
    step: EnrolmentStep,
    fields: Fields,
  ): Promise<SignInTransaction> {
    const isAnswer = step !== 'recovery-codes' && !('send' in fields) && !('resend' in fields);
    const outcome = isAnswer ? await answer(context, setting, step, fields, true) : null;
    return outcome?.ok ? outcome.value : setting.transaction;
  }

  return {
    show,
    submit,
    checkLate,
    stepOf: ({ transaction, policyResult }: EnrolmentState) => enrolmentStepOf(transaction, policyResult),
  };
}

/** The owner of the newest recovery codes. */
function ownerOf({ policyResult: { account, enrolments } }: EnrolmentState): RecoveryCodesPage['owner'] {
  const times = enrolments.filter((each) => !isFactor(each)).map(({ createdAt }) => createdAt);
  return { email: shownEmail(account.email), createdAt: Math.max(...times) };
}

function away(ctx: Context, url: string): null {
  ctx.status = 303;
  ctx.redirect(url);
  return null;
}

export type EnrolmentPages = ReturnType<typeof createEnrolmentPages>;
