/** Builds an account of the configuration from its checked form. */
import { normaliseEmail, shownEmail } from '../../domain/account.ts';
import type { ConfigFile } from '../schema/file.ts';
import type { SeedAccount } from '../shape.ts';

type AccountOfFile = Omit<ConfigFile['accounts'][number], `${string}_file`>;

export function accountOf(account: AccountOfFile): SeedAccount {
  const email = normaliseEmail(account.email);
  return {
    email,
    name: account.name ?? shownEmail(email),
    givenName: account.given_name,
    familyName: account.family_name,
    username: account.username,
    locale: account.locale,
    attributes: account.attributes,
    tenantId: account.tenant,
    role: account.role,
    groups: account.groups,
    manages: account.manages,
    // An e-mail factor implies a mailed code that was answered, so the address is confirmed.
    emailConfirmed: account.email_confirmed || account.factors.some(({ method }) => method === 'email'),
    phone: account.phone,
    password: account.password,
    passwordHash: account.password_hash,
    factors: account.factors.map((factor) =>
      factor.method === 'totp'
        ? { method: 'totp', secret: (factor.secret ?? '').toUpperCase() }
        : { method: factor.method },
    ),
  };
}
