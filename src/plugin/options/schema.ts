/** The options of the plugin: shapes, defaults and meanings. Types and reference are generated from here. */
import { z } from 'zod';
import type { Account } from '../../domain/account.ts';
import { NUMBER_PREFIX } from '../../domain/contact.ts';
import type { RenderSome, SecondFactorPage } from '../../http/pages/page-contract.ts';
import type { ClientName } from '../../http/second-factor/open-interaction.ts';
import type { ClientRule } from '../../oidc/requests/requested-assurance.ts';
import type { ReencryptableEnrolments } from '../../ports/keys.ts';
import type { Log } from '../../ports/log.ts';
import type { MessageSender, Messenger, Notify } from '../../ports/senders.ts';
import type {
  AttemptStore,
  AuditStore,
  LockoutStore,
  OnceStore,
  SignInRecordStore,
  TransactionStore,
  TrustedBrowserStore,
} from '../../ports/stores.ts';
import type { AuditLog, Clock, Random } from '../../ports/system.ts';
import { callback, createOptionReader, having, text, typed } from '../option-check.ts';
import { refuseImpossible } from './checks.ts';
import { policy, tenants } from './policy.ts';
import type { SecondFactorOptions } from './published.ts';
import type { HostAccount } from './published-account.ts';

/** Characters. 16 random bytes in base64 have 24; a key of this length is not one that a person made up. */
const SHORTEST_KEY = 32;

/** It stands before the colon in an `otpauth:` address. */
const spoken = text.regex(/^[^:]+$/, 'must have no colon');
const key = z.string().min(SHORTEST_KEY, 'is shorter than 32 characters');
/** Ten minutes at most: NIST SP 800-63B-4, 3.1.3.2. */
const lifetimeSeconds = z
  .int()
  .min(30)
  .max(600)
  .default(90)
  .describe('Seconds for which a code is valid (NIST SP 800-63B-4, 3.1.3.2).');
const digits: z.ZodType<number, number> = typed('number', z.literal([6, 8]));
const amount = z.int().positive();

function store<T>(typescript: string) {
  return typed(
    typescript,
    z.custom<T>((value) => typeof value === 'object' && value !== null, 'is missing'),
  );
}

const durable = z
  .object({
    enrolments: store<ReencryptableEnrolments>('ReencryptableEnrolments').describe(
      'The factors that people have set up, with their encrypted secrets.',
    ),
    onceKeys: store<OnceStore>('OnceStore').describe(
      'Keys that can be taken once, such as a code that was used.',
    ),
    lockouts: store<LockoutStore>('LockoutStore').describe('Lock-outs after too many failed attempts.'),
    records: store<SignInRecordStore>('SignInRecordStore').describe(
      'The evidence of each sign-in, by which its session and tokens are judged.',
    ),
    trustedBrowsers: store<TrustedBrowserStore>('TrustedBrowserStore').describe(
      'The browsers that people trust.',
    ),
    audit: store<Pick<AuditStore, 'append'>>("Pick<AuditStore, 'append'>").describe('The audit events.'),
  })
  .meta({ interface: 'DurableStores' })
  .describe('Stores that must survive a restart. Without them a password alone would be enough.');

const shortLived = z
  .object({
    transactions: store<TransactionStore>('TransactionStore').describe('The sign-ins in progress.'),
    attempts: store<AttemptStore>('AttemptStore').describe('Counters of attempts and of messages.'),
  })
  .meta({ interface: 'ShortLivedStores' })
  .describe('Stores that may be lost. People then sign in again.');

const storage = {
  stores: z
    .object({ durable, shortLived })
    .describe(
      'From `doublelock/embedded`, `doublelock/mongo`, `doublelock/redis`, or stores of your own that keep the same contract.',
    ),
  encryption: z
    .array(
      z.strictObject({
        id: text.describe('Stands beside each secret that the key encrypted.'),
        key: key.describe('32 characters or more, from a random source.'),
      }),
    )
    .min(1)
    .readonly()
    .describe(
      'Keys that encrypt secrets. The first encrypts; the others still decrypt, and a factor that is used is encrypted anew with the first. Back them up: without them every factor is lost.',
    ),
  digestKey: key
    .optional()
    .meta({ fallback: 'made from the last key of `encryption`' })
    .describe(
      'The key for digests, by which recovery codes and trusted browsers are found. Give the text of the last key of `encryption` here before you take that key off the list.',
    ),
};

