/** An organisation, and its requirements for members. */
import type { Account, Locale, Role } from './account.ts';
import { CATALOGUE, traitsOf } from './methods/index.ts';
import type { MethodName } from './methods/method.ts';

export type Enforcement = 'off' | 'optional' | 'required';

/** From loosest to strictest. */
export const ENFORCEMENTS: readonly Enforcement[] = ['off', 'optional', 'required'];

/** The level that satisfies the policy: any factor, two factors, or a phishing-resistant one. */
export type Minimum = 'any' | 'mfa' | 'phr';

/** From lowest to highest. */
export const MINIMUMS: readonly Minimum[] = ['any', 'mfa', 'phr'];

/** The demand of a tenant on an account. */
export interface Requirement {
  readonly enforcement: Enforcement;
  readonly minimum: Minimum;
}

/** The stricter demand on the members of a group. The short form has the minimum `any`. */
export type GroupRule = Enforcement | Requirement;

/** Days. */
export const MOST_GRACE_DAYS = 365;
/** Characters of the explanation in one language. */
export const LONGEST_MESSAGE = 2000;

export interface TenantSecondFactor {
  readonly enforcement: Enforcement;
  readonly minimum: Minimum;
  readonly methods: readonly MethodName[];
  /** Days for which a required enrolment can be postponed. */
  readonly graceDays: number;
  readonly groups: Readonly<Record<string, GroupRule>>;
  readonly trustedDevices: boolean;
  /** Whether a passkey with user verification signs members in without a password. */
  readonly passkeySignIn: boolean;
  readonly setUpProof: 'email' | 'none';
  readonly resetApprovers: 1 | 2;
  /** Hours between the approval of a reset and its effect. */
  readonly resetCoolingOffHours: number;
  /** The administrator's own explanation, per language. */
  readonly message: Readonly<Partial<Record<Locale, string>>>;
}

/** The colour of a brand, in three or six hexadecimal digits. */
export const COLOUR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly locale: Locale;
  /** The IANA name of the time zone of its members, in which pages and messages write moments. */
  readonly timeZone: string;
  /** ISO 3166-1 alpha-2: the country of its members' telephone numbers. Null follows their language. */
  readonly country: string | null;
  /** `logo` is the absolute path of a PNG, JPEG or WebP file; `colour` is #rrggbb. */
  readonly brand: { readonly logo: string | null; readonly colour: string | null };
  readonly support: { readonly email: string | null; readonly url: string | null };
  readonly secondFactor: TenantSecondFactor;
}

/** The stricter of two enforcements. */
export function stricter(a: Enforcement, b: Enforcement): Enforcement {
  return ENFORCEMENTS.indexOf(a) >= ENFORCEMENTS.indexOf(b) ? a : b;
}

/** The higher of two minimums. */
export function higher(a: Minimum, b: Minimum): Minimum {
  return MINIMUMS.indexOf(a) >= MINIMUMS.indexOf(b) ? a : b;
}

/** The stricter of two requirements, in each of their parts. */
export function strictest(a: Requirement, b: Requirement): Requirement {
  return {
    enforcement: stricter(a.enforcement, b.enforcement),
    minimum: higher(a.minimum, b.minimum),
  };
}

/** A group without a rule asks nothing. */
export function requirementOf(rule: GroupRule | undefined): Requirement {
  return typeof rule === 'object' ? rule : { enforcement: rule ?? 'off', minimum: 'any' };
}

/** The rule in its shortest form, which is the only one that is stored. */
export function ruleOf({ enforcement, minimum }: Requirement): GroupRule {
  return minimum === 'any' ? enforcement : { enforcement, minimum };
}

/** The requirement for an account: the setting of its tenant, or a stricter one of its groups or of the person. */
export function requirementFor(
  settings: Pick<TenantSecondFactor, 'enforcement' | 'minimum' | 'groups'>,
  account: Pick<Account, 'groups'> & Partial<Pick<Account, 'enforcement'>>,
): Requirement {
  return account.groups.reduce<Requirement>(
    (found, group) => strictest(found, requirementOf(settings.groups[group])),
    { enforcement: account.enforcement ?? settings.enforcement, minimum: settings.minimum },
  );
}

/** The enforcement alone. */
export function enforcementFor(
  settings: Pick<TenantSecondFactor, 'enforcement' | 'groups'>,
  account: Pick<Account, 'groups'> & Partial<Pick<Account, 'enforcement'>>,
): Enforcement {
  return requirementFor({ ...settings, minimum: 'any' }, account).enforcement;
}

/** The strictest requirement on anybody. */
export function strictestRequirement({
  enforcement,
  minimum,
  groups,
}: Pick<TenantSecondFactor, 'enforcement' | 'minimum' | 'groups'>): Requirement {
  return Object.values(groups).map(requirementOf).reduce(strictest, { enforcement, minimum });
}

/**
 * The methods that an account may enrol, in the order of offering. An account that may use a restricted method is offered
 * an alternative beside it (NIST SP 800-63B-4, 3.1.3.3). Administrators, managers and the help desk need a second factor for
 * the console, whatever the tenant asks of its members.
 */
export function methodsOnOffer(
  enforcement: Enforcement,
  methods: readonly MethodName[],
  role: Role,
): readonly MethodName[] {
  const allowed = new Set<MethodName>(enforcement === 'off' ? [] : methods);
  if (role !== 'member' || [...allowed].some((name) => traitsOf(name)?.isRestricted)) {
    for (const { name, traits } of CATALOGUE) if (traits.isAlternative) allowed.add(name);
  }
  const known = CATALOGUE.map(({ name }) => name).filter((name) => allowed.has(name));
  // Methods that a host has added come last.
  return [...known, ...[...allowed].filter((name) => !known.includes(name))];
}

/** Whether the tenant lets some member sign in with this method alone. */
export function mayStandForMembers(method: MethodName, settings: TenantSecondFactor): boolean {
  return mayStandAlone(method, strictestRequirement(settings).enforcement, settings, 'member');
}

/** Whether the tenant lets an account sign in with this method alone, where the method is two factors by itself. */
export function mayStandAlone(
  method: MethodName,
  enforcement: Enforcement,
  { methods, passkeySignIn }: Pick<TenantSecondFactor, 'methods' | 'passkeySignIn'>,
  role: Role,
): boolean {
  return passkeySignIn && methodsOnOffer(enforcement, methods, role).includes(method);
}
