/** Reads the settings of a tenant as an administrator types them. */
import { isGroupName, normaliseEmail } from '../account.ts';
import type { MethodName } from '../methods/method.ts';
import { type Outcome, type Refusal, refused, type SettingFault } from '../refusal.ts';
import { isTypedEmail } from '../self-service/details.ts';
import {
  ENFORCEMENTS,
  type Enforcement,
  type GroupRule,
  LONGEST_MESSAGE,
  MINIMUMS,
  type Minimum,
  MOST_GRACE_DAYS,
  requirementOf,
  ruleOf,
} from '../tenant.ts';
import type { SettingName, TenantSettings } from './settings.ts';

/** The field of each setting. */
export const SETTING_FIELDS = {
  enforcement: 'enforcement',
  minimum: 'minimum',
  methods: 'methods',
  graceDays: 'grace_days',
  groups: 'groups',
  trustedDevices: 'trusted_devices',
  passkeySignIn: 'passkey_sign_in',
  messageEn: 'message_en',
  messageNl: 'message_nl',
  supportEmail: 'support_email',
  supportUrl: 'support_url',
} as const satisfies Record<SettingName, string>;

export type SettingField = (typeof SETTING_FIELDS)[SettingName];
export type TypedSettings = Readonly<Partial<Record<SettingField, string>>>;

/** Characters. */
const LONGEST_URL = 2000;

/** The settings before the change, and what a page can change of them. */
export interface FormContext {
  readonly before: TenantSettings;
  /** The settings that the page has no field for: they stay as they are. */
  readonly fixed: readonly SettingName[];
  /** The methods that the page offers. Any other one stays as it is. */
  readonly offered: readonly MethodName[];
}

class Fault extends Error {
  readonly refusal: Refusal;

  constructor(field: SettingField, setting: SettingFault, line?: number) {
    super(setting);
    this.refusal = { code: 'field_invalid', field, setting, ...(line === undefined ? {} : { line }) };
  }
}

/** Refuses at the first field that can't be read, in the order of the page. */
export function readTypedSettings(typed: TypedSettings, context: FormContext): Outcome<TenantSettings> {
  const { before, fixed } = context;
  const unlessFixed = <N extends SettingName>(name: N, read: (text: string) => TenantSettings[N]) =>
    fixed.includes(name) ? before[name] : read((typed[SETTING_FIELDS[name]] ?? '').trim());
  try {
    return {
      ok: true,
      value: {
        enforcement: unlessFixed('enforcement', readEnforcement),
        minimum: unlessFixed('minimum', readMinimum),
        methods: unlessFixed('methods', (text) => readMethods(text, context)),
        graceDays: unlessFixed('graceDays', readDays),
        groups: unlessFixed('groups', readGroups),
        trustedDevices: unlessFixed('trustedDevices', (text) => text !== ''),
        passkeySignIn: unlessFixed('passkeySignIn', (text) => text !== ''),
        messageEn: unlessFixed('messageEn', (text) => readMessage(text, 'message_en')),
        messageNl: unlessFixed('messageNl', (text) => readMessage(text, 'message_nl')),
        supportEmail: unlessFixed('supportEmail', readSupportEmail),
        supportUrl: unlessFixed('supportUrl', readSupportUrl),
      },
    };
  } catch (error) {
    if (error instanceof Fault) return refused(error.refusal);
    throw error;
  }
}

/** The settings as their fields show them. */
export function typedOf(settings: TenantSettings): Required<TypedSettings> {
  return {
    enforcement: settings.enforcement,
    minimum: settings.minimum,
    methods: settings.methods.join(' '),
    grace_days: String(settings.graceDays),
    groups: Object.entries(settings.groups)
      .map(([group, rule]) => `${group}: ${wordsOf(rule)}`)
      .join('\n'),
    trusted_devices: settings.trustedDevices ? '1' : '',
    passkey_sign_in: settings.passkeySignIn ? '1' : '',
    message_en: settings.messageEn ?? '',
    message_nl: settings.messageNl ?? '',
    support_email: settings.supportEmail ?? '',
    support_url: settings.supportUrl ?? '',
  };
}

function readEnforcement(text: string): Enforcement {
  const enforcement = ENFORCEMENTS.find((each) => each === text);
  if (!enforcement) throw new Fault('enforcement', 'enforcement_unknown');
  return enforcement;
}

function readMinimum(text: string): Minimum {
  const minimum = MINIMUMS.find((each) => each === text);
  if (!minimum) throw new Fault('minimum', 'minimum_unknown');
  return minimum;
}

function readMethods(text: string, { before, offered }: FormContext): readonly MethodName[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  const chosen = offered.filter((method) => names.includes(method));
  if (names.some((name) => !chosen.some((method) => method === name)))
    throw new Fault('methods', 'method_unknown');
  return [...chosen, ...before.methods.filter((method) => !offered.includes(method))];
}

function readDays(text: string): number {
  const days = Number(text);
  if (!/^\d+([.]\d+)?$/.test(text) || days > MOST_GRACE_DAYS)
    throw new Fault('grace_days', 'grace_days_wrong');
  return days;
}

function readGroups(text: string): TenantSettings['groups'] {
  const groups = new Map<string, GroupRule>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    // A name may have a colon.
    const colon = line.lastIndexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim();
    const rule = readRule(line.slice(colon + 1).trim());
    if (!isGroupName(name) || !rule) throw new Fault('groups', 'group_line', index + 1);
    if (groups.has(name)) throw new Fault('groups', 'group_twice', index + 1);
    groups.set(name, rule);
  }
  return Object.fromEntries(groups);
}

/** The enforcement, and the minimum after it. Null for anything else. */
function readRule(text: string): GroupRule | null {
  const [first, second = 'any', ...more] = text.split(/\s+/);
  const enforcement = ENFORCEMENTS.find((each) => each === first);
  const minimum = MINIMUMS.find((each) => each === second);
  return enforcement && minimum && more.length === 0 ? ruleOf({ enforcement, minimum }) : null;
}

function wordsOf(rule: GroupRule): string {
  const { enforcement, minimum } = requirementOf(rule);
  return minimum === 'any' ? enforcement : `${enforcement} ${minimum}`;
}

function readMessage(text: string, field: 'message_en' | 'message_nl'): string | null {
  if (text.length > LONGEST_MESSAGE) throw new Fault(field, 'message_long');
  return text === '' ? null : text.replaceAll('\r\n', '\n');
}

function readSupportEmail(text: string): string | null {
  if (text === '') return null;
  if (!isTypedEmail(normaliseEmail(text))) throw new Fault('support_email', 'support_email_wrong');
  return text;
}

function readSupportUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.parse(text);
  if (text.length > LONGEST_URL || !url || !['https:', 'http:'].includes(url.protocol))
    throw new Fault('support_url', 'support_url_wrong');
  return text;
}
