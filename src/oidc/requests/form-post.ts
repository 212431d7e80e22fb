/** Answers by `form_post` with a page of ours (OAuth 2.0 Form Post Response Mode). */
import type { Context } from 'koa';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Locale } from '../../domain/account.ts';
import { accountOf } from '../request-cache.ts';

/** The answer to an authorization request that the browser posts to the relying party. */
export interface PostedAnswer {
  /** The redirect URI. */
  readonly action: string;
  readonly fields: readonly { readonly name: string; readonly value: string }[];
  readonly isError: boolean;
  readonly clientId: string;
  /** The account that signed in. Null when nobody did. */
  readonly account: { readonly tenantId: string; readonly locale: Locale | null } | null;
  /** The languages that the relying party asked for. */
  readonly uiLocales: string | undefined;
}

type Handler = Parameters<Provider['registerResponseMode']>[1];

/**
 * The class of a provider whose `form_post` answers are this page. The library has no hook for its own page. It registers
 * the mode in its constructor, and the first handler of a mode stays.
 */
export function providerWithFormPost(show: (ctx: Context, answer: PostedAnswer) => void): typeof Provider {
  return class extends Provider {
    override registerResponseMode(name: string, handler: Handler): void {
      super.registerResponseMode(name, name === 'form_post' ? formPost : handler);
    }
  };

  function formPost(
    ctx: KoaContextWithOIDC,
    action: string,
    answer: Readonly<Record<string, unknown>>,
  ): void {
    const { client, params } = ctx.oidc;
    const account = accountOf(ctx);
    show(ctx as unknown as Context, {
      action,
      fields: Object.entries(answer).map(([name, value]) => ({ name, value: String(value) })),
      isError: 'error' in answer,
      clientId: client?.clientId ?? '',
      account: account ? { tenantId: account.tenantId, locale: account.locale } : null,
      uiLocales: typeof params?.ui_locales === 'string' ? params.ui_locales : undefined,
    });
  }
}
