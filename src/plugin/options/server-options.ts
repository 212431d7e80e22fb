/** Options that our own server alone sets, beside those of a host. They are not published. */
import type { Context } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Account } from '../../domain/account.ts';
import type { Catalogue } from '../../domain/methods/contract.ts';
import type { PageAddress } from '../../http/second-factor/next-step.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A refresh token rotates for a year and then lives 14 days (defaults of oidc-provider); one day is added. */
const ISSUED_LIFETIME_MS = 380 * DAY_MS;

export interface ServerOptions {
  /** The account, when `findAccount` has read it in this request. */
  readonly accountOf: (ctx: KoaContextWithOIDC) => Account | undefined;
  /**
   * Milliseconds for which anything issued by a sign-in may live. Its session and its refresh tokens are judged by the
   * evidence of that sign-in.
   */
  readonly issuedLifetimeMs: number;
  /** The first page of an interaction of the second factor. Undefined: its own pages. */
  readonly interactionUrl?: PageAddress;
  /** The page that asks for the password again, in the same interaction. */
  readonly passwordUrl?: PageAddress;
  /** Called when a sign-in is complete, before the answer is sent. */
  readonly onSignedIn?: (ctx: Context, account: Account) => void;
  /** The methods. Undefined: those of the product. */
  readonly catalogue?: Catalogue;
  /** A folder with one view for each page of a method that the catalogue adds, named like the page. */
  readonly addedViews?: URL;
}

export const SERVER_DEFAULTS: ServerOptions = {
  accountOf: () => undefined,
  issuedLifetimeMs: ISSUED_LIFETIME_MS,
};
