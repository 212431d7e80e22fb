/** The schema of the configuration file, and a lenient sketch of it for the checks. */
import { z } from 'zod';
import { accountShape } from './account.ts';
import { clientShape } from './client.ts';
import { redirectAddress } from './field.ts';
import { geoShape } from './geo.ts';
import { mailShape } from './mail.ts';
import {
  accountsStorageShape,
  auditShape,
  encryptionKey,
  environment,
  issuer,
  limitsShape,
  listenShape,
  metricsShape,
  outboundShape,
  passwordsShape,
  secondFactorShape,
  secretsShape,
  sessionShape,
  shortLivedStorageShape,
  storageShape,
  tokensShape,
} from './server.ts';
import { smsShape } from './sms.ts';
import { tenantSecondFactorShape, tenantShape } from './tenant.ts';
import { ownClaim, resourceServerShape } from './tokens.ts';

export const configFile = z
  .strictObject({
    environment,
    issuer,
    listen: z.strictObject(listenShape).prefault({}).describe('The address and the port of the server.'),
    limits: z.strictObject(limitsShape).prefault({}).describe('Limits on anonymous requests.'),
    storage: z.strictObject(storageShape).prefault({}).describe('The stores.'),
    secrets: z
      .strictObject(secretsShape)
      .prefault({})
      .describe(
        'Keys of 32 characters or more. In development, absent keys are made in `storage.data_dir`. Production requires them.',
      ),
    session: z.strictObject(sessionShape).prefault({}).describe('The session of single sign-on.'),
    mail: z.strictObject(mailShape).prefault({}).describe('The delivery of mail.'),
    sms: z
      .strictObject(smsShape)
      .prefault({})
      .describe('The delivery of SMS. Each transport has keys of its own.'),
    second_factor: z
      .strictObject(secondFactorShape)
      .prefault({})
      .describe('Settings of the methods, for all tenants.'),
    metrics: z.strictObject(metricsShape).prefault({}).describe('Metrics for Prometheus.'),
    audit: z.strictObject(auditShape).prefault({}).describe('The audit trail.'),
    app: z
      .strictObject({
        push: z
          .boolean()
          .default(true)
          .describe('Whether the companion app gets push messages. Not in this release.'),
      })
      .prefault({})
      .describe('The companion app.'),
    geo: z.strictObject(geoShape).prefault({}).describe('The places of IP addresses, on pages and in mails.'),
    passwords: z.strictObject(passwordsShape).prefault({}).describe('The rules of new passwords.'),
    outbound: z
      .strictObject(outboundShape)
      .prefault({})
      .describe('Requests of this server to addresses of relying parties.'),
    tokens: z.strictObject(tokensShape).prefault({}).describe('Tokens. Metadata of a client wins.'),
    claims: z.array(ownClaim).default([]).describe('Claims from attributes of accounts.'),
    resource_servers: z
      .array(z.strictObject(resourceServerShape))
      .default([])
      .describe('APIs that accept access tokens of this server (RFC 8707).'),
    tenants: z.array(z.strictObject(tenantShape)).default([]).describe('The organisations.'),
    clients: z.array(z.strictObject(clientShape)).default([]).describe('The relying parties.'),
    accounts: z
      .array(z.strictObject(accountShape))
      .default([])
      .describe('Accounts that are created when absent.'),
  })
  .describe('The configuration of Doublelock.');

export type ConfigFile = z.output<typeof configFile>;

/** Keeps a faulty value, since the checks ask only whether a value is there. */
const present = z.unknown();
/** A faulty address becomes undefined, and the others stay. */
const addresses = z.array(z.catch(z.optional(redirectAddress), undefined));

/** The readable part of a faulty file. A missing or wrong value reads as undefined. */
const configSketch = sketch({
  environment,
  issuer: z.string(),
  listen: sketch(listenShape),
  metrics: sketch(metricsShape),
  geo: sketch(geoShape),
  storage: sketch({
    accounts: sketch({ ...accountsStorageShape, uri: present }),
    short_lived: sketch({ ...shortLivedStorageShape, uri: present, sentinel: present, cluster: present }),
  }),
  secrets: sketch({ ...secretsShape, encryption: sketches({ id: encryptionKey.shape.id }) }),
  mail: sketch({ ...mailShape, url: present }),
  sms: sketch({
    transport: smsShape.transport,
    allowed_prefixes: smsShape.allowed_prefixes,
    method: smsShape.method,
    content_type: smsShape.content_type,
    url: z.string(),
    host: smsShape.host,
    tls: smsShape.tls,
  }),
  passwords: sketch(passwordsShape),
  tokens: sketch(tokensShape),
  claims: sketches(ownClaim.shape),
  resource_servers: sketches(resourceServerShape),
  tenants: sketches({
    ...tenantShape,
    brand: sketch(tenantShape.brand.unwrap().shape),
    second_factor: sketch(tenantSecondFactorShape),
  }),
  clients: sketches({
    ...clientShape,
    client_secret: present,
    jwks: present,
    jwks_uri: present,
    redirect_uris: addresses,
    post_logout_redirect_uris: addresses,
  }),
  accounts: sketches({ ...accountShape, password: present, password_hash: present }),
});

export type ConfigSketch = z.output<typeof configSketch>;

export function sketchOf(data: unknown): ConfigSketch {
  return configSketch.parse(data);
}

export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

type Lenient<S extends z.ZodRawShape> = { [K in keyof S]: z.ZodCatch<z.ZodOptional<S[K]>> };

function sketch<S extends z.ZodRawShape>(shape: S) {
  const fields = Object.entries(shape).map(([key, field]) => [key, z.catch(z.optional(field), undefined)]);
  return z.preprocess(mapOrNothing, z.object(Object.fromEntries(fields) as Lenient<S>)).prefault({});
}

function sketches<S extends z.ZodRawShape>(shape: S) {
  return z.array(sketch(shape)).catch([]).default([]);
}

function mapOrNothing(value: unknown): unknown {
  return typeof value === 'object' && !Array.isArray(value) ? (value ?? {}) : {};
}
