/** The parts that the pages of the account share. */
import type { Context } from 'koa';
import type { FormSender } from '../../use-cases/account/own-details.ts';
import type { Visit } from '../../use-cases/account/visit.ts';
import type { PageLocale } from '../pages/locale.ts';

export const ACCOUNT_PATH = '/account';

/** The highest age of the second factor for a change. NIST SP 800-63B-4, 2.2.3 sets no number. */
export const FRESH_SECONDS = 5 * 60;

type OfAccount = Pick<Visit, 'policyResult'>;

/** The sender of a form on such a page. */
export function senderOf(ctx: Context, { policyResult }: OfAccount, pageLocale: PageLocale): FormSender {
  const { account, tenant } = policyResult;
  const locale = pageLocale(ctx, { uiLocales: undefined, chosen: account.locale, tenant });
  return { ip: ctx.ip, clientId: null, locale };
}

export function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
