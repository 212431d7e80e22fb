/** The one frozen object that a configuration file and the environment come down to. */
import type { Account, Role } from '../domain/account.ts';
import type { Tenant } from '../domain/tenant.ts';

/** A factor given in the file, set up as if the person had done it. */
export type SeedFactor =
  | { readonly method: 'totp' /** base32, RFC 4648 */; readonly secret: string }
  | { readonly method: 'email' }
  | { readonly method: 'sms' };

/** An account of the file: created when absent, never overwritten. */
export interface SeedAccount
  extends Pick<Account, 'email' | 'name' | 'groups' | 'manages' | 'emailConfirmed' | 'phone'> {
  readonly tenantId: string;
  readonly role: Role;
  /** Clear text, hashed when the account is created; or `passwordHash` (PHC string); neither: to be invited. */
  readonly password: string | null;
  readonly passwordHash: string | null;
  readonly factors: readonly SeedFactor[];
}

/** A relying party: OpenID Connect client metadata by its standard names, and what is ours beside it. */
export interface ClientConfig {
  readonly clientId: string;
  /** Metadata as oidc-provider takes it: our own keys removed. */
  readonly metadata: Readonly<Record<string, unknown>> & { readonly client_id: string };
  readonly firstParty: boolean;
  readonly requirePkce: boolean;
  readonly secondFactor: 'tenant' | 'always';
  /** Only this tenant's members may sign in; it brands the sign-in page. */
  readonly tenantId: string | null;
}

export interface EncryptionKey {
  readonly id: string;
  readonly key: string;
}

/** The first of each is used, the others are still read. Empty lists are filled at first start in development. */
export interface Secrets {
  readonly encryption: readonly EncryptionKey[];
  readonly cookies: readonly string[];
  readonly signing: readonly Readonly<Record<string, unknown>>[];
}

/** How many messages are paid for at most. */
export interface SmsLimits {
  /** An hour, to numbers that are not verified, for the thousand numbers that a number is among. */
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
      /** Null: any from 200 to 299; whatever the answer says. */
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
  readonly session: { readonly absoluteHours: number };
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
    /** How the transport reaches its gateway; null: the outbox. */
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
  /** Null: at `/metrics` beside the pages. */
  readonly metrics: { readonly port: number | null };
  readonly audit: { readonly retentionDays: number };
  readonly tenants: readonly Tenant[];
  readonly clients: readonly ClientConfig[];
  readonly accounts: readonly SeedAccount[];
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** True for the built-in demo file alone: its accounts may be printed at start. */
  readonly isBuiltInDemo: boolean;
  /** What the file asks for and this release does not do yet, in words for the log. */
  readonly warnings: readonly string[];
}
