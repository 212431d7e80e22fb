/**
 * The settings of a tenant that an administrator changes in the console. They are stored beside the configuration, whose
 * written keys are a floor: the effective settings are the stricter of the two.
 */
import type { MethodName } from '../methods/method.ts';
import { isReachedBySome } from '../policy/minimum.ts';
import {
  higher,
  MINIMUMS,
  type Requirement,
  requirementFor,
  requirementOf,
  ruleOf,
  stricter,
  strictest,
  strictestRequirement,
  type Tenant,
  type TenantSecondFactor,
} from '../tenant.ts';

export interface TenantSettings
  extends Pick<
    TenantSecondFactor,
    'enforcement' | 'minimum' | 'methods' | 'graceDays' | 'groups' | 'trustedDevices' | 'passkeySignIn'
  > {
  /** Null: there is no message in this language. */
  readonly messageEn: string | null;
  readonly messageNl: string | null;
  readonly supportEmail: string | null;
  readonly supportUrl: string | null;
}

export type SettingName = keyof TenantSettings;

/** The settings that the console has stored. An absent one follows the configuration. */
export type StoredSettings = Partial<TenantSettings>;

/** In the order of the page. */
export const SETTING_NAMES = [
  'enforcement',
  'minimum',
  'methods',
  'graceDays',
  'groups',
  'trustedDevices',
  'passkeySignIn',
  'messageEn',
  'messageNl',
  'supportEmail',
  'supportUrl',
] as const satisfies readonly SettingName[];

/** The key of each setting below a tenant of the configuration file. */
export const SETTING_KEYS = {
  enforcement: 'second_factor.enforcement',
  minimum: 'second_factor.minimum',
  methods: 'second_factor.methods',
  graceDays: 'second_factor.grace_days',
  groups: 'second_factor.groups',
  trustedDevices: 'second_factor.trusted_devices',
  passkeySignIn: 'second_factor.passkey_sign_in',
  messageEn: 'second_factor.message.en',
  messageNl: 'second_factor.message.nl',
  supportEmail: 'support.email',
  supportUrl: 'support.url',
} as const satisfies Record<SettingName, string>;

export function settingsOf({
  secondFactor,
  support,
}: Pick<Tenant, 'secondFactor' | 'support'>): TenantSettings {
  const { enforcement, minimum, methods, graceDays, groups } = secondFactor;
  const { trustedDevices, passkeySignIn, message } = secondFactor;
  return {
    enforcement,
    minimum,
    methods,
    graceDays,
    groups,
    trustedDevices,
    passkeySignIn,
    messageEn: message.en ?? null,
    messageNl: message.nl ?? null,
    supportEmail: support.email,
    supportUrl: support.url,
  };
}

/** The tenant with other settings. */
export function withSettings(tenant: Tenant, settings: TenantSettings): Tenant {
  const { messageEn, messageNl, supportEmail, supportUrl, ...policy } = settings;
  const message = {
    ...(messageEn === null ? {} : { en: messageEn }),
    ...(messageNl === null ? {} : { nl: messageNl }),
  };
  return {
    ...tenant,
    support: { email: supportEmail, url: supportUrl },
    secondFactor: { ...tenant.secondFactor, ...policy, message },
  };
}

/** The settings of a configuration, and the keys that its file writes. A default is no floor. */
export interface ConfiguredSettings {
  readonly settings: TenantSettings;
  readonly written: readonly SettingName[];
}

/** The stricter of the configuration and the console, setting by setting. Texts and addresses of the file win. */
export function effectiveSettings(
  { settings, written }: ConfiguredSettings,
  stored: StoredSettings,
): TenantSettings {
  const isFloor = (name: SettingName) => written.includes(name);
  const free = { ...settings, ...withoutAbsent(stored) };
  /** Only the file's value counts where it is written. */
  const file = <N extends SettingName>(name: N): TenantSettings[N] => (isFloor(name) ? settings : free)[name];
  const methods = isFloor('methods')
    ? settings.methods.filter((method) => free.methods.includes(method))
    : free.methods;
  const asked = {
    enforcement: isFloor('enforcement') ? stricter(settings.enforcement, free.enforcement) : free.enforcement,
    minimum: isFloor('minimum') ? higher(settings.minimum, free.minimum) : free.minimum,
    groups: strictestGroups(settings.groups, free.groups),
  };
  return {
    ...asked,
    // A list that is empty, or that meets no minimum, would let nobody in. The file's own list then stands.
    methods: isInVain(asked, methods) ? settings.methods : methods,
    graceDays: isFloor('graceDays') ? Math.min(settings.graceDays, free.graceDays) : free.graceDays,
    trustedDevices: isFloor('trustedDevices')
      ? settings.trustedDevices && free.trustedDevices
      : free.trustedDevices,
    passkeySignIn: isFloor('passkeySignIn')
      ? settings.passkeySignIn && free.passkeySignIn
      : free.passkeySignIn,
    messageEn: file('messageEn'),
    messageNl: file('messageNl'),
    supportEmail: file('supportEmail'),
    supportUrl: file('supportUrl'),
  };
}

