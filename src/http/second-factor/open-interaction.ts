/** Opens the interaction at the address of a request, with the transaction of its sign-in. */
import type { Context } from 'koa';
import type { AccountSnapshot } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import { PROMPT } from '../../oidc/prompt.ts';
import { type ClientRule, requestedAssuranceOf } from '../../oidc/requests/requested-assurance.ts';
import {
  addressedKey,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/session/provider-session.ts';
import type { SignInContext } from '../../use-cases/second-factor/sign-in-context.ts';
import type { TrustedBrowsers } from '../../use-cases/second-factor/trusted-browsers.ts';
import type { SignInTransactions } from '../../use-cases/sign-in/transactions.ts';
import type { SignInBinding } from '../guards/sign-in-binding.ts';
import type { TrustedBrowserCookie } from '../guards/trusted-browser-cookie.ts';
import type { PageLocale } from '../pages/locale.ts';

export interface OpenInteractionDeps {
  readonly session: Pick<ProviderSession, 'interaction'>;
  readonly signInTransactions: SignInTransactions;
  readonly signInBinding: Pick<SignInBinding, 'isHere'>;
  readonly trustedBrowsers: Pick<TrustedBrowsers, 'tokenIn'>;
  readonly trustedCookie: Pick<TrustedBrowserCookie, 'read'>;
  readonly clientRule: (clientId: string) => ClientRule;
  readonly clientName: ClientName;
  readonly pageLocale: PageLocale;
}

/** The name of an application, as people know it. */
export type ClientName = (clientId: string) => string | Promise<string>;

/** An interaction, and the sign-in within it. */
export interface InteractionContext {
  readonly view: InteractionView;
  readonly clientName: string;
  readonly context: SignInContext;
  /** Whether the person has gone on from the page about the recovery codes that are left, in this request. */
  readonly hasSeenCodesLeft?: boolean;
}

/** The prompts in which a second factor may be given. */
export const SECOND_FACTOR_PROMPTS = ['login', PROMPT] as const;

export function createOpenInteraction(needs: OpenInteractionDeps) {
  const { session, signInTransactions, signInBinding, trustedBrowsers, trustedCookie, clientRule } = needs;

  /** Null when no password was accepted in this browser. Throws InteractionGone for an interaction that is not its own. */
  async function open(ctx: Context): Promise<InteractionContext | null> {
    const [view, kept] = await Promise.all([
      session.interaction(ctx, SECOND_FACTOR_PROMPTS),
      signInTransactions.find(addressedKey(ctx)),
    ]);
    if (kept && !signInBinding.isHere(ctx, kept)) return null;
    const transaction = kept ?? (await fromLiveSession(view));
    return transaction && contextOf(ctx, view, transaction);
  }

  /** A step-up adds to what the live session has proven. */
  async function fromLiveSession(view: InteractionView): Promise<SignInTransaction | null> {
    const asksForFreshFactor =
      clientRule(view.clientId).own && view.reasons.every((reason) => reason === 'max_age');
    if (!view.session || !(view.prompt === PROMPT || asksForFreshFactor)) return null;
    const { key: uid, expiresAt, session: live } = view;
    return signInTransactions.fromSession({ uid, expiresAt, session: live });
  }

  async function contextOf(
    ctx: Context,
    view: InteractionView,
    transaction: SignInTransaction,
    snapshot: AccountSnapshot | null = null,
  ): Promise<InteractionContext> {
    const { clientId, params } = view;
    const requested = requestedAssuranceOf(params, clientRule(clientId));
    const clientName = await needs.clientName(clientId);
    const trustToken = trustedBrowsers.tokenIn(trustedCookie.read(ctx), transaction.accountId);
    const uiLocales = uiLocalesOf(view);
    const localeOf: SignInContext['localeOf'] = ({ account, tenant }) =>
      needs.pageLocale(ctx, { uiLocales, chosen: account.locale, tenant });
    const context = { transaction, requested, clientId, ip: ctx.ip, localeOf, snapshot, trustToken };
    return { view, clientName, context };
  }

  return { open, contextOf };
}

/** The languages that the relying party wishes for. */
export function uiLocalesOf({ params }: Pick<InteractionView, 'params'>): string | undefined {
  return typeof params.ui_locales === 'string' ? params.ui_locales : undefined;
}
