/** The parts that the pages behind links in mails share. */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import type { PageContext, Pages, Render } from './page-contract.ts';
import { referenceOf } from './reference.ts';

type Shown = Pick<Pages['error'], 'title'> & Partial<Pick<Pages['error'], 'links'>>;

/** The brand and the language of the account that a link belongs to. */
export function ownerContext({ tenantId, locale }: Pick<Account, 'tenantId' | 'locale'>): PageContext {
  return { tenantId, locale };
}

/** Says that a link does not work any more. `context`: that of its owner, when the account is known. */
export function showLinkGone(
  ctx: Context,
  render: Render,
  { title, links = [] }: Shown,
  context: PageContext = {},
): void {
  const shown = { title, protocol: null, links, cancel: null, reference: referenceOf(ctx) };
  render(ctx, 'error', shown, { ...context, refusal: { code: 'session_expired' } });
}
