/** The links of a page at which a sign-in cannot go on: to the application, and to the account of a signed-in person. */
import type { Context } from 'koa';
import type { Pages } from './page-contract.ts';

export type Links = Pages['error']['links'];

interface WayOnDeps {
  /** The application that the request came from, as far as its address or a cookie tells. */
  readonly clientOf: (ctx: Context) => string | null;
  /** Null for an application that has no address to go on. */
  readonly linkOf: (clientId: string) => string | null;
  readonly clientName: (clientId: string) => string;
  readonly isSignedIn: (ctx: Context) => Promise<boolean>;
}

/** Never rejects: an error page must be shown while a store is away, too. */
export type WayOn = (ctx: Context) => Promise<Links>;

export function createWayOn({ clientOf, linkOf, clientName, isSignedIn }: WayOnDeps): WayOn {
  return async (ctx) => {
    const clientId = clientOf(ctx);
    const href = clientId === null ? null : linkOf(clientId);
    const application =
      clientId === null || href === null
        ? []
        : [{ href, text: 'application' as const, client: clientName(clientId) }];
    const isKnown = await isSignedIn(ctx).catch(() => false);
    const account = isKnown ? [{ href: '/account', text: 'account' as const }] : [];
    return [...application, ...account];
  };
}
