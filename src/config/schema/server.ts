/** The schema of the server: addresses, stores, keys, sessions, methods. */
import { isIP } from 'node:net';
import { z } from 'zod';
import { fileOf, listOf, oneOf, secret, text } from './field.ts';

export const environment = z
  .enum(['development', 'production'])
  .default('development')
  .describe(
    'Only `development` allows the demo and outbox pages, an http issuer, and keys that the server makes.',
  );

const DEFAULT_PORT = 3000;
/** The issuer in the addresses of the demo. PORT moves it. */
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
    'The address of this server for browsers and relying parties, and the `iss` of its tokens. ' +
      'Default: follows `listen.port`. All links are made from it, never from a request.',
  );

export const listenShape = {
  host: z
    .string()
    .min(1, 'is empty')
    .default('127.0.0.1')
    .describe('The network address to listen on. `0.0.0.0` means all.'),
  port: z.int().min(1).max(65_535).default(DEFAULT_PORT).describe('The TCP port to listen on.'),
  trusted_proxies: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('The number of proxies before the server. So many hops of `X-Forwarded-*` count.'),
};

export const limitsShape = {
  anonymous_per_address_per_minute: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(600)
    .describe(
      'Sign-ins, pushed requests and requests of devices that may begin within a minute from one IPv4 address or IPv6 /64. ' +
        'A browser that has signed in before counts for its person instead, with the same limit. `null`: no limit.',
    ),
};

