/** The frozen configuration, as every other module sees it. */
import type { Account, Role } from '../domain/account.ts';
import type { ComparedDetail } from '../domain/administration/account-differences.ts';
import type { OwnClaim } from '../domain/claims.ts';
import type { ClientSettings, ResourceServer } from '../domain/client.ts';
import type { Tenant } from '../domain/tenant.ts';
import type { SettingName } from '../domain/tenant-settings/settings.ts';

/** A factor of the file, enrolled when the account is created. */
export type SeedFactor =
  | { readonly method: 'totp' /** base32, RFC 4648 */; readonly secret: string }
  | { readonly method: 'email' }
  | { readonly method: 'sms' };

/** An account of the file. It is created when absent, and never overwritten. */
export interface SeedAccount
  extends Pick<
    Account,
    | 'email'
    | 'name'
    | 'givenName'
    | 'familyName'
    | 'username'
    | 'locale'
    | 'attributes'
    | 'groups'
    | 'manages'
    | 'emailConfirmed'
    | 'phone'
  > {
  readonly tenantId: string;
  readonly role: Role;
  /** Clear text, hashed when the account is created. Alternative: `passwordHash`, a PHC string. */
  readonly password: string | null;
  readonly passwordHash: string | null;
  readonly factors: readonly SeedFactor[];
}

/** An account of the file, and the details that the file writes for it. */
export interface StatedSeedAccount extends SeedAccount {
  readonly stated: readonly ComparedDetail[];
}

/** A relying party: OpenID Connect client metadata by its standard names, and settings of our own. */
export interface ClientConfig extends ClientSettings {
  readonly secondFactor: 'tenant' | 'always';
}

export interface EncryptionKey {
  readonly id: string;
  readonly key: string;
}

/** The first key of each list is in use, the others are still read. In development the first start fills empty lists. */
export interface Secrets {
  readonly encryption: readonly EncryptionKey[];
  readonly cookies: readonly string[];
  readonly signing: readonly Readonly<Record<string, unknown>>[];
}

/** Upper limits of messages. */
export interface SmsLimits {
  /** Messages an hour to unproven numbers of one block of a thousand. */
  readonly perBlockHour: number;
  readonly perTenantDay: number;
  readonly perDay: number;
}

export type SmsGateway =
  | {
      readonly transport: 'twilio';
      readonly accountSid: string;
      readonly authToken: string;
      readonly url: string;
    }
  | {
      readonly transport: 'http';
      readonly url: string;
      readonly method: 'GET' | 'POST' | 'PUT';
      readonly headers: Readonly<Record<string, string>>;
      /** Null: none. */
      readonly body: string | null;
      readonly contentType: string;
      /** Null: every status from 200 to 299, and any body. */
      readonly success: { readonly statuses: readonly number[] | null; readonly body: string | null };
      readonly bearerToken: string | null;
      readonly password: string | null;
    }
  | {
      readonly transport: 'smpp';
      readonly host: string;
      readonly port: number;
      readonly tls: boolean;
      readonly systemId: string;
      readonly password: string;
      readonly systemType: string;
      readonly alphabet: 'gsm' | 'latin1' | 'ucs2';
    };

export interface Config {
  readonly environment: 'development' | 'production';
  readonly issuer: string;
  readonly listen: { readonly host: string; readonly port: number; readonly trustedProxies: number };
  /** Null: no limit. */
  readonly limits: { readonly anonymousPerMinute: number | null };
  readonly storage: {
    readonly accounts: { readonly driver: 'embedded' | 'mongo'; readonly uri: string | null };
    readonly shortLived: {
      readonly driver: 'embedded' | 'redis';
      readonly uri: string | null;
      readonly sentinel: Readonly<Record<string, unknown>> | null;
      readonly cluster: readonly string[] | null;
    };
    /** Absolute. */
    readonly dataDir: string;
  };
  readonly secrets: Secrets;
  /** `idleMinutes` null: no limit. */
  readonly session: { readonly absoluteHours: number; readonly idleMinutes: number | null };
  readonly mail: {
    readonly transport: 'outbox' | 'smtp';
    readonly url: string | null;
    readonly from: string;
  };
  readonly sms: {
    readonly transport: 'outbox' | 'twilio' | 'http' | 'smpp';
    readonly from: string;
    readonly allowedPrefixes: readonly string[];
    readonly limits: SmsLimits;
    /** The gateway of the transport; null for the outbox. */
    readonly gateway: SmsGateway | null;
  };
  readonly secondFactor: {
    readonly totp: {
      readonly issuer: string;
      readonly digits: number;
      readonly periodSeconds: number;
      readonly driftSteps: number;
    };
    readonly email: { readonly lifetimeSeconds: number };
    readonly sms: { readonly lifetimeSeconds: number };
    readonly trustedDevice: { readonly days: number };
  };
  /** Null: `/metrics` is on the port of the pages. */
  readonly metrics: { readonly port: number | null };
  readonly audit: { readonly retentionDays: number };
  /** `database`: absolute. Null: none. */
  readonly geo: { readonly database: string | null };
  /** `breachedFile`: absolute. Null: none. */
  readonly passwords: { readonly breachedFile: string | null };
  readonly outbound: { readonly allowPrivateNetworks: readonly string[] };
  readonly tokens: {
    readonly accessMinutes: number;
    readonly refreshDays: number;
    readonly refreshOverlapSeconds: number;
    readonly idTokenAlgorithm: 'RS256' | 'ES256';
  };
  readonly claims: readonly OwnClaim[];
  readonly resourceServers: readonly ResourceServer[];
  readonly tenants: readonly Tenant[];
  /** By tenant: the settings that the file writes. The console can only be stricter. */
  readonly writtenSettings: Readonly<Record<string, readonly SettingName[]>>;
  readonly clients: readonly ClientConfig[];
  readonly accounts: readonly StatedSeedAccount[];
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** True for the built-in demo file only, whose accounts may be printed at the start. */
  readonly isBuiltInDemo: boolean;
  /** Warnings for the log, about settings that this release does not support for example. */
  readonly warnings: readonly string[];
}
