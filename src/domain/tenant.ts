/** An organisation, and what it asks of its members. */
import type { Account, Locale } from './account.ts';
import type { MethodName } from './method.ts';

export type Enforcement = 'off' | 'optional' | 'required';

/** From loosest to strictest. */
export const ENFORCEMENTS: readonly Enforcement[] = ['off', 'optional', 'required'];

export interface TenantSecondFactor {
  readonly enforcement: Enforcement;
  readonly methods: readonly MethodName[];
  /** Days for which a forced set-up may be answered with "later". */
  readonly graceDays: number;
  /** Stricter enforcement for the members of a group. */
  readonly groups: Readonly<Record<string, Enforcement>>;
  readonly trustedDevices: boolean;
  readonly setUpProof: 'email' | 'none';
  readonly resetApprovers: 1 | 2;
  /** The administrator's own explanation, per language. */
  readonly message: Readonly<Partial<Record<Locale, string>>>;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly locale: Locale;
  /** `logo` is the absolute path of a PNG, JPEG or WebP file; `colour` is #rrggbb. */
  readonly brand: { readonly logo: string | null; readonly colour: string | null };
  readonly support: { readonly email: string | null; readonly url: string | null };
  readonly secondFactor: TenantSecondFactor;
}

/** The stricter of two enforcements. */
export function stricter(a: Enforcement, b: Enforcement): Enforcement {
  return ENFORCEMENTS.indexOf(a) >= ENFORCEMENTS.indexOf(b) ? a : b;
}

/** What the tenant asks of this account: its own setting, or a stricter one of a group it is in. */
export function enforcementFor(
  settings: Pick<TenantSecondFactor, 'enforcement' | 'groups'>,
  account: Pick<Account, 'groups'>,
): Enforcement {
  return account.groups.reduce<Enforcement>(
    (found, group) => stricter(found, settings.groups[group] ?? 'off'),
    settings.enforcement,
  );
}
