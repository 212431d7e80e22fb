/** The lowest level of a tenant's policy, and how far a sign-in or a factor meets it. */
import type { Catalogue } from '../methods/contract.ts';
import { traitsOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';
import {
  type Enforcement,
  MINIMUMS,
  type Minimum,
  type Requirement,
  type TenantSecondFactor,
} from '../tenant.ts';
import { type Acr, rank } from './acr.ts';

/** Null: any factor meets it. */
const LEVELS: Readonly<Record<Minimum, Acr | null>> = {
  any: null,
  mfa: 'https://refeds.org/profile/mfa',
  phr: 'phr',
};

/** The level of a minimum. Null: any factor meets it. */
export function levelOfMinimum(minimum: Minimum): Acr | null {
  return LEVELS[minimum];
}

/** Whether a factor of this method can reach a minimum, together with the password. An unknown one is a factor, and no more. */
export function reaches(method: MethodName, minimum: Minimum, catalogue?: Catalogue): boolean {
  const traits = traitsOf(method, catalogue);
  if (!traits) return minimum === 'any';
  return traits.isFactor && rank(traits.acr) >= rankOf(minimum);
}

/** Whether a factor of this method is worth setting up where the policy requires one. */
export function isWorthSettingUp(method: MethodName, { enforcement, minimum }: Requirement): boolean {
  return enforcement !== 'required' || reaches(method, minimum);
}

/**
 * The minimum that an account has to meet. `optional` interrupts nobody with a set-up: it asks for the highest minimum that
 * the factors of the account can meet, the ones that cannot be used now included.
 */
export function minimumFor(
  { enforcement, minimum }: Requirement,
  factors: readonly { readonly method: MethodName }[],
  catalogue?: Catalogue,
): Minimum {
  const isMetBy = (level: Minimum) => factors.some(({ method }) => reaches(method, level, catalogue));
  const byEnforcement: Readonly<Record<Enforcement, () => Minimum>> = {
    off: () => 'any',
    optional: () => minimumsTo(minimum).findLast(isMetBy) ?? 'any',
    required: () => minimum,
  };
  return byEnforcement[enforcement]();
}

/** Those that a sign-in does not meet, lowest first. `acr`: the level that was reached. `isProven`: a factor was given. */
export function unmetMinimums(minimum: Minimum, acr: Acr, isProven: boolean): readonly Minimum[] {
  return minimumsTo(minimum).filter((each) => !isProven || rank(acr) < rankOf(each));
}

/**
 * The levels that a factor of the account is asked for now, as a method knows them: those that were requested, and at least
 * the minimum. Null: none.
 */
export function acrsAsked(
  acrs: readonly Acr[] | null,
  of: Requirement & { readonly enrolments: readonly { readonly method: MethodName }[] },
): readonly Acr[] | null {
  const level = levelOfMinimum(minimumFor(of, of.enrolments));
  if (level === null) return acrs;
  const higher = (acrs ?? []).filter((acr) => rank(acr) >= rank(level));
  return higher.length > 0 ? higher : [level];
}

/** Those that no factor of an account can meet, lowest first. */
export function unmetByFactors(
  minimum: Minimum,
  factors: readonly { readonly method: MethodName }[],
): readonly Minimum[] {
  return minimumsTo(minimum).filter((each) => !factors.some(({ method }) => reaches(method, each)));
}

/** Whether a trusted browser can take the place of a second factor. It meets no minimum but `any`. */
export function mayTrustBrowsers(
  { minimum }: Pick<Requirement, 'minimum'>,
  { trustedDevices }: Pick<TenantSecondFactor, 'trustedDevices'>,
): boolean {
  return trustedDevices && minimum === 'any';
}

/** Whether one of these methods can reach it. */
export function isReachedBySome(minimum: Minimum, methods: readonly MethodName[]): boolean {
  return methods.some((method) => reaches(method, minimum));
}

/** Those up to this one, lowest first. */
export function minimumsTo(minimum: Minimum): readonly Minimum[] {
  return MINIMUMS.slice(0, MINIMUMS.indexOf(minimum) + 1);
}

function rankOf(minimum: Minimum): number {
  const level = LEVELS[minimum];
  return level === null ? 0 : rank(level);
}
