/** What a file can say wrongly about the server, its stores, its gateways and its keys. */
import { itRefuses, type Row } from './config-file.ts';

const ROWS: readonly Row[] = [
  ['an unknown section', 'isuer: x', 'isuer', /^unknown key$/],
  ['an unknown key', 'listen: { prt: 1 }', 'listen.prt', /^unknown key$/],
  ['an unknown environment', 'environment: staging', 'environment', /one of development, production/],
  ['a port out of range', 'listen: { port: 65536 }', 'listen.port', /65535 or less/],
  ['no port at all', 'listen: { port: 0 }', 'listen.port', /1 or more/],
  ['half a port', 'listen: { port: 1.5 }', 'listen.port', /whole number/],
  ['a section that is none', 'listen: 3000', 'listen', /must be a map/],
  ['a section left empty', 'tenants:', 'tenants', /has no value/],
  ['an issuer that is no address', 'issuer: id.example', 'issuer', /scheme and host alone/],
  ['an issuer with a path', 'issuer: https://id.example/a', 'issuer', /no path/],
  ['an issuer with a slash', 'issuer: https://id.example/', 'issuer', /no slash/],
  ['an issuer with a query', 'issuer: https://id.example?a=1', 'issuer', /scheme and host alone/],
  ['an issuer with a password', 'issuer: https://a:b@id.example', 'issuer', /scheme and host alone/],
  ['a session without end', 'session: { absolute_hours: 100000 }', 'session.absolute_hours', /720 or less/],
  ['a session of no time', 'session: { absolute_hours: 0 }', 'session.absolute_hours', /more than 0/],
  ['codes of 7 digits', 'second_factor: { totp: { digits: 7 } }', 'second_factor.totp.digits', /one of 6, 8/],
  [
    'wide drift',
    'second_factor: { totp: { drift_steps: 9 } }',
    'second_factor.totp.drift_steps',
    /2 or less/,
  ],
  [
    'a colon in the app',
    'second_factor: { totp: { issuer: "A: B" } }',
    'second_factor.totp.issuer',
    /no colon/,
  ],
  [
    'codes that last',
    'second_factor: { email: { lifetime_seconds: 601 } }',
    'second_factor.email.lifetime_seconds',
    /600/,
  ],
  [
    'mongo without address',
    'storage: { accounts: { driver: mongo } }',
    'storage.accounts.uri',
    /is required/,
  ],
  [
    'an address unused',
    'storage: { accounts: { uri: "mongodb://a" } }',
    'storage.accounts.uri',
    /driver is embedded/,
  ],
  [
    'another scheme',
    'storage: { accounts: { driver: mongo, uri: "http://a" } }',
    'storage.accounts.uri',
    /mongodb:/,
  ],
  [
    'redis without address',
    'storage: { short_lived: { driver: redis } }',
    'storage.short_lived',
    /needs one of/,
  ],
  [
    'redis with two addresses',
    'storage: { short_lived: { driver: redis, uri: "redis://a", cluster: ["a:1"] } }',
    'storage.short_lived',
    /needs one of/,
  ],
  [
    'a server unused',
    'storage: { short_lived: { cluster: ["a:1"] } }',
    'storage.short_lived',
    /driver is embedded/,
  ],
  ['smtp without address', 'mail: { transport: smtp }', 'mail.url', /is required/],
  ['mail to nowhere', 'mail: { url: "smtp://a" }', 'mail.url', /transport is outbox/],
  ['two senders', 'mail: { from: "a@x.test, b@x.test" }', 'mail.from', /must be an address/],
  [
    'a header in the sender',
    'mail: { from: "A\\r\\nBcc: b@x.test <a@x.test>" }',
    'mail.from',
    /must be an address/,
  ],
  ['twilio without token', 'sms: { transport: twilio, account_sid: a }', 'sms.auth_token', /is required/],
  [
    'a key of another',
    'sms: { transport: http, url: "https://a", system_id: b }',
    'sms.system_id',
    /not for/,
  ],
  ['a national prefix', 'sms: { allowed_prefixes: ["06"] }', 'sms.allowed_prefixes[0]', /such as \+31/],
];

describe('R36 a file with a fault in what concerns the server', () => itRefuses(ROWS));