const accounts = {
  account: callback<(id: string) => HostAccount | null | undefined | Promise<HostAccount | null | undefined>>(
    '(id: string) => HostAccount | null | undefined | Promise<HostAccount | null | undefined>',
  ).describe(
    'Finds the account with this id; null or undefined when there is none. It is called at least once in a request, and its answer is not kept. An account that `findAccount` knows and this function does not is asked to sign in again and again; `log` reports it.',
  ),
  policy,
  tenants,
  clientRule: callback<(clientId: string) => Partial<ClientRule>>('(clientId: string) => Partial<ClientRule>')
    .optional()
    .meta({ fallback: 'no rule' })
    .describe(
      'The rule for an application. With `{ always: true }` it accepts nobody without a second factor.',
    ),
  onContact: callback<
    (accountId: string, contact: { readonly email: string } | { readonly phone: string | null }) => unknown
  >('(accountId: string, contact: { readonly email: string } | { readonly phone: string | null }) => unknown')
    .optional()
    .meta({ fallback: 'nobody is told, and `log` reports a confirmed address' })
    .describe(
      'Called when a person has proven an e-mail address or a telephone number. From then on `account` returns it, as `phone` or with `emailConfirmed`. A host that keeps no such thing sets `email: null`, unless all its addresses are confirmed.',
    ),
};

const methods = {
  name: spoken
    .default('Doublelock')
    .describe('The name of your service, on pages and in authenticator apps. It has no colon.'),
  totp: z
    .strictObject({
      issuer: spoken
        .optional()
        .meta({ fallback: '`name`' })
        .describe('The name that an authenticator app shows. It has no colon.'),
      digits: digits.default(6).describe('Digits of a code: 6 or 8.'),
      periodSeconds: z
        .int()
        .min(15)
        .max(120)
        .default(30)
        .describe('Seconds of one time step (RFC 6238, 5.2).'),
      driftSteps: z
        .int()
        .min(0)
        .max(2)
        .default(1)
        .describe('Time steps before and after the present one that are accepted (RFC 6238, 5.2).'),
    })
    .prefault({})
    .describe('Codes of authenticator apps.'),
  email: z
    .strictObject({ lifetimeSeconds })
    .nullable()
    .optional()
    .meta({ fallback: 'on, when there is a `sender` or a `messenger`' })
    .describe('Codes by e-mail. Null turns them off.'),
  sms: z
    .strictObject({
      lifetimeSeconds,
      allowedPrefixes: z
        .array(z.string().regex(NUMBER_PREFIX, 'must be a plus sign and digits, such as +31'))
        .readonly()
        .nullable()
        .optional()
        .meta({ fallback: 'no number, so that SMS is not offered' })
        .describe('Beginnings of the numbers that get messages, such as `+31`. Null allows every number.'),
      perBlockHour: amount
        .default(10)
        .describe('Messages an hour to unproven numbers of one block of a thousand, against SMS pumping.'),
      perTenantDay: amount
        .default(5000)
        .describe('Messages a day for a tenant: as many for sign-ins, for set-ups and for notices.'),
      perDay: amount.default(20_000).describe('Messages a day in all, counted for each use as well.'),
    })
    .nullable()
    .optional()
    .meta({ fallback: 'off' })
    .describe('Codes by SMS. Null turns them off.'),
  trustDays: z.int().min(1).max(365).default(30).describe('Days for which a browser is trusted.'),
  trustedCookieName: z
    .string()
    .regex(/^[\w-]{1,40}$/, 'must be 1 to 40 letters, digits, hyphens or underscores')
    .default('second-factor-trusted')
    .describe(
      'The cookies of trusted browsers are named so, with a hyphen and a mark of the account after it.',
    ),
};

