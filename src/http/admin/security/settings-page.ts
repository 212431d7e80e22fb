/** The settings of the tenant, and their earlier versions. */
import type { Context } from 'koa';
import { shownEmail } from '../../../domain/account.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { ENFORCEMENTS, MINIMUMS } from '../../../domain/tenant.ts';
import { SETTING_FIELDS, type SettingField, typedOf } from '../../../domain/tenant-settings/form.ts';
import {
  SETTING_KEYS,
  SETTING_NAMES,
  type SettingName,
  type TenantSettings,
} from '../../../domain/tenant-settings/settings.ts';
import type {
  ChangeSettings,
  CurrentSettings,
} from '../../../use-cases/administration/settings/change-settings.ts';
import type { FindNames } from '../../../use-cases/administration/settings/find-names.ts';
import type { Fields, FormTokens } from '../../guards/forms.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import type { WrittenSetting } from '../../pages/models/console/security.ts';
import type { Pages, Render } from '../../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext, redirect } from '../console.ts';

export const SECURITY_PATH = `${ADMIN_PATH}/security`;
export const PREVIEW_PATH = `${SECURITY_PATH}/preview`;

export interface SettingsPageDeps {
  readonly changeSettings: ChangeSettings;
  readonly findNames: FindNames;
  readonly forms: FormTokens;
  readonly render: Render;
}

type Typed = Pages['admin-security']['typed'];

interface Showing {
  readonly refusal?: Refusal;
  readonly typed?: Typed;
}

export type ShowSettings = (ctx: Context, visit: AdminVisit, showing?: Showing) => Promise<void>;

export function createShowSettings({
  changeSettings,
  findNames,
  forms,
  render,
}: SettingsPageDeps): ShowSettings {
  return async (ctx, visit, { refusal, typed } = {}) => {
    const { actor, scope, sessionUid } = visit;
    const read = await changeSettings.read(actor);
    if (!read.ok) return ctx.throw(403);
    const now = read.value;
    const before = numberIn(ctx.query.before);
    const { changes, older } = await changeSettings.history(actor, before);
    const names = await findNames(
      scope,
      changes.map(({ version }) => version.by),
    );
    const shown = typed ?? typedOf(now.settings);
    const model: Pages['admin-security'] = {
      form: forms.form(SECURITY_PATH, sessionUid),
      version: now.version,
      typed: shown,
      written: writtenIn(now),
      enforcements: allowed(ENFORCEMENTS, 'enforcement', now),
      minimums: allowed(MINIMUMS, 'minimum', now),
      methods: now.offered.map((name) => ({ name, isChosen: shown.methods.split(' ').includes(name) })),
      saved: refusal?.code === 'conflict' ? savedBeside(shown, now.settings) : [],
      versions: changes.map(({ version, changes: changed }) => {
        const by = names.get(version.by);
        return {
          number: version.number,
          at: version.atMs,
          by: by === undefined ? null : shownEmail(by),
          reason: version.reason,
          revertOf: version.revertOf,
          changes: changed,
          isCurrent: version.number === now.version,
        };
      }),
      canRevertAll: older === null && now.version > 0,
      olderHref: older === null ? null : `${SECURITY_PATH}?before=${older}`,
      done: refusal ? null : numberIn(ctx.query.done),
    };
    render(ctx, 'admin-security', model, consoleContext(visit, 'security', refusal ?? null));
  };
}

export function settingsRoutes(
  { changeSettings, forms }: SettingsPageDeps,
  show: ShowSettings,
): readonly ConsoleRoute[] {
  async function send(ctx: Context, visit: AdminVisit): Promise<void> {
    const fields = await forms.read(ctx, visit.sessionUid);
    if (fields.revert !== undefined) return revert(ctx, visit, fields.revert);
    const typed = typedIn(fields);
    const outcome = await changeSettings.draft(visit.actor, numberIn(fields.version) ?? -1, typed);
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal, typed: await filled(visit, typed) });
    redirect(ctx, PREVIEW_PATH);
  }

  async function revert(ctx: Context, visit: AdminVisit, text: string): Promise<void> {
    const number = numberIn(text);
    const outcome = number === null ? null : await changeSettings.draftRevert(visit.actor, number);
    if (outcome === null) return ctx.throw(404);
    if (!outcome.ok) return show(ctx, visit, { refusal: outcome.refusal });
    redirect(ctx, PREVIEW_PATH);
  }

  /** A setting that the page has no field for keeps its value. */
  async function filled({ actor }: AdminVisit, typed: Typed): Promise<Typed> {
    const read = await changeSettings.read(actor);
    if (!read.ok) return typed;
    const { settings, fixed } = read.value;
    const kept = typedOf(settings);
    return { ...typed, ...Object.fromEntries(fixed.map(SETTING_FIELD).map((field) => [field, kept[field]])) };
  }

  return [
    { method: 'GET', path: '/security', page: 'security', handle: (ctx, visit) => show(ctx, visit) },
    { method: 'POST', path: '/security', page: 'security', list: SETTING_FIELDS.methods, handle: send },
  ];
}

const SETTING_FIELD = (name: SettingName): SettingField => SETTING_FIELDS[name];

function typedIn(fields: Fields): Typed {
  const each = Object.values(SETTING_FIELDS).map((field) => [field, fields[field] ?? '']);
  return Object.fromEntries(each);
}

function writtenIn({ configured, fixed }: CurrentSettings): Pages['admin-security']['written'] {
  const each = configured.written.map((name): [SettingField, WrittenSetting] => [
    SETTING_FIELDS[name],
    {
      key: SETTING_KEYS[name],
      value: configured.settings[name],
      isFixed: fixed.includes(name),
    },
  ]);
  return Object.fromEntries(each);
}

/** The values, from loosest to strictest, that are no looser than the configuration. */
function allowed<N extends 'enforcement' | 'minimum'>(
  values: readonly TenantSettings[N][],
  name: N,
  { configured: { settings, written } }: CurrentSettings,
): readonly TenantSettings[N][] {
  return written.includes(name) ? values.slice(values.indexOf(settings[name])) : values;
}

/** The settings whose saved value differs from what was typed. */
function savedBeside(typed: Typed, saved: TenantSettings): Pages['admin-security']['saved'] {
  const shown = typedOf(saved);
  const words = (text: string) => text.trim().split(/\s+/).sort().join(' ');
  return SETTING_NAMES.filter(
    (name) => words(shown[SETTING_FIELDS[name]]) !== words(typed[SETTING_FIELDS[name]]),
  ).map((name) => ({ name, to: saved[name] }));
}

/** Null for anything else than a whole number. */
function numberIn(text: unknown): number | null {
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
