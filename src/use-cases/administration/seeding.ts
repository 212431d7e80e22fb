/** Creates the accounts that the configuration names and the store does not have; never changes one. */
import { type Account, normaliseEmail, normalisePassword } from '../../domain/account.ts';
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

/** An account to be; `password` in clear text or `passwordHash`, or neither for somebody to be invited. */
export interface Seed extends Omit<Account, 'id' | 'createdAt' | 'locale' | 'frozenAt'> {
  readonly password: string | null;
  readonly factors: readonly { readonly method: MethodName; readonly secret?: string }[];
}

export function createSeeding({ accounts, enrolments, hasher, cipher, clock, random }: SeedingDeps) {
  /** True when the account was created. */
  async function seed({ password, factors, ...given }: Seed): Promise<boolean> {
    const email = normaliseEmail(given.email);
    if (await accounts.findByEmail(email)) return false;
    const id = random.id();
    const passwordHash =
      password === null ? given.passwordHash : await hasher.hash(normalisePassword(password));
    // Factors first: an account is never there without the ones it was given, wherever this is interrupted.
    for (const { method, secret } of factors) {
      const plain = sentTo(method) === 'number' ? (given.phone ?? undefined) : secret;
      await enrolments.insert(enrolmentOf(method, plain, id, given.tenantId));
    }
    const more = { locale: null, frozenAt: null, createdAt: clock.now() };
    return accounts.insert({ ...given, ...more, id, email, passwordHash });
  }

  function enrolmentOf(
    method: MethodName,
    secret: string | undefined,
    accountId: string,
    tenantId: string,
  ): Enrolment {
    const id = random.id();
    const sealed =
      secret === undefined
        ? null
        : cipher.encrypt(secret, enrolmentPurpose({ id, method, accountId, tenantId }));
    const unused = { label: '', app: null, lastStep: null, isDefault: false };
    return { ...unused, id, accountId, tenantId, method, secret: sealed, createdAt: clock.now() };
  }

  return { seed };
}
