/** The routes of the console as a list: each names its page, so that its guard can't be forgotten. */
import Router from '@koa/router';
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import { CONSOLE_PAGES, type ConsolePage, mayOpen } from '../../domain/administration/may-act.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { readForm } from '../guards/forms.ts';
import type { AdminVisit, RequireAdministrator } from '../guards/require-administrator.ts';
import { ownPath } from '../guards/return-path.ts';
import { isUpload, readUpload } from '../guards/upload.ts';
import type { PageContext } from '../pages/page-contract.ts';

export const ADMIN_PATH = '/admin';

export interface ConsoleRoute {
  readonly method: 'GET' | 'POST';
  /** Below `/admin`. A form posts to the address of its page, so that a person who gives a factor first comes back to it. */
  readonly path: string;
  readonly page: ConsolePage;
  /** Whether the form of this route may have a file. */
  readonly takesFile?: boolean;
  /** The field of the form that may be repeated: its values stand in one text, with spaces between them. */
  readonly list?: string;
  readonly handle: (ctx: Context, visit: AdminVisit) => Promise<void>;
}

/** Every route has the guard of its page. A form is read whole before the session is looked at. */
export function routerOf(
  routes: readonly ConsoleRoute[],
  requireAdministrator: RequireAdministrator,
): Router {
  const router = new Router({ prefix: ADMIN_PATH });
  for (const { method, path, page, takesFile = false, list = null, handle } of routes) {
    router.register(path, [method], async (ctx: Context) => {
      const returnTo = method === 'GET' ? (ownPath(ctx.originalUrl) ?? ADMIN_PATH) : ctx.path;
      if (takesFile && isUpload(ctx)) {
        // A file is large: it is read for a person who may send one, and for nobody else.
        if (!(await requireAdministrator(ctx, page, returnTo))) return;
        await readUpload(ctx);
      } else if (method === 'POST') await readForm(ctx, null, list);
      const visit = await requireAdministrator(ctx, page, returnTo);
      if (visit) await handle(ctx, visit);
    });
  }
  return router;
}

/** The surroundings of a page of the console. */
export function consoleContext(
  { actor, tenant }: AdminVisit,
  page: ConsolePage,
  refusal: Refusal | null = null,
): PageContext {
  return {
    refusal,
    tenantId: tenant.id,
    locale: actor.locale,
    signedInAs: shownEmail(actor.email),
    console: { page, pages: CONSOLE_PAGES.filter((each) => mayOpen(actor.role, each)) },
  };
}

export function redirect(ctx: Context, url: string): void {
  ctx.status = 303;
  ctx.redirect(url);
}
