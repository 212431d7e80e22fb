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
    /** The transport's own keys, checked by the schema. */
    readonly options: Readonly<Record<string, unknown>>;
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
