/** Creates the accounts of the configuration that the store does not have. Existing accounts never change. */
import { type Account, NEW_ACCOUNT, normaliseEmail, normalisePassword } from '../../domain/account.ts';
import { type Enrolment, enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { sentTo } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { AccountStore, EnrolmentStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasswordHasher, Random } from '../../ports/system.ts';

interface SeedingDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'insert'>;
  readonly enrolments: Pick<EnrolmentStore, 'insert'>;
  readonly hasher: Pick<PasswordHasher, 'hash'>;
  readonly cipher: Pick<Cipher, 'encrypt'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** A new account, with `password` in clear text or `passwordHash`. An account with neither is invited. */
export interface Seed extends Omit<Account, 'id' | 'createdAt' | 'updatedAt' | keyof typeof NEW_ACCOUNT> {
  readonly password: string | null;
  /** Such an account may not sign in. Default: it may. */
  readonly isDisabled?: boolean;
  readonly factors: readonly { readonly method: MethodName; readonly secret?: string }[];
}

export function createSeeding({ accounts, enrolments, hasher, cipher, clock, random }: SeedingDeps) {
  /** True when the account was created. */
  async function seed({ password, isDisabled = false, factors, ...given }: Seed): Promise<boolean> {
    const email = normaliseEmail(given.email);
    if (await accounts.findByEmail(email)) return false;
    const id = random.id();
    const passwordHash =
      password === null ? given.passwordHash : await hasher.hash(normalisePassword(password));
    // Factors are stored first, so that an interrupted start leaves no account without its factors.
    for (const { method, secret } of factors) {
      const plain = sentTo(method) === 'number' ? (given.phone ?? undefined) : secret;
      await enrolments.insert(enrolmentOf(method, plain, id, given.tenantId));
    }
    const now = clock.now();
    const more = { ...NEW_ACCOUNT, disabledAt: isDisabled ? now : null, createdAt: now, updatedAt: now };
    return accounts.insert({ ...given, ...more, id, email, passwordHash });
  }

  function enrolmentOf(
    method: MethodName,
    secret: string | undefined,
    accountId: string,
    tenantId: string,
  ): Enrolment {
    const id = random.id();
    const encrypted =
      secret === undefined
        ? null
        : cipher.encrypt(secret, enrolmentPurpose({ id, method, accountId, tenantId }));
    const unused = { label: '', app: null, lastStep: null, isDefault: false };
    return { ...unused, id, accountId, tenantId, method, secret: encrypted, createdAt: clock.now() };
  }

  return { seed };
}
