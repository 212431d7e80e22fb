/** The pages of a set-up, the same at sign-in and in self-service: what they show, and what their forms do. */
import type { Context } from 'koa';
import { type SetUpStep, setUpStepOf, type Visitor } from '../../domain/enrolment/steps.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal } from '../../domain/refusal.ts';
import type { Progress } from '../../domain/sign-in/transaction.ts';
import type { Clock } from '../../ports/system.ts';
import type { EnrolmentUseCase, SentStep } from '../../use-cases/enrolment/enrolment.ts';
import type { Recovery } from '../../use-cases/enrolment/recovery-codes.ts';
import type { Passkeys } from '../../use-cases/second-factor/passkeys.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { Frame, RenderSome, SetUpPage } from '../pages/page-contract.ts';
import type { Form } from '../pages/page-parts.ts';
import { setUpTotpModel } from './authenticator-app.ts';

interface Needs {
  readonly enrolment: EnrolmentUseCase;
  readonly recovery: Recovery;
  readonly passkeys: Passkeys;
  readonly forms: FormTokens;
  readonly render: RenderSome<SetUpPage>;
  readonly clock: Clock;
}

/** Where it takes place: what surrounds the page, and where its forms go. */
export interface Shell {
  readonly path: (step: SetUpStep) => string;
  /** Where what comes next is found, whatever that is. */
  readonly home: string;
  /** What the tokens of its forms belong to. */
  readonly binding: string;
  readonly frame: (refusal: Refusal | null) => Frame;
  readonly visitor: Visitor;
  /** The first page of a set-up that the person did not ask for. */
  readonly isForced: boolean;
  readonly demandedBy: string | null;
  readonly chooseHref: string | null;
  readonly cancel: Form | null;
  readonly backHref: string | null;
}

/** A visit, and what the policy says of its account. */
export interface SettingUp {
  readonly at: Progress;
  readonly judgement: Judgement;
}

interface Again {
  readonly refusal: Refusal | null;
  readonly fields: Fields;
}

const FIRST_SHOWN: Again = { refusal: null, fields: {} };

export function createSetUp({ enrolment, recovery, passkeys, forms, render, clock }: Needs) {
  /** Shows the page of the step whose turn it is. */
  async function show(
    ctx: Context,
    shell: Shell,
    setting: SettingUp,
    step: SetUpStep,
    again: Again = FIRST_SHOWN,
  ): Promise<void> {
    const form = forms.form(shell.path(step), shell.binding);
    const frame = shell.frame(again.refusal);
    const { isForced: forced, demandedBy, chooseHref, cancel, backHref } = shell;
    const around = { form, forced, demandedBy, chooseHref, cancel, backHref };
    switch (step) {
      case 'totp': {
        const secret = enrolment.reveal(setting.at, setting.judgement);
        if (!secret) throw new Error('an app is set up without a key');
        const { label = '', app = '' } = again.fields;
        const shown = await setUpTotpModel(secret, { label, app });
        return render(ctx, 'set-up-totp', { ...around, ...shown }, frame);
      }
      case 'proof':
      case 'email':
      case 'sms':
        return render(ctx, `set-up-${step}`, { ...around, ...sentModel(setting, step, again) }, frame);
      case 'recovery-codes':
        return render(ctx, 'recovery-codes', { form, codes: recovery.shown(setting.at) }, frame);
      case 'passkey': {
        const creation = passkeys.creation(setting.at, setting.judgement);
        if (!creation) throw new Error('a passkey is set up that was not asked for');
        const { label = '' } = again.fields;
        return render(ctx, 'set-up-passkey', { ...around, creation, label }, frame);
      }
    }
  }

  function sentModel({ at, judgement }: SettingUp, step: SentStep, { fields, refusal }: Again) {
    const { id, destination, expiresAt, isSent } = enrolment.sentBy(at, judgement, step);
    const asksNumber = step === 'sms' && (!isSent || refusal?.code === 'phone_invalid');
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
    shell: Shell,
    setting: SettingUp,
    step: SetUpStep,
    fields: Fields,
  ): Promise<Progress | null> {
    const isSending = 'send' in fields || 'resend' in fields;
    const outcome = await (isSending
      ? send(shell, setting, step, fields)
      : answer(shell, setting, step, fields));
    if (!outcome.ok && outcome.refusal.code === 'session_expired') return away(ctx, shell.home);
    if (!outcome.ok) {
      await show(ctx, shell, setting, step, { refusal: outcome.refusal, fields });
      return null;
    }
    return isSending ? away(ctx, shell.path(step)) : outcome.value;
  }

  function send(
    { visitor }: Shell,
    { at, judgement }: SettingUp,
    step: SetUpStep,
    { phone, seen }: Fields,
  ): Promise<Outcome<Progress>> | Outcome<Progress> {
    if (step !== 'proof' && step !== 'email' && step !== 'sms') return accepted(at);
    return enrolment.send(at, judgement, step, { ...visitor, phone: phone ?? null, seen: seen ?? null });
  }

  function answer(
    { visitor }: Shell,
    { at, judgement }: SettingUp,
    step: SetUpStep,
    { code: typed = '', response = '', label = '', app = '' }: Fields,
  ): Promise<Outcome<Progress>> | Outcome<Progress> {
    switch (step) {
      case 'recovery-codes':
        return recovery.putAway(at);
      case 'passkey':
        return passkeys.confirm(at, judgement, { ...visitor, response, label });
      case 'totp':
      case 'proof':
      case 'email':
      case 'sms':
        return enrolment.confirm(at, judgement, step, { ...visitor, typed, label, app });
    }
  }

  return { show, submit, stepOf: ({ at, judgement }: SettingUp) => setUpStepOf(at, judgement) };
}

function away(ctx: Context, address: string): null {
  ctx.status = 303;
  ctx.redirect(address);
  return null;
}
