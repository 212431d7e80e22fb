/** Two tenants for pages: one with a colour, a message and a contact, one with nothing but a name. */
import type { Tenant } from '../../../src/domain/tenant.ts';

export function sampleTenant(over: Partial<Tenant> = {}): Tenant {
  return {
    id: 'acme',
    name: 'Acme',
    locale: 'en',
    timeZone: 'UTC',
    country: null,
    brand: { logo: null, colour: '#b5174b' },
    support: { email: 'help@acme.test', url: 'https://acme.test/2fa' },
    secondFactor: {
      enforcement: 'required',
      methods: ['totp'],
      graceDays: 14,
      minimum: 'any',
      groups: {},
      trustedDevices: false,
      passkeySignIn: true,
      setUpProof: 'none',
      resetApprovers: 1,
      resetCoolingOffHours: 0,
      message: {
        en: 'Last year two colleagues lost their mailbox to a thief. We do not want that again.\n\nQuestions? See https://acme.test/why.',
        nl: 'Vorig jaar raakten twee collega’s hun mailbox kwijt aan een dief. Dat willen we niet nog eens.\n\nVragen? Kijk op https://acme.test/why.',
      },
    },
    ...over,
  };
}

export const SAMPLE_TENANTS: readonly Tenant[] = [
  sampleTenant(),
  sampleTenant({
    id: 'globex',
    name: 'Globex',
    locale: 'nl',
    brand: { logo: null, colour: null },
    support: { email: null, url: null },
    secondFactor: { ...sampleTenant().secondFactor, enforcement: 'optional', message: {} },
  }),
];
