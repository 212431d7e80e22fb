/** Keeps the language that a person chose on a page as the language of the account. Notices are in that language. */
import type { Account, Locale } from '../../domain/account.ts';
import type { AccountStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface KeepLanguageDeps {
  readonly accounts: Pick<AccountStore, 'setLocale'>;
  readonly clock: Clock;
}

export type KeepLanguage = (account: Pick<Account, 'id' | 'locale'>, locale: Locale) => Promise<void>;

export function createKeepLanguage({ accounts, clock }: KeepLanguageDeps): KeepLanguage {
  return async (account, locale) => {
    if (account.locale !== locale) await accounts.setLocale(account.id, locale, clock.now());
  };
}
