/** Creates the accounts of the configuration, and those of the operator. Existing accounts never change. */
import { type Account, NEW_ACCOUNT, normaliseEmail, normalisePassword } from '../../domain/account.ts';
import { type Enrolment, enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import { sentTo } from '../../domain/methods/index.ts';
import type { MethodName } from '../../domain/methods/method.ts';
import type { AccountStore, EnrolmentStore } from '../../ports/stores.ts';
import type { Cipher, Clock, PasswordHasher, Random } from '../../ports/system.ts';

interface SeedingDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail' | 'insert'>;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove'>;
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
  /** Gives the account. Null when its e-mail address has one already. */
  async function create({ password, isDisabled = false, factors, ...given }: Seed): Promise<Account | null> {
    const email = normaliseEmail(given.email);
    if (await accounts.findByEmail(email)) return null;
    const passwordHash =
      password === null ? given.passwordHash : await hasher.hash(normalisePassword(password));
    // Hashes take their time, and another instance may work on the same list.
    if (password !== null && (await accounts.findByEmail(email))) return null;
    const id = random.id();
    // Factors are stored first, so that an interrupted start leaves no account without its factors.
    const enrolled = factors.map(({ method, secret }) => {
      const plain = sentTo(method) === 'number' ? (given.phone ?? undefined) : secret;
      return enrolmentOf(method, plain, id, given.tenantId);
    });
    for (const enrolment of enrolled) await enrolments.insert(enrolment);
    const now = clock.now();
    // Named one by one: an account of the configuration has more than is stored.
    const { tenantId, name, givenName, familyName, username, attributes } = given;
    const { locale, role, groups, manages, emailConfirmed, phone } = given;
    const account = {
      ...NEW_ACCOUNT,
      disabledAt: isDisabled ? now : null,
      ...{ id, tenantId, email, emailConfirmed, phone, passwordHash, locale, role, groups, manages },
      ...{ name, givenName, familyName, username, attributes, createdAt: now, updatedAt: now },
    };
    if (await accounts.insert(account)) return account;
    for (const enrolment of enrolled) await enrolments.remove(id, enrolment.id);
    return null;
  }

  /** True when the account was created. */
  async function seed(given: Seed): Promise<boolean> {
    return (await create(given)) !== null;
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

  return { create, seed };
}
