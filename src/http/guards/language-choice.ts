/**
 * Remembers in a cookie the language that a person chose before the end of a sign-in. The sign-in then keeps it for the
 * account. The cookie of the pages' language lives for a year: it may hold the choice of another person at this browser.
 */
import type { Context } from 'koa';
import type { Account, Locale } from '../../domain/account.ts';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import type { ProviderSession } from '../../oidc/session/provider-session.ts';
import { isLocale } from '../../presentation/locale.ts';
import type { KeepLanguage } from '../../use-cases/account/keep-language.ts';
import type { FindVisit } from '../../use-cases/account/visit.ts';

interface LanguageChoiceDeps {
  readonly keepLanguage: KeepLanguage;
  readonly isHttps: boolean;
}

interface Visits {
  readonly session: Pick<ProviderSession, 'current'>;
  readonly findVisit: FindVisit;
}

/** Milliseconds: as long as an interaction. */
const KEPT_MS = 15 * 60 * 1000;

export function createLanguageChoice({ keepLanguage, isHttps: isSecure }: LanguageChoiceDeps) {
  const name = hostName('locale-choice', { isSecure });

  /** Keeps the choice for the account that is signed in. Without an account it waits for the end of a sign-in. */
  function keeperOf({ session, findVisit }: Visits): (ctx: Context, locale: Locale) => Promise<void> {
    return async (ctx, locale) => {
      const current = await session.current(ctx);
      const visit = current && (await findVisit(current, null));
      if (visit) return keepLanguage(visit.policyResult.account, locale);
      setOwnCookie(ctx, name, locale, { isSecure, maxAge: KEPT_MS });
    };
  }

  /** Keeps for this account what was chosen in the sign-in that has ended. */
  async function keepAfterSignIn(ctx: Context, account: Account): Promise<void> {
    const chosen = ctx.cookies.get(name, { signed: false });
    if (chosen === undefined) return;
    setOwnCookie(ctx, name, null, { isSecure });
    if (isLocale(chosen)) await keepLanguage(account, chosen);
  }

  return { keeperOf, keepAfterSignIn };
}

export type LanguageChoice = ReturnType<typeof createLanguageChoice>;
