/** Checks one row of an imported file as an account of the configuration is checked. */
import { z } from 'zod';
import { accountOf } from './build/account.ts';
import { managesFault } from './checks/accounts.ts';
import { accountShape } from './schema/account.ts';
import type { Config, SeedAccount } from './shape.ts';

type TotpSettings = Config['secondFactor']['totp'];

interface ImportedAccount extends SeedAccount {
  readonly isDisabled: boolean;
}

export type ImportedRow =
  | { readonly ok: true; readonly account: ImportedAccount }
  /** One text for each fault, with the name of its column. No text repeats a secret. */
  | { readonly ok: false; readonly faults: readonly string[] };

const { email, name, given_name, family_name, username, locale, attributes } = accountShape;
const { password_hash, role, groups, manages, email_confirmed, phone } = accountShape;

const row = z
  .strictObject({
    email,
    name,
    given_name,
    family_name,
    username,
    locale,
    attributes,
    password_hash,
    role,
    groups,
    manages,
    email_confirmed,
    phone,
    totp: z.string().nullable().default(null),
    disabled: z.boolean().default(false),
  })
  .partial({ name: true });

/** The codes of all accounts have the digits and the period of the configuration, and SHA-1. */
export function readImportedAccount(
  fields: Readonly<Record<string, unknown>>,
  tenantId: string,
  totp: TotpSettings,
): ImportedRow {
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));
  const read = row.safeParse(given);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) =>
      [path.join('.'), message].filter(Boolean).join(': '),
    );
    return { ok: false, faults };
  }
  const { totp: uri, disabled, ...account } = read.data;
  const fault = managesFault(account.role, account.manages);
  if (fault !== null) return { ok: false, faults: [`manages: ${fault}`] };
  const key = uri === null ? null : keyOf(uri, totp);
  if (key && !key.ok) return { ok: false, faults: key.faults };
  const factors = key ? [{ method: 'totp' as const, secret: key.secret }] : [];
  const seed = accountOf({ ...account, tenant: tenantId, password: null, factors });
  return { ok: true, account: { ...seed, isDisabled: disabled } };
}

type Key = { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly faults: string[] };

function keyOf(uri: string, { digits, periodSeconds }: TotpSettings): Key {
  const url = URL.parse(uri);
  if (url?.protocol !== 'otpauth:' || url.host.toLowerCase() !== 'totp')
    return { ok: false, faults: ['totp: is no otpauth://totp/ address'] };
  const value = (parameter: string, standard: string) => url.searchParams.get(parameter) ?? standard;
  const secret = value('secret', '')
    .replace(/[\s=-]/g, '')
    .toUpperCase();
  const faults = [
    ...(/^[A-Z2-7]{16,}$/.test(secret)
      ? []
      : ['totp: its secret is not base32, or shorter than 16 characters']),
    ...(value('algorithm', 'SHA1').replace('-', '').toUpperCase() === 'SHA1'
      ? []
      : ['totp: its algorithm is not SHA1; such an app has to be set up again']),
    ...(Number(value('digits', '6')) === digits ? [] : [`totp: its codes do not have ${digits} digits`]),
    ...(Number(value('period', '30')) === periodSeconds
      ? []
      : [`totp: its codes do not change every ${periodSeconds} seconds`]),
  ];
  return faults.length > 0 ? { ok: false, faults } : { ok: true, secret };
}
