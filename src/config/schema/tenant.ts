/** The schema of a tenant. */
import { z } from 'zod';
import { LOCALES } from '../../domain/account.ts';
import { isCountry } from '../../domain/contact.ts';
import { CONFIGURABLE_METHODS } from '../../domain/methods/method.ts';
import {
  COLOUR,
  ENFORCEMENTS,
  type GroupRule,
  LONGEST_MESSAGE,
  MINIMUMS,
  MOST_GRACE_DAYS,
  ruleOf,
} from '../../domain/tenant.ts';
import { email, group, identifier, listOf, webAddress } from './field.ts';

const enforcement = z.enum(ENFORCEMENTS);
const minimum = z.enum(MINIMUMS);
/** The enforcement alone, or with a minimum. */
const ofGroup = z.union([enforcement, z.strictObject({ enforcement, minimum: minimum.optional() })]);
const words = z
  .string()
  .trim()
  .min(1, 'is empty')
  .max(LONGEST_MESSAGE, `is longer than ${LONGEST_MESSAGE} characters`)
  .optional();

export const tenantSecondFactorShape = {
  enforcement: enforcement
    .default('optional')
    .describe(
      '`off`: nobody is asked. `optional`: people with a factor are asked. `required`: everybody needs a factor.',
    ),
  methods: listOf(z.enum(CONFIGURABLE_METHODS))
    .default([...CONFIGURABLE_METHODS])
    .describe(
      'The methods that members may set up and use. Members whose only method was taken off the list need a recovery code, ' +
        'or `doublelock factors remove`. The list may be empty with `off` only.',
    ),
  grace_days: z
    .number()
    .min(0)
    .max(MOST_GRACE_DAYS)
    .default(0)
    .describe(
      'With `required`: days that a member may answer "later". They count from the first time asked. A raised minimum opens ' +
        'one grace of its own, for members who give the factor that they have.',
    ),
  minimum: minimum
    .default('any')
    .describe(
      '`any`: any factor satisfies the policy. `mfa`: two factors, so no e-mail code. `phr`: a passkey that verifies its user. ' +
        'A method of that level must be on the list. With `optional` it counts for members who have such a factor. A trusted ' +
        'browser satisfies `any` only.',
    ),
  groups: z
    .record(group, ofGroup)
    .default({})
    .describe(
      'Stricter enforcement for the members of a group, as in `{ finance: required }`, or ' +
        '`{ finance: { enforcement: required, minimum: phr } }`.',
    ),
  trusted_devices: z
    .boolean()
    .default(false)
    .describe(
      'Whether members may trust a browser for `second_factor.trusted_device.days`. `false` ends existing trust.',
    ),
  passkey_sign_in: z
    .boolean()
    .default(true)
    .describe(
      'Whether a passkey that verifies its user signs members in without a password. It needs `passkey` among the methods.',
    ),
  set_up_proof: z
    .enum(['email', 'none'])
    .default('email')
    .describe(
      'The proof before the first factor of an account, beside its password: a mailed code, or none.',
    ),
  reset_approvers: z
    .literal([1, 2])
    .default(1)
    .describe('The number of administrators that approve the reset of a member.'),
  reset_cooling_off_hours: z
    .int()
    .min(0)
    .max(168)
    .default(0)
    .describe(
      'Hours between the approval of a reset and its effect. Until then the person can cancel it by a link in a mail.',
    ),
  message: z
    .strictObject({
      en: words.describe('In English.'),
      nl: words.describe('In Dutch.'),
    } satisfies Record<(typeof LOCALES)[number], unknown>)
    .prefault({})
    .describe('The reason of the organisation in its own words, on the pages that demand a second factor.'),
};

export const tenantShape = {
  id: identifier.describe(
    'The workspace name that people type. It is part of records and must never change.',
  ),
  name: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(100, 'is longer than 100 characters')
    .optional()
    .describe('The name of the organisation. Default: the id.'),
  locale: z
    .enum(LOCALES)
    .default('en')
    .describe('The language of its pages for people without a preference.'),
  time_zone: z
    .string()
    .refine(isTimeZone, { error: 'is not the IANA name of a time zone, such as Europe/Amsterdam' })
    .default('UTC')
    .describe('The time zone of dates on its pages and in its messages, and of its members (`zoneinfo`).'),
  country: z
    .string()
    .refine(isCountry, { error: 'is not the ISO 3166 code of a country, such as NL' })
    .nullable()
    .default(null)
    .describe(
      'The country of telephone numbers that are typed without a country code. Default: the country of the language, or the ' +
        'only one of `sms.allowed_prefixes`.',
    ),
  brand: z
    .strictObject({
      logo: z
        .string()
        .min(1, 'is empty')
        .nullable()
        .default(null)
        .describe('A PNG, JPEG or WebP file of 512 KiB at most, relative to the configuration file.'),
      colour: z
        .string()
        .regex(COLOUR, 'must be a hexadecimal colour, such as "#1f6feb"')
        .nullable()
        .default(null)
        .describe('A hexadecimal colour, in quotes: YAML takes a bare # for a comment.'),
    })
    .prefault({})
    .describe('The look of its pages.'),
  support: z
    .strictObject({
      email: email.nullable().default(null).describe('An address to write to.'),
      url: webAddress.nullable().default(null).describe('A page to open.'),
    })
    .prefault({})
    .describe('Support for people who lost a second factor.'),
  second_factor: z.strictObject(tenantSecondFactorShape).prefault({}).describe('The policy for its members.'),
};

function isTimeZone(name: string): boolean {
  try {
    // An offset, such as +01:00, is accepted here too and has no name.
    return (
      new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '' &&
      /^[A-Z]/i.test(name)
    );
  } catch {
    return false;
  }
}

type GroupSetting = z.output<typeof ofGroup>;

/** The rule of each group, in the one form that the domain keeps. */
export function groupRules(groups: Readonly<Record<string, GroupSetting>>): Record<string, GroupRule> {
  const ruleIn = (setting: GroupSetting) =>
    typeof setting === 'string'
      ? setting
      : ruleOf({ enforcement: setting.enforcement, minimum: setting.minimum ?? 'any' });
  return Object.fromEntries(Object.entries(groups).map(([name, setting]) => [name, ruleIn(setting)]));
}
