/** What holds where a host says nothing. */
import { CATALOGUE, type MethodSettings } from '../domain/methods/index.ts';
import type { Tenant, TenantSecondFactor } from '../domain/tenant.ts';
import type { Log } from '../ports/log.ts';
import type { AccountStore } from '../ports/stores.ts';
import type { SmsLimits } from '../use-cases/second-factor/send-limits.ts';
import type { SecondFactorOptions } from './options.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A refresh token rotates for a year at most, and lives 14 days then (oidc-provider's defaults); a day to spare. */
export const ISSUED_LIFETIME_MS = 380 * DAY_MS;

const PRODUCT = 'Doublelock';

/** Of a host that may send nothing at all: a proof by mail before the first factor is asked for by who wants it. */
const POLICY: TenantSecondFactor = {
  enforcement: 'optional',
  methods: CATALOGUE.filter((name) => name !== 'recovery'),
  graceDays: 0,
  groups: {},
  trustedDevices: false,
  setUpProof: 'none',
  resetApprovers: 1,
  message: {},
};

/** How codes are made, and under which name an authenticator app keeps them. */
function totpOf({ name = PRODUCT, totp }: SecondFactorOptions): MethodSettings['totp'] {
  return { issuer: name, digits: 6, periodSeconds: 30, driftSteps: 1, ...said(totp) };
}

const LIFETIME_SECONDS = 90;
const SMS_LIMITS: SmsLimits = {
  allowedPrefixes: [],
  perBlockHour: 10,
  perTenantDay: 5000,
  perDay: 20_000,
};

/** How codes are made and sent; a method that can't be is null. */
export function methodsOf(options: SecondFactorOptions): MethodSettings {
  const { sender, messenger, email, sms } = options;
  const canSend = sender !== undefined || messenger !== undefined;
  const lifetime = { lifetimeSeconds: LIFETIME_SECONDS };
  const { allowedPrefixes } = smsLimitsOf(options);
  const hasNumbers = allowedPrefixes === null || allowedPrefixes.length > 0;
  return {
    totp: totpOf(options),
    email: canSend && email !== null ? { ...lifetime, ...said(email) } : null,
    sms: canSend && sms !== null && hasNumbers ? { ...lifetime, ...said(sms) } : null,
  };
}

export function smsLimitsOf({ sms }: SecondFactorOptions): SmsLimits {
  return { ...SMS_LIMITS, ...said(sms ?? {}) };
}

/** The host's tenants with everything filled in that was left out. */
export function tenantsOf({ name, policy, tenants = [{}] }: SecondFactorOptions): readonly Tenant[] {
  return tenants.map(({ secondFactor, brand, support, ...tenant }) => ({
    id: 'default',
    name: tenant.id ?? name ?? PRODUCT,
    locale: 'en',
    ...said(tenant),
    brand: { logo: null, colour: null, ...said(brand) },
    support: { email: null, url: null, ...said(support) },
    secondFactor: { ...POLICY, ...said(policy), ...said(secondFactor) },
  }));
}

/** Without what is there and undefined: spread over a default, it would take the default away. */
function said<T extends object>(given: T | undefined): Partial<T> {
  return Object.fromEntries(
    Object.entries(given ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/**
 * Reads accounts from the host as a store of ours would: property by property, since a record of a database may be
 * more.
 */
export function accountsOf(
  { account, onContact }: Pick<SecondFactorOptions, 'account' | 'onContact'>,
  tenants: readonly Tenant[],
  log: Log,
): Pick<AccountStore, 'findById' | 'confirmEmail' | 'setPhone'> {
  const ids = new Set(tenants.map(({ id }) => id));
  const only = tenants.length === 1 ? tenants[0]?.id : undefined;
  return {
    async findById(id) {
      const found = await account(id);
      if (!found) return null;
      const tenantId = found.tenantId ?? only ?? '';
      // Nobody would get in, and nobody would know why.
      if (!ids.has(tenantId)) log({ event: 'account.without_tenant', account_id: id, tenant: tenantId });
      const { email, emailConfirmed, phone, frozenAt, name, role, groups, locale } = found;
      return {
        ...NOT_ASKED,
        id,
        tenantId,
        email: email ?? id,
        emailConfirmed: emailConfirmed ?? false,
        phone: phone ?? null,
        frozenAt: frozenAt ?? null,
        name: name ?? email ?? id,
        role: role ?? 'member',
        groups: groups ?? [],
        locale: locale === 'en' || locale === 'nl' ? locale : null,
      };
    },
    async confirmEmail(id, email) {
      // Codes go to confirmed addresses alone: a factor was set up that can never be used.
      if (!onContact) log({ event: 'contact.not_kept', account_id: id, reason: 'there is no onContact' });
      await onContact?.(id, { email });
      return true;
    },
    async setPhone(id, phone) {
      await onContact?.(id, { phone });
    },
  };
}

/** What the second factor has no use for. */
const NOT_ASKED = {
  emailConfirmed: false,
  phone: null,
  manages: [],
  passwordHash: null,
  frozenAt: null,
  createdAt: 0,
};
