/** An organisation, and what it asks of its members. */
import { z } from 'zod';
import { LOCALES } from '../../domain/account.ts';
import { CONFIGURABLE_METHODS } from '../../domain/methods/method.ts';
import { COLOUR, ENFORCEMENTS } from '../../domain/tenant.ts';
import { email, group, identifier, listOf, webAddress } from './field.ts';

const enforcement = z.enum(ENFORCEMENTS);
const words = z.string().trim().min(1, 'is empty').max(2000, 'is longer than 2000 characters').optional();

export const tenantSecondFactorShape = {
  enforcement: enforcement
    .default('optional')
    .describe(
      '`off`: nobody is asked. `optional`: who has set up a factor is asked. `required`: everybody must.',
    ),
  methods: listOf(z.enum(CONFIGURABLE_METHODS))
    .default([...CONFIGURABLE_METHODS])
    .describe(
      'The methods that members may set up and, unless it is `off`, sign in with. Who has only one that was taken off the list gets in by a recovery code, or once it is removed (`doublelock factors remove`). The list may be empty with `off` alone.',
    ),
  grace_days: z
    .number()
    .min(0)
    .max(365)
    .default(0)
    .describe('With `required`: for how many days a member may answer "later", from the first time asked.'),
  groups: z
    .record(group, enforcement)
    .default({})
    .describe('Stricter enforcement for the members of a group, as in `{ finance: required }`.'),
  trusted_devices: z
    .boolean()
    .default(false)
    .describe(
      'Whether a member may have the browser trusted for `second_factor.trusted_device.days`. `false` ends all trust there was.',
    ),
  set_up_proof: z
    .enum(['email', 'none'])
    .default('email')
    .describe(
      'What comes before the first factor of an account is bound, beside its password: a mailed code, or nothing.',
    ),
  reset_approvers: z
    .literal([1, 2])
    .default(1)
    .describe('How many administrators must approve the reset of a member.'),
  message: z
    .strictObject({
      en: words.describe('In English.'),
      nl: words.describe('In Dutch.'),
    } satisfies Record<(typeof LOCALES)[number], unknown>)
    .prefault({})
    .describe(
      'Why the organisation asks for a second factor, in its own words, on the pages that demand it.',
    ),
};

export const tenantShape = {
  id: identifier.describe('The workspace name that people type. Stands in records: it never changes.'),
  name: z
    .string()
    .trim()
    .min(1, 'is empty')
    .max(100, 'is longer than 100 characters')
    .optional()
    .describe('What its members call it; the id by default.'),
  locale: z.enum(LOCALES).default('en').describe('The language of its pages for who has no preference.'),
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
    .describe('How its pages look.'),
  support: z
    .strictObject({
      email: email.nullable().default(null).describe('An address to write to.'),
      url: webAddress.nullable().default(null).describe('A page to open.'),
    })
    .prefault({})
    .describe('Whom to ask when a second factor is lost.'),
  second_factor: z
    .strictObject(tenantSecondFactorShape)
    .prefault({})
    .describe('What is asked of its members.'),
};
