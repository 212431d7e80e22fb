/** The pages behind links in our mails. A GET shows a button and changes nothing, because mail scanners open links. */
import Router from '@koa/router';
import type { Context } from 'koa';
import { type Account, shownEmail } from '../../domain/account.ts';
import type { Outcome } from '../../domain/refusal.ts';
import type { LinkUse } from '../../use-cases/account/link-tokens.ts';
import type { FoundLink, MailedLinks } from '../../use-cases/account/mailed-links.ts';
import type { FormTokens } from '../guards/forms.ts';
import { ownerContext, showLinkGone } from '../pages/link-pages.ts';
import type { Render } from '../pages/page-contract.ts';
import { type AddressLinksDeps, addAddressLinkRoutes } from './address-links.ts';
import { addResetLinks, type ResetLinkDeps } from './reset-links.ts';

interface MailedRoutesDeps extends AddressLinksDeps, ResetLinkDeps {
  readonly links: MailedLinks;
  readonly forms: FormTokens;
  readonly render: Render;
}

type Link = (typeof LINKS)[number];

const LINKS = ['confirm-email', 'not-me'] as const;

/** The path of a link, below the issuer. */
export function mailedPath(link: LinkUse, token: string): string {
  return `/${link}/${encodeURIComponent(token)}`;
}

export function createMailedRoutes(needs: MailedRoutesDeps): Router {
  const { links, forms, render } = needs;
  const router = new Router();
  addAddressLinkRoutes(router, needs);
  addResetLinks(router, needs);
  for (const link of LINKS) {
    router.get(`/${link}/:token`, (ctx) => ask(ctx, link));
    router.post(`/${link}/:token`, (ctx) => act(ctx, link));
  }
  return router;

  async function ask(ctx: Context, link: Link): Promise<void> {
    const token = String(ctx.params.token);
    const found = await links.whose(link, token);
    if (!found) return gone(ctx, link);
    if (found.isOutdated) {
      await links.refuseReport(found, ctx.ip);
      return gone(ctx, link, found);
    }
    const { isOfRemoval } = found;
    const isDone = ctx.query.done !== undefined && isSettled(link, found);
    const form = forms.form(ctx.path, token);
    render(
      ctx,
      link,
      { form, email: shownEmail(found.email), isDone, isOfRemoval },
      ownerContext(found.account),
    );
  }

  /** Whether the account is in the state that the link asks for. The `done` parameter alone proves nothing. */
  function isSettled(link: Link, { account, isOfRemoval }: FoundLink): boolean {
    if (link === 'confirm-email') return account.emailConfirmed;
    return (isOfRemoval ? account.heldAt : account.frozenAt) !== null;
  }

  async function act(ctx: Context, link: Link): Promise<void> {
    const token = String(ctx.params.token);
    await forms.read(ctx, token);
    const outcome: Outcome<Account> =
      link === 'confirm-email' ? await links.confirmEmail(token, ctx.ip) : await links.report(token, ctx.ip);
    if (!outcome.ok) return gone(ctx, link, await links.whose(link, token));
    ctx.status = 303;
    ctx.redirect(`${ctx.path}?done=1`);
  }

  /** A confirmation link can be requested again. The report pages say what to do instead. */
  function gone(ctx: Context, link: Link, found: FoundLink | null = null): void {
    const dead = link === 'confirm-email' ? 'link-gone' : 'report-gone';
    const title = found?.isOutdated ? 'report-handled' : dead;
    showLinkGone(ctx, render, { title }, found ? ownerContext(found.account) : {});
  }
}
