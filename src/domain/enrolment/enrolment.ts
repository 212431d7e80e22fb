/** A second factor that an account has set up and proven once. */
import { traitsOf } from '../methods/index.ts';
import type { MethodName } from '../methods/method.ts';

export interface Enrolment {
  readonly id: string;
  readonly accountId: string;
  readonly tenantId: string;
  readonly method: MethodName;
  /** The person's name for it ("work phone"); empty when not named. */
  readonly label: string;
  /** The authenticator app chosen at set-up, if told. */
  readonly app: string | null;
  /**
   * Encrypted by the cipher under `enrolmentPurpose`: the key of an app, the number that codes go to, a passkey's public key
   * and what belongs to it. Null for methods without.
   */
  readonly secret: string | null;
  /**
   * TOTP: the newest time step accepted; this one and older ones are never accepted again (RFC 6238, 5.2). Passkey: the
   * highest signature counter seen (WebAuthn, 6.1.1). Recovery codes: how many there were, once all are used.
   */
  readonly lastStep: number | null;
  readonly isDefault: boolean;
  /** The second step of the account's last sign-in. Noted only where there is another one to choose. */
  readonly isLastUsed?: true;
  /** Absent: it is accepted. Else the time since which an administrator has suspended it: it still counts as set up. */
  readonly suspendedAt?: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A factor without its secret: for who looks at it. */
export type FactorSummary = Pick<Enrolment, 'id' | 'method' | 'label' | 'app' | 'isDefault' | 'createdAt'>;

export function withoutSecret({ id, method, label, app, isDefault, createdAt }: Enrolment): FactorSummary {
  return { id, method, label, app, isDefault, createdAt };
}

/** The additional authenticated data of an encrypted secret, so that it opens in its own record only. */
export function enrolmentPurpose(of: Pick<Enrolment, 'method' | 'tenantId' | 'accountId' | 'id'>): string {
  return [of.method, of.tenantId, of.accountId, of.id].join('|');
}

/** A set of recovery codes whose codes a restored backup has made void. Its owner is shown new ones. */
export function isVoidSet(enrolment: Pick<Enrolment, 'method' | 'secret'>): boolean {
  return !isFactor(enrolment) && enrolment.secret === null;
}

/** Recovery codes are no factor by themselves: where they are all there is, nothing is set up. */
export function isFactor({ method }: Pick<Enrolment, 'method'>): boolean {
  return traitsOf(method)?.isFactor ?? true;
}

export function hasFactor(enrolments: readonly Pick<Enrolment, 'method'>[]): boolean {
  return enrolments.some(isFactor);
}
