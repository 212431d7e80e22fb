/** The page of the code to the present address, which an account without a second factor answers before its address changes. */

import type Router from '@koa/router';
import type { Context } from 'koa';
import { normaliseEmail } from '../../domain/account.ts';
import type { Outcome, Refusal } from '../../domain/refusal.ts';
import type { Clock } from '../../ports/system.ts';
import type { EmailChange } from '../../use-cases/account/email/email-change.ts';
import type { EmailProof, ProofVisit } from '../../use-cases/account/email/email-proof.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { PageLocale } from '../pages/locale.ts';
import type { Render } from '../pages/page-contract.ts';
import { ACCOUNT_PATH, redirect, senderOf } from './account-page.ts';
import { accountContext } from './page-context.ts';

export interface ChangeEmailCodeDeps {
  readonly requireSession: RequireSession;
  readonly emailChange: EmailChange;
  readonly emailProof: EmailProof;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly pageLocale: PageLocale;
  readonly clock: Clock;
}

/** Mails the code for a change to this address, and leads to its page. Nothing is answered after a refusal. */
export type BeginProof = (ctx: Context, visit: Visit, email: string) => Promise<Outcome<null>>;

const PATH = `${ACCOUNT_PATH}/email/code`;

export function addChangeEmailCodeRoutes(router: Router, needs: ChangeEmailCodeDeps): BeginProof {
  const { requireSession, emailChange, emailProof, forms, render, pageLocale, clock } = needs;

  router.get('/email/code', async (ctx) => {
    const proof = await proofIn(ctx);
    if (proof) await show(ctx, proof, null);
  });
  router.post('/email/code', submit);

  return async (ctx, { record, policyResult }, email) => {
    const sent = await send(ctx, { record, policyResult, email: normaliseEmail(email) }, null);
    if (sent.ok) redirect(ctx, PATH);
    return sent;
  };

  /** Null: the change has ended, or is too old, and the browser is on its way elsewhere. */
  async function proofIn(ctx: Context): Promise<ProofVisit | null> {
    const visit = await requireSession.demand(ctx, null, ACCOUNT_PATH);
    if (!visit) return null;
    const unproven = emailChange.unproven(visit.policyResult.account);
    if (unproven) return { ...visit, email: unproven.email };
    redirect(ctx, ACCOUNT_PATH);
    return null;
  }

  function send(ctx: Context, proof: ProofVisit, seen: string | null): Promise<Outcome<null>> {
    return emailProof.send(proof, { ...senderOf(ctx, proof, pageLocale), seen });
  }

  async function submit(ctx: Context): Promise<void> {
    const proof = await proofIn(ctx);
    if (!proof) return;
    const fields = await forms.read(ctx, proof.record.sessionUid);
    if ('resend' in fields || 'send' in fields) {
      const sent = await send(ctx, proof, fields.seen ?? null);
      return sent.ok ? redirect(ctx, PATH) : show(ctx, proof, sent.refusal);
    }
    const from = senderOf(ctx, proof, pageLocale);
    const answered = await emailProof.answer(proof, fields.code ?? '', { ip: ctx.ip, clientId: null });
    if (!answered.ok) return show(ctx, proof, answered.refusal);
    const mailed = await emailChange.mailLink(proof.policyResult, proof.email, from, answered.value);
    if (!mailed.ok) return show(ctx, proof, mailed.refusal);
    redirect(ctx, `${ACCOUNT_PATH}?done=mailed`);
  }

  async function show(ctx: Context, proof: ProofVisit, refusal: Refusal | null): Promise<void> {
    const { id, destination, expiresAt } = await emailProof.sentTo(proof);
    const model = {
      form: forms.form(PATH, proof.record.sessionUid),
      destination,
      secondsLeft: expiresAt === null ? null : Math.ceil((expiresAt - clock.now()) / 1000),
      isSent: id !== null,
      seen: id,
      phone: '',
      forced: false,
      chooseHref: null,
      cancel: null,
      backHref: ACCOUNT_PATH,
    };
    render(ctx, 'change-email-code', model, accountContext(proof, refusal));
  }
}
