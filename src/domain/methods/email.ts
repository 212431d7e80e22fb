/** A code by e-mail to the confirmed address of the account. */
import { maskedEmail } from '../contact.ts';
import { SENT_DIGITS } from '../sign-in/challenge.ts';
import type { Contacts, MethodDefinition, MethodTraits, SentMethod } from './contract.ts';
import { checkSent, SENT_PARTS } from './sent-code.ts';

export interface EmailSettings {
  readonly lifetimeSeconds: number;
}

const traits: MethodTraits = {
  // An inbox is no possession factor: NIST SP 800-63B-4, 3.1.3.1.
  acr: 'urn:doublelock:acr:two-step',
  amr: ['email'],
  guessable: true,
  sends: 'address',
  needsScript: false,
  isFactor: true,
  isRestricted: false,
  isAlternative: false,
  words: 'sent',
};

function destinationOf(_candidate: unknown, { email, emailConfirmed }: Contacts): string | null {
  return emailConfirmed ? email : null;
}

function createEmail({ lifetimeSeconds }: EmailSettings): SentMethod {
  return {
    ...SENT_PARTS,
    name: 'email',
    traits,
    channel: 'email',
    sends: 'address',
    digits: SENT_DIGITS,
    enrolment: { page: 'set-up-email' },
    lifetimeMs: lifetimeSeconds * 1000,
    masked: maskedEmail,
    destinationOf,
    unreachable: { code: 'email_unconfirmed' },
    check: (input) => checkSent({ name: 'email', destinationOf }, input),
    // A person who has reset the password by the mailbox would need the mailbox alone.
    isReachable: (candidate, contacts) =>
      destinationOf(candidate, contacts) !== null && (contacts.mailResetAt ?? null) === null,
  };
}

export const email: MethodDefinition = {
  name: 'email',
  traits,
  isBuilt: true,
  create: ({ email: settings }) => (settings ? createEmail(settings as EmailSettings) : null),
};