/**
 * The part of `wanted` that has to be stored: each setting that differs from the configuration, and each one that was
 * stored before and stays. Later changes of the configuration act on all others.
 */
export function storedOf(
  { settings }: ConfiguredSettings,
  previous: StoredSettings,
  wanted: TenantSettings,
): StoredSettings {
  const kept = SETTING_NAMES.filter(
    (name) =>
      !isSame(wanted[name], settings[name]) ||
      (previous[name] !== undefined && isSame(wanted[name], previous[name])),
  );
  return Object.fromEntries(kept.map((name) => [name, wanted[name]]));
}

/** The settings in which two differ, in the order of the page. */
export function changedSettings(before: TenantSettings, after: TenantSettings): SettingName[] {
  return SETTING_NAMES.filter((name) => !isSame(before[name], after[name]));
}

/** The settings by which `after` asks less of some member than `before`. Texts and addresses ask nothing. */
export function loosenedSettings(before: TenantSettings, after: TenantSettings): SettingName[] {
  const groups = Object.keys({ ...before.groups, ...after.groups });
  const asksLess = (of: readonly string[]) => {
    const now = requirementFor(after, { groups: of });
    return !isSame(strictest(requirementFor(before, { groups: of }), now), now);
  };
  const isLooser: Readonly<Partial<Record<SettingName, boolean>>> = {
    enforcement: stricter(before.enforcement, after.enforcement) !== after.enforcement,
    minimum: higher(before.minimum, after.minimum) !== after.minimum,
    methods: after.methods.some((method) => !before.methods.includes(method)),
    graceDays: after.graceDays > before.graceDays,
    groups: groups.some((group) => asksLess([group])),
    trustedDevices: after.trustedDevices && !before.trustedDevices,
    passkeySignIn: after.passkeySignIn && !before.passkeySignIn,
  };
  return SETTING_NAMES.filter((name) => isLooser[name]);
}

/** Why nobody could do what the settings ask: no method is left, or none of the minimum. Null: somebody can. */
export function vainBecause(
  settings: TenantSettings,
  available: readonly MethodName[],
): 'methods_missing' | 'minimum_unreached' | null {
  const usable = settings.methods.filter((method) => available.includes(method));
  if (!isInVain(settings, usable)) return null;
  const isAsking = strictestRequirement(settings).enforcement !== 'off';
  return isAsking && usable.length === 0 ? 'methods_missing' : 'minimum_unreached';
}

/** The settings that the configuration leaves no other value for. */
export function fixedSettings({ settings, written }: ConfiguredSettings): SettingName[] {
  const isStrictest: Readonly<Record<SettingName, boolean>> = {
    enforcement: settings.enforcement === 'required',
    minimum: settings.minimum === MINIMUMS.at(-1),
    methods: settings.methods.length <= 1,
    graceDays: settings.graceDays === 0,
    groups: false,
    trustedDevices: !settings.trustedDevices,
    passkeySignIn: !settings.passkeySignIn,
    messageEn: true,
    messageNl: true,
    supportEmail: true,
    supportUrl: true,
  };
  return written.filter((name) => isStrictest[name]);
}

/** Whether somebody is asked for a factor that none of the methods is. A minimum counts where nobody is asked, too. */
function isInVain(
  asked: Pick<TenantSettings, 'enforcement' | 'minimum' | 'groups'>,
  methods: readonly MethodName[],
): boolean {
  const { enforcement, minimum }: Requirement = strictestRequirement(asked);
  return minimum === 'any'
    ? enforcement !== 'off' && methods.length === 0
    : !isReachedBySome(minimum, methods);
}

function strictestGroups(
  floor: TenantSettings['groups'],
  wanted: TenantSettings['groups'],
): TenantSettings['groups'] {
  const names = Object.keys({ ...floor, ...wanted });
  return Object.fromEntries(
    names.map((name) => [name, ruleOf(strictest(requirementOf(floor[name]), requirementOf(wanted[name])))]),
  );
}

function withoutAbsent(stored: StoredSettings): StoredSettings {
  return Object.fromEntries(Object.entries(stored).filter(([, value]) => value !== undefined));
}

/** The order of groups and of methods means nothing. */
function isSame(a: unknown, b: unknown): boolean {
  return inOrder(a) === inOrder(b);
}

function inOrder(value: unknown): string {
  if (Array.isArray(value)) return JSON.stringify([...value].sort());
  if (typeof value === 'object' && value !== null)
    return JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value);
}