export const accountsStorageShape = {
  driver: z
    .enum(['embedded', 'mongo'])
    .default('embedded')
    .describe('The store of accounts, factors, sign-in records and the audit trail.'),
  uri: uri(/^mongodb(\+srv)?:\/\//, 'mongodb:// or mongodb+srv://').describe(
    'With `mongo`: the connection string.',
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
    .describe('The store of sessions, codes and attempts. Its loss signs people out and costs nothing else.'),
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
  accounts: z.strictObject(accountsStorageShape).prefault({}).describe('The durable store.'),
  short_lived: z.strictObject(shortLivedStorageShape).prefault({}).describe('The short-lived store.'),
  data_dir: z
    .string()
    .min(1, 'is empty')
    .default('./data')
    .describe(
      'The folder of the embedded stores and of keys that the server makes. Relative to the working directory.',
    ),
};

export const encryptionKey = oneOf('key', {
  id: text
    .regex(/^[\w.-]+$/, 'must be letters, digits, dots, hyphens and underscores')
    .describe('The id in each record that the key encrypted. Never give it to another key.'),
  key: secret.optional().describe('A random key, from `openssl rand -hex 32` for example.'),
  key_file: fileOf('key'),
});

export const secretsShape = {
  encryption: z
    .array(encryptionKey)
    .default([])
    .describe('Keys that encrypt secrets at rest. The first is in use, the others are still read.'),
  cookies: z
    .array(secret)
    .default([])
    .describe(
      'Keys that sign cookies. The first is in use, the others are still read. More than two have no use.',
    ),
  cookies_file: fileOf('cookies').describe('A file that holds `cookies`, one key a line.'),
  signing: z
    .array(
      z.looseObject({
        kty: z
          .string()
          .describe(
            '`EC` (P-256, for ES256) or `RSA` (2048 bits or more, for RS256). The other members of the key stand beside it.',
          ),
      }),
    )
    .default([])
    .describe(
      'Private JSON Web Keys (RFC 7517) that sign tokens. The first of a type is in use, the others stay in `/jwks`.',
    ),
  signing_file: fileOf('signing').describe('A file that holds `signing` as a JSON Web Key Set.'),
};

export const sessionShape = {
  absolute_hours: z
    .number()
    .positive('must be more than 0')
    .max(720)
    .refine((hours) => Number.isInteger(hours * 60 * 60), { error: 'must come to whole seconds' })
    .default(24)
    .describe('Hours that a session lives after the last full sign-in. Use does not renew it.'),
  idle_minutes: z
    .int()
    .min(1)
    .max(43_200)
    .nullable()
    .default(null)
    .describe(
      'Minutes without use after which a session ends, and the tokens that end with it. A sign-in of any application and ' +
        'a page of this server are uses, the tokens of an application are none. `null`: no limit beside `absolute_hours`.',
    ),
};

/** Algorithms of the tokens of this server. */
export const TOKEN_ALGORITHMS = ['RS256', 'ES256'] as const;

export const accessMinutes = z.int().min(1).max(1440);
export const refreshDays = z.int().min(1).max(365);

export const tokensShape = {
  access_minutes: accessMinutes.default(10).describe('Minutes that an access token is valid.'),
  refresh_days: refreshDays
    .default(30)
    .describe('Days that a refresh token is valid, counted from the sign-in. Use does not renew it.'),
  refresh_overlap_seconds: z
    .int()
    .min(0)
    .max(60)
    .default(10)
    .describe(
      'Seconds after a rotation in which the previous refresh token of a public client still answers, with the newest token.',
    ),
  id_token_signed_response_alg: z
    .enum(TOKEN_ALGORITHMS)
    .default('RS256')
    .describe(
      'The algorithm of ID tokens for clients that name none. Relying parties expect RS256 unless they are told otherwise.',
    ),
};

export const outboundShape = {
  allow_private_networks: listOf(cidr())
    .default([])
    .describe(
      'Networks, as `10.0.0.0/8`, that addresses of relying parties may resolve to. Other private networks are refused. ' +
        'In development loopback is allowed.',
    ),
};

export const metricsShape = {
  port: z
    .int()
    .min(1)
    .max(65_535)
    .nullable()
    .default(null)
    .describe('A separate port for `/metrics`, on `listen.host`. `null`: the port of the pages.'),
};

export const auditShape = {
  retention_days: z.int().min(1).max(3650).default(365).describe('Days that audit events are kept.'),
};

export const passwordsShape = {
  breached_file: z
    .string()
    .min(1, 'is empty')
    .nullable()
    .default(null)
    .describe(
      'A file of SHA-1 hashes of breached passwords in hexadecimal, sorted, as the downloader of haveibeenpwned.com writes ' +
        'it. Nobody may choose a password that is in it. Relative to the configuration file. `null`: the list of common ' +
        'passwords in the product is the only one.',
    ),
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
        .describe('The length of a code. Some apps support 6 only. A change disables apps that are set up.'),
      period_seconds: z
        .int()
        .min(15)
        .max(120)
        .default(30)
        .describe(
          'The length of a time step. Some apps support 30 only. A change disables apps that are set up.',
        ),
      drift_steps: z
        .int()
        .min(0)
        .max(2)
        .default(1)
        .describe('Time steps that a code may be early or late (RFC 6238, 5.2).'),
    })
    .prefault({})
    .describe('The authenticator app.'),
  email: z.strictObject({ lifetime_seconds: lifetime() }).prefault({}).describe('The code by e-mail.'),
  sms: z.strictObject({ lifetime_seconds: lifetime() }).prefault({}).describe('The code by SMS.'),
  trusted_device: z
    .strictObject({
      days: z.int().min(1).max(365).default(30).describe('Days that a browser stays trusted.'),
    })
    .prefault({})
    .describe('Trusted browsers, for tenants that allow them.'),
};

/** NIST SP 800-63B-4, 3.1.3.2: a code sent out of band is valid for ten minutes at most. */
function lifetime() {
  return z.int().min(30).max(600).default(90).describe('Seconds that a sent code is valid.');
}

function hostAndPort() {
  return z.string().regex(/^[^\s:/]+:\d{1,5}$/, 'must be host:port');
}

/** RFC 4632, 3.1 and RFC 4291, 2.3. */
function cidr() {
  return z
    .string()
    .refine(isCidr, { error: 'must be a network in CIDR form, such as 10.0.0.0/8 or fd00::/8' });
}

function isCidr(value: string): boolean {
  const [ip = '', bits = '', ...rest] = value.split('/');
  const most = { 4: 32, 6: 128 }[isIP(ip)];
  return rest.length === 0 && most !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

function uri(scheme: RegExp, words: string) {
  return z.string().regex(scheme, `must begin with ${words}`).nullable().default(null);
}

function isOrigin(value: string): boolean {
  const url = URL.parse(value);
  return url !== null && ['https:', 'http:'].includes(url.protocol) && url.origin === value;
}