const messages = {
  sender: having<MessageSender>('MessageSender', 'send')
    .optional()
    .meta({ fallback: 'no e-mail and no SMS is sent' })
    .describe(
      'Sends e-mails and text messages: from `doublelock/delivery`, or your own. When it rejects, the page says that the message was not sent, and `log` gets the reason.',
    ),
  messenger: having<Messenger>('Messenger', 'send')
    .optional()
    .meta({ fallback: 'the texts of the package, sent by `sender`' })
    .describe('Writes the messages too. It replaces `sender`.'),
  notify: callback<Notify>('Notify')
    .optional()
    .meta({ fallback: 'an e-mail, and an SMS about a factor, when there is a `sender` or a `messenger`' })
    .describe('Tells people about changes to their account.'),
  notMeUrl: callback<(account: Account) => string | null>('(account: Account) => string | null')
    .optional()
    .meta({ fallback: 'no such link' })
    .describe(
      'The link in a notice for a person who did not make the change, at the origin of the issuer. It needs a `sender` or a `messenger`.',
    ),
  confirmUrl: callback<(account: Account) => string | null>('(account: Account) => string | null')
    .optional()
    .meta({ fallback: 'no such link' })
    .describe(
      'The link that confirms an e-mail address without a code, at the origin of the issuer. It needs a `sender` or a `messenger`.',
    ),
};

const pages = {
  basePath: z
    .string()
    .regex(/^(?:\/[\w.~-]+)*$/, 'must be empty or like /oidc')
    .optional()
    .meta({ fallback: 'the path of the issuer' })
    .describe(
      'The path under which the provider is mounted, without a slash at its end. The pages are at `/interaction/:uid/second-factor` under it, and their styles under `/second-factor`.',
    ),
  homeUrl: text.nullable().default(null).describe('The link on the error page. Null: no link.'),
  clientName: callback<ClientName>('ClientName')
    .optional()
    .meta({ fallback: '`client_name` of the client, or its id' })
    .describe('The name of an application on the pages.'),
  render: callback<RenderSome<SecondFactorPage>>('RenderSome<SecondFactorPage>')
    .optional()
    .meta({ fallback: 'the pages of the package' })
    .describe(
      'Draws the pages in place of the package: it sets `ctx.body` for each page of `SecondFactorPage`. Status and cache headers are set already. A form posts to `action` of its model, with `token` as `_token`, and is never shown in a frame. Field and button names are those of the views of the package, and `seen` is sent back unchanged. `cancel` is a form of its own.',
    ),
};

const system = {
  log: callback<Log>('Log').optional().meta({ fallback: 'standard error' }).describe('Gets the faults.'),
  auditLog: callback<AuditLog>('AuditLog')
    .optional()
    .meta({ fallback: 'appends to `stores.durable.audit`' })
    .describe('Gets the audit events.'),
  clock: having<Clock>('Clock', 'now')
    .optional()
    .meta({ fallback: 'the clock of the system' })
    .describe('The time, in milliseconds since the epoch.'),
  random: having<Random>('Random', 'id', 'bytes')
    .optional()
    .meta({ fallback: 'the random source of the system' })
    .describe('Random ids and bytes.'),
};

/** The options by subject, in the order of the reference. */
export const sections = {
  'Storage and keys': storage,
  'Accounts and policy': accounts,
  Methods: methods,
  Messages: messages,
  Pages: pages,
  System: system,
};

export const optionsSchema = z
  .strictObject({ ...storage, ...accounts, ...methods, ...messages, ...pages, ...system })
  .superRefine((options, { addIssue }) =>
    refuseImpossible(options, (path, message) => addIssue({ code: 'custom', path: [...path], message })),
  );

/** The options with their defaults filled in. */
export type Options = z.output<typeof optionsSchema>;

/** Throws a TypeError with every fault on a line of its own, and no value that was given. */
export const readOptions: (given: SecondFactorOptions) => Options = createOptionReader(
  'secondFactor',
  optionsSchema,
);
