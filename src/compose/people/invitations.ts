/** Composes the acceptance of invitations. */
import { createPasskeyVerifier } from '../../adapters/system/passkey-verifier.ts';
import type { Plugin } from '../../plugin/compose.ts';
import type { EventLog } from '../../ports/events.ts';
import type { Cipher } from '../../ports/system.ts';
import type { Passwords } from '../../use-cases/account/passwords/passwords.ts';
import { createAcceptance } from '../../use-cases/invitations/accept.ts';
import { createFirstPasskeys } from '../../use-cases/invitations/first-passkey.ts';
import type { VisitTickets } from '../../use-cases/sign-in/visit-tickets.ts';
import type { Notices } from '../notices.ts';
import type { Parts } from '../parts.ts';

interface AcceptanceDeps {
  readonly parts: Pick<Parts, 'stores' | 'clock' | 'random' | 'hasher'>;
  readonly cipher: Cipher;
  readonly plugin: Plugin;
  readonly notices: Pick<Notices, 'linkTokens'>;
  readonly events: EventLog;
}

export function acceptanceOf(
  { parts, cipher, plugin, notices, events }: AcceptanceDeps,
  passwords: Passwords,
  tickets: VisitTickets,
) {
  const { stores, clock, random, hasher } = parts;
  const { accounts, attempts, enrolments, onceKeys, transactions } = stores;
  const { loadSnapshot, methods, passkeys, passkeySite } = plugin.useCases;
  const firstPasskeys = createFirstPasskeys({
    method: methods.browser.name,
    passkeys,
    passkeyVerifier: createPasskeyVerifier(),
    passkeySite,
    newCodes: () => methods.paper.newCodes((count) => random.bytes(count)),
    loadSnapshot,
    transactions,
    cipher,
    clock,
    random,
  });
  return createAcceptance({
    accounts,
    attempts,
    enrolments,
    onceKeys,
    tokens: notices.linkTokens,
    passwords,
    hasher,
    firstPasskeys,
    tickets,
    events,
    clock,
    random,
  });
}
