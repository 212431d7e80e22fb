/** Builds the frozen configuration from a file without faults. */
import { resolve } from 'node:path';
import type { ComparedDetail } from '../../domain/administration/account-differences.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { SettingName } from '../../domain/tenant-settings/settings.ts';
import type { ConfigFile } from '../schema/file.ts';
import { groupRules } from '../schema/tenant.ts';
import type { Config } from '../shape.ts';
import { accountOf } from './account.ts';
import { clientOf } from './client.ts';
import { buildSms } from './sms.ts';

export interface Surroundings {
  /** Absolute; logos are relative to this folder. */
  readonly folder: string;
  /** Absolute working directory; the data folder is relative to it. */
  readonly cwd: string;
  readonly logLevel: Config['logLevel'];
  readonly isBuiltInDemo: boolean;
  readonly warnings: readonly string[];
  /** For each account, the details that the file writes. */
  readonly statedDetails: readonly (readonly ComparedDetail[])[];
  /** For each tenant, the settings that the file writes. */
  readonly statedSettings: readonly (readonly SettingName[])[];
}

/** In seconds. */
const MINUTE = 60;

export function buildConfig(file: ConfigFile, around: Surroundings): Config {
  const { storage, second_factor: methods } = file;
  return freeze({
    environment: file.environment,
    issuer: file.issuer,
    listen: { host: file.listen.host, port: file.listen.port, trustedProxies: file.listen.trusted_proxies },
    limits: { anonymousPerMinute: file.limits.anonymous_per_address_per_minute },
    storage: {
      accounts: { driver: storage.accounts.driver, uri: storage.accounts.uri },
      shortLived: {
        driver: storage.short_lived.driver,
        uri: storage.short_lived.uri,
        sentinel: storage.short_lived.sentinel,
        cluster: storage.short_lived.cluster,
      },
      dataDir: resolve(around.cwd, storage.data_dir),
    },
    secrets: {
      encryption: file.secrets.encryption.map(({ id, key = '' }) => ({ id, key })),
      cookies: file.secrets.cookies,
      signing: file.secrets.signing,
    },
    session: { absoluteHours: file.session.absolute_hours, idleMinutes: file.session.idle_minutes },
    mail: { transport: file.mail.transport, url: file.mail.url, from: file.mail.from },
    sms: buildSms(file.sms),
    secondFactor: {
      totp: {
        issuer: methods.totp.issuer,
        digits: methods.totp.digits,
        periodSeconds: methods.totp.period_seconds,
        driftSteps: methods.totp.drift_steps,
      },
      email: { lifetimeSeconds: methods.email.lifetime_seconds },
      sms: { lifetimeSeconds: methods.sms.lifetime_seconds },
      trustedDevice: { days: methods.trusted_device.days },
    },
    metrics: { port: file.metrics.port },
    audit: { retentionDays: file.audit.retention_days },
    geo: { database: file.geo.database === null ? null : resolve(around.folder, file.geo.database) },
    passwords: {
      breachedFile:
        file.passwords.breached_file === null ? null : resolve(around.folder, file.passwords.breached_file),
    },
    tenants: file.tenants.map((tenant) => tenantOf(tenant, around.folder)),
    writtenSettings: Object.fromEntries(
      file.tenants.map(({ id }, index) => [id, around.statedSettings[index] ?? []]),
    ),
    outbound: { allowPrivateNetworks: file.outbound.allow_private_networks },
    tokens: {
      accessMinutes: file.tokens.access_minutes,
      refreshDays: file.tokens.refresh_days,
      refreshOverlapSeconds: file.tokens.refresh_overlap_seconds,
      idTokenAlgorithm: file.tokens.id_token_signed_response_alg,
    },
    claims: file.claims.map(({ claim, from, scope }) => ({
      claim,
      attribute: from.slice('attributes.'.length),
      scope,
    })),
    resourceServers: file.resource_servers.map((server) => ({
      identifier: server.identifier,
      scopes: server.scopes,
      accessTokenFormat: server.access_token_format,
      accessSeconds: server.access_minutes === undefined ? null : server.access_minutes * MINUTE,
    })),
    clients: file.clients.map((client) => clientOf(client, file)),
    accounts: file.accounts.map((account, index) => ({
      ...accountOf(account),
      stated: around.statedDetails[index] ?? [],
    })),
    logLevel: around.logLevel,
    isBuiltInDemo: around.isBuiltInDemo,
    warnings: around.warnings,
  });
}

function tenantOf(tenant: ConfigFile['tenants'][number], folder: string): Tenant {
  const { brand, second_factor: settings } = tenant;
  const { en, nl } = settings.message;
  return {
    id: tenant.id,
    name: tenant.name ?? tenant.id,
    locale: tenant.locale,
    timeZone: tenant.time_zone,
    country: tenant.country,
    brand: {
      logo: brand.logo === null ? null : resolve(folder, brand.logo),
      colour: brand.colour === null ? null : sixDigits(brand.colour),
    },
    support: { email: tenant.support.email?.trim() ?? null, url: tenant.support.url },
    secondFactor: {
      enforcement: settings.enforcement,
      minimum: settings.minimum,
      methods: settings.methods,
      graceDays: settings.grace_days,
      groups: groupRules(settings.groups),
      trustedDevices: settings.trusted_devices,
      passkeySignIn: settings.passkey_sign_in,
      setUpProof: settings.set_up_proof,
      resetApprovers: settings.reset_approvers,
      resetCoolingOffHours: settings.reset_cooling_off_hours,
      message: { ...(en === undefined ? {} : { en }), ...(nl === undefined ? {} : { nl }) },
    },
  };
}

function sixDigits(colour: string): string {
  const digits = colour.slice(1).toLowerCase();
  return `#${digits.length === 3 ? [...digits].map((digit) => digit + digit).join('') : digits}`;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}
