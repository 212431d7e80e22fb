/** An account of the host, as `account` of the options returns it. */
import { z } from 'zod';
import { LOCALES, type Role } from '../../domain/account.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { Log } from '../../ports/log.ts';
import type { AccountStore } from '../../ports/stores.ts';
import { typed } from '../option-check.ts';
import type { Options } from './schema.ts';

const role: z.ZodType<Role, Role> = typed('Role', z.enum(['member', 'helpdesk', 'manager', 'admin']));

/** Types and reference alone are made from it: a record of a host's database may hold more, in other shapes. */
export const hostAccount = z
  .object({
    id: z.unknown().meta({ typescript: 'unknown' }).describe('Not read: the id that was asked for counts.'),
    email: z
      .string()
      .nullish()
      .meta({ fallback: 'the id' })
      .describe('Gets the mails, and tells accounts apart in the authenticator app.'),
    emailConfirmed: z
      .boolean()
      .nullish()
      .meta({ fallback: '`false`' })
      .describe(
        'Whether the address is known to reach this person. Codes to sign in go to confirmed addresses only. A person confirms one by setting up codes by e-mail, or by `setUpProof`; `onContact` is then called.',
      ),
    phone: z
      .string()
      .nullish()
      .meta({ fallback: 'not known' })
      .describe(
        'E.164. Codes by SMS go to the number that was proven at set-up, while it is this one. A host that returns numbers here keeps those that `onContact` tells.',
      ),
    frozenAt: z
      .number()
      .nullish()
      .meta({ fallback: 'factors may be changed' })
      .describe('The time, in milliseconds since the epoch, from which factors may not be changed.'),
    heldAt: z
      .number()
      .nullish()
      .meta({ fallback: 'the policy decides' })
      .describe(
        'The time, in milliseconds since the epoch, since which every sign-in needs a second factor. Set it when the person reports that nobody asked for the removal of a factor, and clear it when an administrator has looked.',
      ),
    endsBefore: z
      .number()
      .nullish()
      .meta({ fallback: 'that of `frozenAt`' })
      .describe(
        'Every sign-in, session, token and trusted browser from before this time has ended, in milliseconds since the epoch. Raise it when the person reports "it was not me", changes the password or is disabled, and never lower it. A host that clears `frozenAt` without it makes a sign-in from before the report valid again.',
      ),
    disabledAt: z
      .number()
      .nullish()
      .meta({ fallback: 'the account may sign in' })
      .describe(
        'The time, in milliseconds since the epoch, from which the account may not sign in. While it is set, nothing of the account can be used: sessions, tokens, passkeys, trusted browsers, links. The login page of the host refuses the password.',
      ),
    name: z.string().nullish().meta({ fallback: 'the e-mail address' }).describe('The name of the person.'),
    tenantId: z
      .string()
      .nullish()
      .meta({ fallback: 'the tenant, when there is only one' })
      .describe('The id of one of `tenants`.'),
    role: role
      .nullish()
      .meta({ fallback: '`member`' })
      .describe(
        'An `admin` may always set up an authenticator app or a passkey, whatever the tenant allows.',
      ),
    groups: z
      .array(z.string())
      .readonly()
      .nullish()
      .meta({ fallback: 'none' })
      .describe('The groups that `policy.groups` names.'),
    locale: z
      .string()
      .nullish()
      .meta({ fallback: 'that of the tenant' })
      .describe('The language that the person chose: `en` or `nl`.'),
  })
  .partial({ id: true })
  .meta({ interface: 'HostAccount' })
  .describe('An account of the host. Properties that are not listed are not read.');

/**
 * Reads accounts from the host as a store of ours would. Each property is read by its name, because a record of a
 * database may hold more.
 */
export function accountsOf(
  { account, onContact }: Pick<Options, 'account' | 'onContact'>,
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
      // Such an account can't sign in; the log line tells the host why.
      if (!ids.has(tenantId)) log({ event: 'account.without_tenant', account_id: id, tenant: tenantId });
      const { email, emailConfirmed, phone, name, role, groups, locale } = found;
      const { frozenAt, heldAt, endsBefore, disabledAt } = found;
      return {
        id,
        tenantId,
        email: email ?? id,
        emailConfirmed: emailConfirmed ?? false,
        phone: phone ?? null,
        frozenAt: frozenAt ?? null,
        heldAt: heldAt ?? null,
        endsBefore: endsBefore ?? null,
        disabledAt: disabledAt ?? null,
        name: name ?? email ?? id,
        role: role ?? 'member',
        groups: groups ?? [],
        locale: LOCALES.find((known) => known === locale) ?? null,
        ...UNUSED,
      };
    },
    async confirmEmail(id, email) {
      // Codes go to confirmed addresses only, so that a factor that was just set up could never be used.
      if (!onContact) log({ event: 'contact.not_kept', account_id: id, reason: 'there is no onContact' });
      await onContact?.(id, { email });
      return true;
    },
    async setPhone(id, phone) {
      await onContact?.(id, { phone });
    },
  };
}

/** Properties of an account that the second factor does not read. */
const UNUSED = {
  notificationEmail: null,
  invitedAt: null,
  mailResetAt: null,
  enforcement: null,
  pendingEmail: null,
  pendingNotificationEmail: null,
  formerEmails: [],
  givenName: null,
  familyName: null,
  username: null,
  attributes: {},
  manages: [],
  passwordHash: null,
  createdAt: 0,
  updatedAt: 0,
};
