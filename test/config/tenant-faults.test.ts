/** The faults that a configuration file can have in its tenants. */
import { itRefuses, type Row } from './config-file.ts';

const tenant = (settings: string) => `tenants:\n  - id: acme\n    second_factor: ${settings}`;

const ROWS: readonly Row[] = [
  [
    'a tenant twice',
    'tenants: [{ id: acme }, { id: Acme }]',
    'tenants[1].id',
    /"Acme" is that of tenants\[0\]/,
  ],
  ['a tenant without id', 'tenants: [{ name: A }]', 'tenants[0].id', /^is required$/],
  ['an id with a space', 'tenants: [{ id: a b }]', 'tenants[0].id', /letters, digits/],
  ['a language unknown', 'tenants: [{ id: a, locale: de }]', 'tenants[0].locale', /one of en, nl/],
  ['a message in it', tenant('{ message: { de: x } }'), 'tenants[0].second_factor.message.de', /unknown key/],
  ['an empty message', tenant('{ message: { en: "" } }'), 'tenants[0].second_factor.message.en', /is empty/],
  [
    'a colour by name',
    'tenants: [{ id: a, brand: { colour: red } }]',
    'tenants[0].brand.colour',
    /hexadecimal/,
  ],
  ['a colour lost', 'tenants:\n- id: a\n  brand:\n    colour: #ff0000', 'tenants[0].brand.colour', /quotes/],
  [
    'a script for support [A91]',
    'tenants: [{ id: a, support: { url: "javascript:x" } }]',
    'tenants[0].support.url',
    /https:/,
  ],
  [
    'an unknown enforcement',
    tenant('{ enforcement: yes }'),
    'tenants[0].second_factor.enforcement',
    /off, optional/,
  ],
  ['an unknown method', tenant('{ methods: [fax] }'), 'tenants[0].second_factor.methods[0]', /totp, email/],
  ['a method twice', tenant('{ methods: [totp, totp] }'), 'tenants[0].second_factor.methods', /twice/],
  [
    'a mailed recovery',
    tenant('{ methods: [recovery] }'),
    'tenants[0].second_factor.methods[0]',
    /totp, email/,
  ],
  [
    'nothing to set up',
    tenant('{ methods: [] }'),
    'tenants[0].second_factor.methods',
    /enforcement is optional/,
  ],
  [
    'nothing to answer with',
    tenant('{ enforcement: required, methods: [] }'),
    'tenants[0].second_factor.methods',
    /required/,
  ],
  [
    'nothing for a group',
    tenant('{ enforcement: off, methods: [], groups: { finance: required } }'),
    'tenants[0].second_factor.methods',
    /enforcement is required/,
  ],
  [
    'only what is not built',
    tenant('{ enforcement: required, methods: [email, sms] }'),
    'tenants[0].second_factor.methods',
    /none of email, sms is in this release .* "acme"/,
  ],
  [
    'a group unnamed',
    tenant('{ groups: { "": required } }'),
    'tenants[0].second_factor.groups[""]',
    /is empty/,
  ],
  [
    'a group undecided',
    tenant('{ groups: { a: maybe } }'),
    'tenants[0].second_factor.groups.a',
    /off, optional/,
  ],
  [
    'a group without its enforcement',
    tenant('{ groups: { a: { minimum: phr } } }'),
    'tenants[0].second_factor.groups.a.enforcement',
    /is required/,
  ],
  [
    'a group with an unknown minimum',
    tenant('{ groups: { a: { enforcement: required, minimum: most } } }'),
    'tenants[0].second_factor.groups.a.minimum',
    /any, mfa, phr/,
  ],
  [
    'a group with an unknown key',
    tenant('{ groups: { a: { enforcement: required, minimun: phr } } }'),
    'tenants[0].second_factor.groups.a.minimun',
    /unknown key/,
  ],
  [
    'a group as a list',
    tenant('{ groups: { a: [required] } }'),
    'tenants[0].second_factor.groups.a',
    /must be/,
  ],
  [
    'a minimum without its method',
    tenant('{ minimum: phr, methods: [totp, email] }'),
    'tenants[0].second_factor.minimum',
    /is phr, .*list passkey/,
  ],
  [
    'a minimum of two factors with mail alone',
    tenant('{ enforcement: off, minimum: mfa, methods: [email] }'),
    'tenants[0].second_factor.minimum',
    /is mfa, .*list totp, sms or passkey/,
  ],
  [
    'the minimum of a group without its method',
    tenant('{ methods: [totp], groups: { a: { enforcement: required, minimum: phr } } }'),
    'tenants[0].second_factor.groups.a.minimum',
    /is phr, .*list passkey/,
  ],
  ['grace for ever', tenant('{ grace_days: 1000 }'), 'tenants[0].second_factor.grace_days', /365 or less/],
  [
    'a vote of three',
    tenant('{ reset_approvers: 3 }'),
    'tenants[0].second_factor.reset_approvers',
    /one of 1, 2/,
  ],
  [
    'a reset that waits for a month',
    tenant('{ reset_cooling_off_hours: 720 }'),
    'tenants[0].second_factor.reset_cooling_off_hours',
    /168 or less/,
  ],
];

describe('a file with a fault in a tenant [R36]', () => itRefuses(ROWS));
