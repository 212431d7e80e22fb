/** The faults that a configuration file can have in its accounts. */
import { itRefuses, type Row } from './config-file.ts';

const account = (lines: string) =>
  `tenants: [{ id: acme }]\naccounts:\n  - email: bob@acme.test\n    tenant: acme\n    ${lines}`;
const SECRET = 's'.repeat(32);

const ROWS: readonly Row[] = [
  [
    'an address twice',
    'tenants: [{ id: a }, { id: b }]\naccounts: [{ email: x@a.test, tenant: a }, { email: " X@A.TEST", tenant: b }]',
    'accounts[1].email',
    /"X@A\.TEST" is that of accounts\[0\]/,
  ],
  [
    'an address twice, in two spellings of its domain [A140]',
    'tenants: [{ id: a }, { id: b }]\naccounts: [{ email: x@b\u00fccher.test, tenant: a }, { email: x@xn--bcher-kva.test, tenant: b }]',
    'accounts[1].email',
    /"x@xn--bcher-kva\.test" is that of accounts\[0\]/,
  ],
  [
    'a domain that cannot exist [A140]',
    account('name: Bob').replace('bob@acme.test', 'bob@b\u00fc..test'),
    'accounts[0].email',
    /has a domain that cannot exist/,
  ],
  [
    'a tenant unknown',
    'accounts: [{ email: x@a.test, tenant: nobody }]',
    'accounts[0].tenant',
    /"nobody", named by "x@a\.test"/,
  ],
  [
    'two addresses [A74]',
    'tenants: [{ id: acme }]\naccounts: [{ email: "a@x.test, b@x.test", tenant: acme }]',
    'accounts[0].email',
    /not an e-mail/,
  ],
  [
    'a header [A74]',
    'tenants: [{ id: acme }]\naccounts: [{ email: "a@x.test\\r\\nBcc:b@x.test", tenant: acme }]',
    'accounts[0].email',
    /not an e-mail/,
  ],
  [
    'no address',
    account('name: Bob').replace('email: bob@acme.test', 'role: member'),
    'accounts[0].email',
    /required/,
  ],
  ...['m=65536,t=5', 'm=311296,t=1', 'm=102401,t=1', 'm=2097152,t=1'].map(
    (cost): Row => [
      `a hash with ${cost}`,
      account(`password_hash: "$argon2id$v=19$${cost},p=4$c2FsdHNhbHQ$aGFzaGhhc2g"`),
      'accounts[0].password_hash',
      /costs too much: memory is 102400 KiB, and times passes 311296 at most/,
    ],
  ),
  ['a role unknown', account('role: root'), 'accounts[0].role', /member, helpdesk, manager, admin/],
  ['groups of a member', account('manages: [finance]'), 'accounts[0].manages', /role is member/],
  ['a national number', account('phone: "0612345678"'), 'accounts[0].phone', /E\.164/],
  [
    'a hash and a password',
    account(`password: ${SECRET}\n    password_hash: $argon2id$v=19$m=1,t=1,p=1$YWE$YWE`),
    'accounts[0].password_hash',
    /together with password/,
  ],
  ['another hash', account('password_hash: $2b$10$abc'), 'accounts[0].password_hash', /not an argon2id hash/],
  ['a long password', account(`password: ${'x'.repeat(129)}`), 'accounts[0].password', /128/],
  [
    'an unknown factor',
    account('factors: [{ method: app }]'),
    'accounts[0].factors[0].method',
    /totp, email, sms/,
  ],
  [
    'a factor without secret',
    account('factors: [{ method: totp }]'),
    'accounts[0].factors[0].secret',
    /required/,
  ],
  [
    'no base32',
    account('factors: [{ method: totp, secret: 0189018901890189 }]'),
    'accounts[0].factors[0].secret',
    /base32/,
  ],
  [
    'a short factor',
    account('factors: [{ method: totp, secret: NBSWY3DP }]'),
    'accounts[0].factors[0].secret',
    /16/,
  ],
  ['SMS to nobody', account('factors: [{ method: sms }]'), 'accounts[0].factors[0]', /phone/],
  [
    'one inbox twice',
    account('factors: [{ method: email }, { method: email }]'),
    'accounts[0].factors[1]',
    /already/,
  ],
];

describe('a file with a fault in an account [R36]', () => itRefuses(ROWS));
