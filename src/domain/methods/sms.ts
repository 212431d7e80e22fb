/** A code by SMS to the telephone number that was proven at the enrolment (restricted: NIST SP 800-63B-4, 3.1.3.3). */
import { maskedPhone } from '../contact.ts';
import { SENT_DIGITS } from '../sign-in/challenge.ts';
import type { Candidate, Contacts, MethodDefinition, MethodTraits, SentMethod } from './contract.ts';
import { checkSent, SENT_PARTS } from './sent-code.ts';

export interface SmsSettings {
  readonly lifetimeSeconds: number;
}

const traits: MethodTraits = {
  acr: 'https://refeds.org/profile/mfa',
  amr: ['sms'],
  guessable: true,
  sends: 'number',
  needsScript: false,
  isFactor: true,
  isRestricted: true,
  isAlternative: false,
  words: 'sent',
};

/** The secret is the number that was proven. An account that has another one by now gets no code there. */
function destinationOf({ secret }: Pick<Candidate, 'secret'>, { phone }: Contacts): string | null {
  return phone === null || phone === secret ? secret : null;
}

function createSms({ lifetimeSeconds }: SmsSettings): SentMethod {
  return {
    ...SENT_PARTS,
    name: 'sms',
    traits,
    channel: 'sms',
    sends: 'number',
    digits: SENT_DIGITS,
    enrolment: { page: 'set-up-sms' },
    lifetimeMs: lifetimeSeconds * 1000,
    masked: maskedPhone,
    destinationOf,
    unreachable: { code: 'phone_invalid' },
    check: (input) => checkSent({ name: 'sms', destinationOf }, input),
    isReachable: (candidate, contacts) => destinationOf(candidate, contacts) !== null,
  };
}

export const sms: MethodDefinition = {
  name: 'sms',
  traits,
  isBuilt: true,
  create: ({ sms: settings }) => (settings ? createSms(settings as SmsSettings) : null),
};
