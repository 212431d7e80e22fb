/** Looks through what a host says for what it can't have meant: a misspelt rule must not be a rule that is off. */
import { z } from 'zod';
import { LOCALES } from '../domain/account.ts';
import { NUMBER_PREFIX } from '../domain/contact.ts';
import { CONFIGURABLE_METHODS } from '../domain/methods/method.ts';
import { COLOUR, ENFORCEMENTS } from '../domain/tenant.ts';
import { act, createOptionCheck, having } from './option-check.ts';

/** Characters: 16 random bytes in base64 and more; nothing that somebody made up. */
const SHORTEST_KEY = 32;

const text = z.string().min(1);
/** It stands before the colon in an `otpauth:` address. */
const spoken = text.regex(/^[^:]+$/, 'must have no colon');
const key = z.string().min(SHORTEST_KEY, 'is shorter than 32 characters');
const part = z.custom((value) => typeof value === 'object' && value !== null, 'is missing');
/** Seconds: as long as codes that are sent may live (NIST SP 800-63B-4, 3.1.3.2). */
const lifetime = z.int().min(30).max(600);
const enforcement = z.enum(ENFORCEMENTS);
const colour = text.regex(COLOUR, 'must be a hexadecimal colour, such as #1f6feb');

const policy = z
  .strictObject({
    enforcement,
    methods: z.array(z.enum(CONFIGURABLE_METHODS)),
    graceDays: z.number().min(0).max(365),
    groups: z.record(text, enforcement),
    trustedDevices: z.boolean(),
    setUpProof: z.enum(['email', 'none']),
    resetApprovers: z.literal([1, 2]),
    message: z.partialRecord(z.enum(LOCALES), z.string().optional()),
  })
  .partial();

const tenant = z
  .strictObject({
    id: text,
    name: text,
    locale: z.enum(LOCALES),
    brand: z.strictObject({ logo: text.nullable(), colour: colour.nullable() }).partial(),
    support: z.strictObject({ email: text.nullable(), url: text.nullable() }).partial(),
    secondFactor: policy,
  })
  .partial();

const tenants = z
  .array(tenant)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two of them have the same id');

const shape = z.strictObject({
  stores: z.object({
    durable: z.object({
      enrolments: part,
      onceKeys: part,
      lockouts: part,
      records: part,
      trustedBrowsers: part,
      audit: part,
    }),
    shortLived: z.object({ transactions: part, attempts: part }),
  }),
  encryption: z.array(z.strictObject({ id: text, key })).min(1),
  account: act,
  ...z
    .strictObject({
      name: spoken,
      policy,
      tenants,
      totp: z
        .strictObject({
          issuer: spoken,
          digits: z.literal([6, 8]),
          periodSeconds: z.int().min(15).max(120),
          driftSteps: z.int().min(0).max(2),
        })
        .partial(),
      sender: having('send'),
      messenger: having('send'),
      email: z.strictObject({ lifetimeSeconds: lifetime }).partial().nullable(),
      sms: z
        .strictObject({
          lifetimeSeconds: lifetime,
          allowedPrefixes: z.array(z.string().regex(NUMBER_PREFIX)).nullable(),
          perBlockHour: z.int().positive(),
          perTenantDay: z.int().positive(),
          perDay: z.int().positive(),
        })
        .partial()
        .nullable(),
      trustedCookieName: z.string().regex(/^[\w-]{1,40}$/),
      trustDays: z.int().min(1).max(365),
      notify: act,
      notMeUrl: act,
      confirmUrl: act,
      onContact: act,
      clientRule: act,
      clientName: act,
      basePath: z.string().regex(/^(?:\/[\w.~-]+)*$/, 'must be empty or like /oidc'),
      homeUrl: text.nullable(),
      render: act,
      log: act,
      auditLog: act,
      clock: having('now'),
      random: having('id', 'bytes'),
      accountOf: act,
      digestKey: key,
      cipher: having('encrypt', 'decrypt', 'tryDecrypt', 'keyIdOf', 'digest'),
      issuedLifetimeMs: z.number().positive(),
      interactionUrl: act,
      passwordUrl: act,
      onSignedIn: act,
    })
    .partial().shape,
});

type Given = z.infer<typeof shape>;
type Path = readonly (string | number)[];

const SENT = ['email', 'sms'] as const;
const NEEDS_SENDER = 'needs a sender';

const options = shape.superRefine((given, { addIssue }) =>
  refuseWhatCannotBe(given, (path, message) => addIssue({ code: 'custom', path: [...path], message })),
);

/** What is asked for by name and can't be done would be off, and nobody would know. */
function refuseWhatCannotBe(given: Given, fault: (path: Path, message: string) => void): void {
  const canSend = given.sender !== undefined || given.messenger !== undefined;

  function lackOf(method: (typeof SENT)[number]): string | null {
    if (given[method] === null) return 'is null';
    if (!canSend) return NEEDS_SENDER;
    const isNowhere = method === 'sms' && given.sms?.allowedPrefixes === undefined;
    return isNowhere ? 'needs allowedPrefixes, which say to which countries it goes' : null;
  }

  function look(asked: Given['policy'], at: Path): void {
    const named = SENT.filter((method) => asked?.methods?.includes(method));
    for (const method of named) refuse([...at, 'methods'], method, `${method} `);
    if (asked?.setUpProof === 'email') refuse([...at, 'setUpProof'], 'email', 'email ');
  }

  /** Whoever must set up a factor must have one to set up. */
  function lookForAny({ methods, enforcement, groups }: NonNullable<Given['policy']>, at: Path): void {
    const isDemanded = [enforcement, ...Object.values(groups ?? {})].includes('required');
    if (!isDemanded || !methods || methods.some((method) => method !== 'app')) return;
    fault([...at, 'methods'], 'has nothing that can be set up, so that nobody could sign in');
  }

  function refuse(path: Path, method: (typeof SENT)[number], subject = ''): void {
    const lack = lackOf(method);
    if (lack !== null) fault(path, `${subject}${lack}`);
  }

  look(given.policy, ['policy']);
  if (!given.tenants) lookForAny({ ...given.policy }, ['policy']);
  for (const [index, { secondFactor }] of (given.tenants ?? []).entries()) {
    look(secondFactor, ['tenants', index, 'secondFactor']);
    lookForAny({ ...given.policy, ...secondFactor }, ['tenants', index, 'secondFactor']);
  }
  for (const method of SENT) if (given[method]) refuse([method], method);
  for (const link of ['confirmUrl', 'notMeUrl'] as const) {
    if (given[link] && !canSend) fault([link], NEEDS_SENDER);
  }
}

/** Throws a TypeError with every fault on a line of its own, and nothing of what was given. */
export const checkOptions = createOptionCheck('secondFactor', options);
