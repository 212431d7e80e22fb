/** What concerns the server itself: where it listens, stores, signs and keeps time. */
import { z } from 'zod';
import { fileOf, oneOf, secret, text } from './field.ts';

export const environment = z
  .enum(['development', 'production'])
  .default('development')
  .describe('Development alone allows the demo and outbox pages, an http issuer and secrets made by itself.');

const DEFAULT_PORT = 3000;
/** What the demo's addresses are written with, and what PORT moves. */
export const DEFAULT_ISSUER = `http://localhost:${DEFAULT_PORT}`;

export const issuer = z
  .string()
  .refine(isOrigin, {
    error:
      'must be scheme and host alone, such as https://id.example: ' +
      'no path, no slash at the end, no capitals, no port that goes without saying',
  })
  .default(DEFAULT_ISSUER)
  .describe(
    'The address by which browsers and relying parties reach this server, and the `iss` of its tokens. ' +
      'Without one it follows `listen.port`. All links are made from it, never from a request.',
  );

export const listenShape = {
  host: z
    .string()
    .min(1, 'is empty')
    .default('127.0.0.1')
    .describe('The network address to listen on; `0.0.0.0` for all.'),
  port: z.int().min(1).max(65_535).default(DEFAULT_PORT).describe('The TCP port to listen on.'),
  trusted_proxies: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('How many proxies stand before the server: that many hops of `X-Forwarded-*` are believed.'),
};

export const accountsStorageShape = {
  driver: z
    .enum(['embedded', 'mongo'])
    .default('embedded')
    .describe('Where accounts, factors, sign-in records and the audit trail live.'),
  uri: uri(/^mongodb(\+srv)?:\/\//, 'mongodb:// or mongodb+srv://').describe(
    'With `mongo`: its connection string.',
  ),
  uri_file: fileOf('uri'),
};

const sentinelShape = {
  name: text.describe('The name under which the sentinels know the primary.'),
  nodes: z.array(hostAndPort()).min(1, 'is empty').describe('The sentinels, each as `host:port`.'),
  password: z.string().min(1, 'is empty').optional().describe('The password of the Redis servers.'),
  password_file: fileOf('password'),
};

export const shortLivedStorageShape = {
  driver: z
    .enum(['embedded', 'redis'])
    .default('embedded')
    .describe(
      'Where sessions, codes and attempts live: losing them signs people out and costs nothing else.',
    ),
  uri: uri(/^rediss?:\/\//, 'redis:// or rediss://').describe('With `redis`: the address of one server.'),
  uri_file: fileOf('uri'),
  sentinel: z
    .strictObject(sentinelShape)
    .nullable()
    .default(null)
    .describe('With `redis`, instead of `uri`: servers watched by sentinels.'),
  cluster: z
    .array(hostAndPort())
    .min(1, 'is empty')
    .nullable()
    .default(null)
    .describe('With `redis`, instead of `uri`: some nodes of a cluster, each as `host:port`.'),
};

export const storageShape = {
  accounts: z.strictObject(accountsStorageShape).prefault({}).describe('What must survive.'),
  short_lived: z.strictObject(shortLivedStorageShape).prefault({}).describe('What lives minutes to hours.'),
  data_dir: z
    .string()
    .min(1, 'is empty')
    .default('./data')
    .describe(
      'The folder of the embedded stores and of secrets made by itself; relative to the working directory.',
    ),
};

export const encryptionKey = oneOf('key', {
  id: text
    .regex(/^[\w.-]+$/, 'must be letters, digits, dots, hyphens and underscores')
    .describe('Stands in each record that the key sealed. Never give an id to another key.'),
  key: secret.optional().describe('Made of chance: `openssl rand -hex 32`.'),
  key_file: fileOf('key'),
});

export const secretsShape = {
  encryption: z
    .array(encryptionKey)
    .default([])
    .describe('Seal the secrets of factors at rest. The first is used, the others still read.'),
  cookies: z
    .array(secret)
    .default([])
    .describe('Sign cookies. The first is used, the others still read; two at most make sense.'),
  cookies_file: fileOf('cookies').describe('A file that holds `cookies` instead, one key a line.'),
  signing: z
    .array(
      z.looseObject({
        kty: z
          .string()
          .describe(
            '`EC` (P-256, for ES256) or `RSA` (2048 bits or more, for RS256), and beside it the members of such a key.',
          ),
      }),
    )
    .default([])
    .describe(
      'Private JSON Web Keys (RFC 7517) that sign tokens. The first of a kind is used, the others stay in `/jwks`.',
    ),
  signing_file: fileOf('signing').describe('A file that holds `signing` instead: a JSON Web Key Set.'),
};

export const sessionShape = {
  absolute_hours: z
    .number()
    .positive('must be more than 0')
    .max(720)
    .refine((hours) => Number.isInteger(hours * 60 * 60), { error: 'must come to whole seconds' })
    .default(24)
    .describe('How long a session lives after the last full sign-in, however much it is used.'),
};

export const metricsShape = {
  port: z
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(null)
    .describe('A port of its own for `/metrics`, on the host that is listened on; null: beside the pages.'),
};

export const auditShape = {
  retention_days: z.int().min(1).max(3650).default(365).describe('How long audit events are kept.'),
};

export const secondFactorShape = {
  totp: z
    .strictObject({
      issuer: text
        .regex(/^[^:]+$/, 'must have no colon: it separates issuer and account in an otpauth: address')
        .default('Doublelock')
        .describe('The name that an authenticator app shows above the account.'),
      digits: z
        .literal([6, 8])
        .default(6)
        .describe(
          'How long a code is. Not every app can do 8. Apps set up with another length stop working.',
        ),
      period_seconds: z
        .int()
        .min(15)
        .max(120)
        .default(30)
        .describe(
          'How long a code is shown. Not every app can do other than 30. Apps set up with another stop working.',
        ),
      drift_steps: z
        .int()
        .min(0)
        .max(2)
        .default(1)
        .describe('How many steps early or late a code may come (RFC 6238, 5.2).'),
    })
    .prefault({})
    .describe('The authenticator app.'),
  email: z.strictObject({ lifetime_seconds: lifetime() }).prefault({}).describe('The code by e-mail.'),
  sms: z.strictObject({ lifetime_seconds: lifetime() }).prefault({}).describe('The code by SMS.'),
  trusted_device: z
    .strictObject({ days: z.int().min(1).max(365).default(30).describe('How long a browser stays trusted.') })
    .prefault({})
    .describe('The browser that a person asked to trust, where the tenant allows it.'),
};

/** NIST SP 800-63B-4, 3.1.3.2: a code sent out of band is valid for ten minutes at most. */
function lifetime() {
  return z.int().min(30).max(600).default(90).describe('How long a sent code is valid, in seconds.');
}

function hostAndPort() {
  return z.string().regex(/^[^\s:/]+:\d{1,5}$/, 'must be host:port');
}

function uri(scheme: RegExp, words: string) {
  return z.string().regex(scheme, `must begin with ${words}`).nullable().default(null);
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && ['https:', 'http:'].includes(url.protocol) && url.origin === value;
}
