/** Composes what people do with their own account: the use cases behind the pages of self-service and behind mailed links. */
import type { Config } from '../../config/shape.ts';
import { refused } from '../../domain/refusal.ts';
import type { PlaceOf } from '../../domain/self-service/origin.ts';
import { createFindSessionClients } from '../../oidc/adapter/find-session-clients.ts';
import { OWN_CLIENT } from '../../oidc/clients/own-client.ts';
import type { Plugin } from '../../plugin/compose.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Cipher } from '../../ports/system.ts';
import { createEmailChange } from '../../use-cases/account/email/email-change.ts';
import { createEmailProof } from '../../use-cases/account/email/email-proof.ts';
import { createEmailRestoration } from '../../use-cases/account/email/email-restoration.ts';
import type { CountMail } from '../../use-cases/account/email/new-address-link.ts';
import { createMailedLinks } from '../../use-cases/account/mailed-links.ts';
import { createOwnDetails } from '../../use-cases/account/own-details.ts';
import { createOwnSessions } from '../../use-cases/account/own-sessions.ts';
import { createPasswordChange } from '../../use-cases/account/passwords/change-password.ts';
import { createForgottenPassword } from '../../use-cases/account/passwords/forgotten-password.ts';
import { createPasswordReset } from '../../use-cases/account/passwords/reset-password.ts';
import { createSetPassword } from '../../use-cases/account/passwords/set-password.ts';
import { createSparedReports, type SparedReports } from '../../use-cases/account/spared-reports.ts';
import { createResetLinks } from '../../use-cases/resets/mailed-links.ts';
import type { EndSessions } from '../../use-cases/sign-in/end-sessions.ts';
import type { PasswordAttempts } from '../../use-cases/sign-in/password-attempts.ts';
import { createRestatement } from '../../use-cases/sign-in/sign-in-records.ts';
import { createVisitTickets } from '../../use-cases/sign-in/visit-tickets.ts';
import { clientNamesOf } from '../client-names.ts';
import type { Notices } from '../notices.ts';
import { type Parts, passwordsOf } from '../parts.ts';
import { acceptanceOf } from '../people/invitations.ts';
import { resetDecisionsOf } from '../people/resets.ts';
import { selfServiceOf } from './self-service.ts';

interface AccountDeps {
  readonly config: Config;
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'hasher' | 'random' | 'logger'>;
  readonly cipher: Cipher;
  readonly passwordAttempts: PasswordAttempts;
  readonly plugin: Plugin;
  readonly endSessions: EndSessions;
  readonly notices: Notices;
  readonly events: EventLog;
  readonly places: PlaceOf;
}

export type AccountUseCases = ReturnType<typeof accountUseCasesOf>;

export function accountUseCasesOf(deps: AccountDeps) {
  const { config, parts, plugin, endSessions, notices, events, cipher, places } = deps;
  const { stores, clock, random } = parts;
  const { accounts, enrolments, onceKeys, records, transactions, trustedBrowsers } = stores;
  const reports = createSparedReports({ onceKeys, clock });
  const { methods, countSend, sendCode, attemptLimiter, loadSnapshot } = plugin.useCases;
  const { messenger, linkTokens: tokens } = notices;
  const passwords = passwordsOf(config, parts.hasher);
  const { nameOf: clientName } = clientNamesOf(config.clients, config.issuer);
  const countMail: CountMail = async (of, destination) =>
    methods.toAddress
      ? countSend(of, { method: methods.toAddress.name, purpose: 'set-up', destination })
      : refused({ code: 'method_not_allowed' });
  const { tenants } = config;
  const { effects: resetEffects, decisions } = resetDecisionsOf({ tenants, parts, endSessions, events });
  const tickets = createVisitTickets({
    onceKeys,
    transactions,
    loadSnapshot,
    cipher,
    events,
    clock,
    random,
  });
  return {
    own: selfServiceOf({ config, parts, plugin, events }),
    links: createMailedLinks({
      accounts,
      onceKeys,
      endSessions,
      trustedBrowsers,
      tokens: notices.linkTokens,
      reports,
      events,
      clock,
    }),
    ...passwordUseCasesOf(deps, reports),
    emailChange: createEmailChange({
      accounts,
      enrolments,
      trustedBrowsers,
      tokens,
      confirmUrl: notices.newAddressUrl('change-email'),
      messenger,
      countMail,
      events,
      clock,
    }),
    emailRestoration: createEmailRestoration({
      accounts,
      enrolments,
      trustedBrowsers,
      endSessions,
      passwords,
      passwordAttempts: deps.passwordAttempts,
      tokens,
      events,
      clock,
    }),
    emailProof: createEmailProof({
      methods,
      accounts,
      transactions,
      sendCode,
      countMail,
      attemptLimiter,
      cipher,
      events,
      clock,
    }),
    ownDetails: createOwnDetails({
      accounts,
      tokens,
      confirmUrl: notices.newAddressUrl('confirm-notices'),
      messenger,
      countMail,
      events,
      clock,
    }),
    ownSessions: createOwnSessions({
      records,
      findSessionClients: createFindSessionClients(stores.providerShortLived, cipher, clock),
      endSessions,
      clientName,
      isOwnClient: (clientId) => clientId === OWN_CLIENT,
      placeOf: places,
      events,
      clock,
    }),
    resetEffects,
    resetDecisions: decisions,
    resetLinks: createResetLinks({
      accounts,
      enrolments,
      decisions,
      tokens,
      tickets,
      events,
      clock,
    }),
    tickets,
    acceptance: acceptanceOf({ parts, cipher, plugin, notices, events }, passwords, tickets),
    restateRecord: createRestatement({ records, endSessions }),
  };
}

/** The password of an account: its rules, its change, and the way back after it was forgotten. */
function passwordUseCasesOf(
  { config, parts, cipher, passwordAttempts, endSessions, notices, events }: AccountDeps,
  reports: SparedReports,
) {
  const { stores, clock, random, hasher, logger } = parts;
  const { accounts, attempts, enrolments, onceKeys, trustedBrowsers } = stores;
  const passwords = passwordsOf(config, hasher);
  const setPassword = createSetPassword({ accounts, endSessions, trustedBrowsers, reports, events });
  return {
    passwords,
    passwordChange: createPasswordChange({ passwords, passwordAttempts, setPassword, events, clock }),
    passwordReset: createPasswordReset({
      accounts,
      enrolments,
      onceKeys,
      tokens: notices.linkTokens,
      passwords,
      passwordAttempts,
      setPassword,
      clock,
    }),
    forgottenPassword: createForgottenPassword({
      accounts,
      attempts,
      mailLink: notices.mailResetLink,
      events,
      log: logger.warn,
      cipher,
      clock,
      random,
    }),
  };
}
