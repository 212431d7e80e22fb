/** The second factor of our own server: the same plugin as a guest's, with the password page in the same interaction. */
import { createPasskeyVerifier } from '../adapters/system/passkey-verifier.ts';
import type { Config } from '../config/shape.ts';
import type { PlaceOf } from '../domain/self-service/origin.ts';
import type { KnownBrowser } from '../http/guards/known-browser.ts';
import { createLanguageChoice, type LanguageChoice } from '../http/guards/language-choice.ts';
import { ownPageLocale } from '../http/pages/locale.ts';
import type { Render } from '../http/pages/page-contract.ts';
import type { WayOn } from '../http/pages/way-on.ts';
import { OWN_CLIENT } from '../oidc/clients/own-client.ts';
import { accountOf } from '../oidc/request-cache.ts';
import type { ClientRule } from '../oidc/requests/requested-assurance.ts';
import { composePlugin, type Plugin } from '../plugin/compose.ts';
import { createKnownIssuer } from '../plugin/issuer.ts';
import { accountsOf } from '../plugin/options/host-account.ts';
import { reencryptedOnUse } from '../plugin/reencrypted-on-use.ts';
import type { SecondFactorStores } from '../plugin/use-cases.ts';
import type { EventLog } from '../ports/events.ts';
import type { AccountStore } from '../ports/stores.ts';
import type { Cipher } from '../ports/system.ts';
import { createKeepLanguage } from '../use-cases/account/keep-language.ts';
import { createMailboxTrust } from '../use-cases/account/passwords/mailbox-trust.ts';
import { createRequestReset } from '../use-cases/resets/request-reset.ts';
import type { EndSessions } from '../use-cases/sign-in/end-sessions.ts';
import { createNoteNewBrowser } from '../use-cases/sign-in/new-browser.ts';
import { clientNamesOf } from './client-names.ts';
import type { Notices } from './notices.ts';
import type { Parts } from './parts.ts';
import { tokenSettingsOf } from './provider-settings.ts';
import { allowedPrefixesOf } from './senders.ts';

interface SecondFactorDeps {
  readonly config: Config;
  readonly refreshTenants: () => Promise<void>;
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'random' | 'logger'>;
  readonly cipher: Cipher;
  readonly events: EventLog;
  readonly notices: Notices;
  readonly knownBrowser: KnownBrowser;
  readonly endSessions: Pick<EndSessions, 'withLostFactor'>;
  readonly render: Render;
  readonly wayOn: WayOn;
  readonly places: PlaceOf;
}

export function secondFactorOf({
  config,
  refreshTenants,
  parts,
  cipher,
  events,
  notices,
  knownBrowser,
  endSessions,
  render,
  wayOn,
  places,
}: SecondFactorDeps): Plugin {
  const { clock, random, logger } = parts;
  const { messenger, confirmUrl } = notices;
  const { totp, email, sms, trustedDevice } = config.secondFactor;
  const allowedPrefixes = allowedPrefixesOf(config);
  const canText = allowedPrefixes === null || allowedPrefixes.length > 0;
  const noteNewBrowser = createNoteNewBrowser({
    onceKeys: parts.stores.onceKeys,
    placeOf: places,
    events,
    clock,
    log: logger.warn,
  });

  return composePlugin({
    ports: {
      stores: storesOf(config, parts, cipher),
      messenger,
      events,
      passkeyVerifier: createPasskeyVerifier(),
      cipher,
      clock,
      random,
    },
    settings: {
      tenants: config.tenants,
      refreshTenants,
      methods: { totp, email, sms: canText ? sms : null },
      smsLimits: { ...config.sms.limits, allowedPrefixes },
      trustDays: trustedDevice.days,
      confirmUrl,
      takesPasses: true,
    },
    rules: {
      clientRule: clientRuleOf(config),
      accountOf,
      issuedLifetimeMs: tokenSettingsOf(config).issuedLifetimeMs,
    },
    pages: {
      basePath: () => '',
      homeUrl: '/',
      render,
      pageLocale: ownPageLocale,
      wayOn,
      clientName: clientNamesOf(config.clients, config.issuer).nameOf,
      trustedCookieName: 'trusted',
    },
    ownSignIn: {
      interactionUrl: (uid) => `/interaction/${uid}`,
      passwordUrl: (uid) => `/interaction/${uid}/sign-in`,
      onSignedIn: knownBrowser.remember,
      async onCompleted(ctx, account, signIn) {
        // The cookie of the request: the answer remembers the browser already.
        if (knownBrowser.idFor(ctx, account.email) === null) await noteNewBrowser(account, signIn);
      },
      // The new factor may have replaced one that other sessions used.
      onEnrolled: endSessions.withLostFactor,
      onFactorGiven: createMailboxTrust({ accounts: parts.stores.accounts, clock }),
      keepChoices: languageChoiceOf(config, parts).keepAfterSignIn,
      resets: {
        requestReset: createRequestReset({
          resetRequests: parts.stores.resetRequests,
          events,
          clock,
        }),
        render,
      },
    },
    issuer: createKnownIssuer(config.issuer),
    log: logger.error,
  });
}

export function languageChoiceOf(
  { issuer }: Pick<Config, 'issuer'>,
  { stores: { accounts }, clock }: Pick<Parts, 'stores' | 'clock'>,
): LanguageChoice {
  return createLanguageChoice({
    keepLanguage: createKeepLanguage({ accounts, clock }),
    isHttps: issuer.startsWith('https:'),
  });
}

function storesOf(
  { tenants }: Config,
  { stores, clock, logger }: Pick<Parts, 'stores' | 'clock' | 'logger'>,
  cipher: Cipher,
): SecondFactorStores {
  const { accounts, onceKeys, lockouts, records, transactions, attempts, trustedBrowsers } = stores;
  const known = accountsOf(
    {
      account: (id) => accounts.findById(id),
      onContact: (id, contact) =>
        'email' in contact
          ? accounts.confirmEmail(id, contact.email, clock.now())
          : accounts.setPhone(id, contact.phone, clock.now()),
    },
    tenants,
    logger.error,
  );
  const enrolments = reencryptedOnUse(stores.enrolments, cipher, clock);
  return {
    accounts: { ...known, findById: ownAccountsOf(accounts, tenants, known) },
    enrolments,
    onceKeys,
    lockouts,
    records,
    transactions,
    attempts,
    trustedBrowsers,
  };
}

/** Reads the whole account, with marks that a host's account has not. One without its tenant is logged by `known`. */
function ownAccountsOf(
  accounts: Pick<AccountStore, 'findById'>,
  tenants: Config['tenants'],
  known: Pick<AccountStore, 'findById'>,
): AccountStore['findById'] {
  const ids = new Set(tenants.map(({ id }) => id));
  return async (accountId) => {
    const account = await accounts.findById(accountId);
    return account === null || ids.has(account.tenantId) ? account : known.findById(accountId);
  };
}

export function clientRuleOf({ clients }: Config): (clientId: string) => ClientRule {
  const byId = new Map(clients.map((client) => [client.clientId, client]));
  return (id) => ({ always: byId.get(id)?.secondFactor === 'always', own: id === OWN_CLIENT });
}
