/** The part of the options that says what is asked of people, and of which organisation they are members. */
import { z } from 'zod';
import { LOCALES } from '../../domain/account.ts';
import { CATALOGUE } from '../../domain/methods/index.ts';
import { CONFIGURABLE_METHODS, type MethodName } from '../../domain/methods/method.ts';
import { COLOUR, ENFORCEMENTS, MINIMUMS, type Tenant, type TenantSecondFactor } from '../../domain/tenant.ts';
import { text, typed } from '../option-check.ts';

const enforcement = typed('Enforcement', z.enum(ENFORCEMENTS));
const minimum = typed('Minimum', z.enum(MINIMUMS));
const groupRule = typed('GroupRule', z.union([enforcement, z.strictObject({ enforcement, minimum })]));
const method: z.ZodType<MethodName, MethodName> = typed('MethodName', z.enum(CONFIGURABLE_METHODS));
const locale = typed('Locale', z.enum(LOCALES));
const colour = text.regex(COLOUR, 'must be a hexadecimal colour, such as #1f6feb');

const rules = {
  enforcement: enforcement.describe(
    '`off`: nobody is asked. `optional`: people who have set up a factor are asked for it. `required`: everybody must set one up.',
  ),
  methods: z
    .array(method)
    .readonly()
    .describe(
      'The methods that people may set up and sign in with: `totp`, `email`, `sms`, `passkey`. Recovery codes come with each of them.',
    ),
  graceDays: z
    .number()
    .min(0)
    .max(365)
    .describe(
      'With `required`: the number of days for which a person may answer "later" to the first set-up.',
    ),
  minimum: minimum.describe(
    'The level that satisfies the policy. `any`: any factor. `mfa`: two factors, so no e-mail code. `phr`: a passkey that verifies its user. A trusted browser satisfies `any` only.',
  ),
  groups: z
    .record(text, groupRule)
    .describe('A stricter enforcement, or enforcement and minimum, for the members of a group.'),
  trustedDevices: z.boolean().describe('Whether people may have a browser trusted for `trustDays`.'),
  passkeySignIn: z
    .boolean()
    .describe(
      'Whether a passkey that verifies its user signs people in without a password, where the login page of the host uses `passkeySignIn`.',
    ),
  setUpProof: z
    .enum(['email', 'none'])
    .describe(
      'The proof beside the password before a first factor is bound. With `email`, a stolen password alone binds nothing. It needs a `sender` or a `messenger`.',
    ),
  resetApprovers: z
    .literal([1, 2])
    .describe('The number of administrators who must approve the reset of a member.'),
  message: typed(
    'Readonly<Partial<Record<Locale, string | undefined>>>',
    z.partialRecord(locale, z.string().optional()),
  )
    .transform(withoutUndefined)
    .describe('Text of the organisation on the pages that demand a second factor, by language.'),
};

export const policy = z
  .strictObject({
    ...rules,
    enforcement: rules.enforcement.default('optional'),
    methods: rules.methods
      .optional()
      .meta({ fallback: 'every method that can be done; `email` and `sms` need a sender' }),
    graceDays: rules.graceDays.default(0),
    minimum: rules.minimum.default('any'),
    groups: rules.groups.default({}).meta({ fallback: 'no group' }),
    trustedDevices: rules.trustedDevices.default(false),
    passkeySignIn: rules.passkeySignIn.default(true),
    setUpProof: rules.setUpProof.default('none'),
    resetApprovers: rules.resetApprovers.default(1),
    message: rules.message.default({}),
  })
  .prefault({})
  .meta({ interface: 'PolicyOptions' })
  .describe(
    'The policy for everybody. A tenant takes from here each key that its own policy leaves out. An application can ask for more, by `acr_values` (OIDC Core 3.1.2.1) or by `clientRule`.',
  );

const tenant = z
  .strictObject({
    id: text
      .optional()
      .meta({ fallback: '`default`' })
      .describe('Stands in stored records, so it never changes.'),
    name: text
      .optional()
      .meta({ fallback: 'the id, or `name` of the options when there is no id' })
      .describe('The name that its members know.'),
    locale: locale.default('en').describe('The language for people who have chosen none.'),
    brand: z
      .strictObject({
        logo: text
          .nullable()
          .default(null)
          .describe('The absolute path of a PNG, JPEG or WebP file of 512 KiB at most.'),
        colour: colour.nullable().default(null).describe('Hexadecimal, such as `#1f6feb`.'),
      })
      .prefault({})
      .describe('The look of its pages.'),
    support: z
      .strictObject({
        email: text.nullable().default(null).describe('An address to write to.'),
        url: text.nullable().default(null).describe('A page to open.'),
      })
      .prefault({})
      .describe('The contact for people who have lost a factor.'),
    secondFactor: z
      .strictObject(rules)
      .partial()
      .optional()
      .meta({ interface: 'PolicyOptions', fallback: 'as `policy`, key by key' })
      .describe('The policy for its members.'),
  })
  .meta({ interface: 'HostTenant' })
  .describe('An organisation among the users of the host.');

export const tenants = z
  .array(tenant)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'two of them have the same id')
  .readonly()
  .optional()
  .meta({ fallback: 'one tenant, of which everybody is a member' })
  .describe('The organisations.');

interface Given {
  readonly name: string;
  readonly policy: z.output<typeof policy>;
  readonly tenants?: z.output<typeof tenants>;
}

/** The tenants of the host. The policy of a tenant is its own, key by key, and else the host's. */
export function tenantsOf({ name, policy, tenants }: Given): readonly Tenant[] {
  const methods = policy.methods ?? ALL_METHODS;
  // Requests for a reset are pages of our own server.
  const base: TenantSecondFactor = { ...policy, methods, resetCoolingOffHours: 0 };
  const all = tenants ?? [tenant.parse({})];
  return all.map((one) => ({
    ...one,
    id: one.id ?? 'default',
    name: one.name ?? one.id ?? name,
    // A host gives claims of its own, zoneinfo among them.
    timeZone: 'UTC',
    country: null,
    secondFactor: { ...base, ...withoutUndefined(one.secondFactor ?? {}) },
  }));
}

const ALL_METHODS = CATALOGUE.filter(({ isBuilt, traits }) => isBuilt && traits.isFactor).map(
  ({ name }) => name,
);

/** A key that is present and undefined would replace the value that it is spread over. */
function withoutUndefined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
