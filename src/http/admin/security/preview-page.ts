/** The preview of changed settings: whom they affect. Nothing changes before it is applied here. */
import type { Context } from 'koa';
import { shownEmail } from '../../../domain/account.ts';
import { csvRow, tableCell } from '../../../domain/csv-cell.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import { typedOf } from '../../../domain/tenant-settings/form.ts';
import type {
  ChangeSettings,
  OpenDraft,
} from '../../../use-cases/administration/settings/change-settings.ts';
import type {
  AffectedMember,
  PreviewSettings,
} from '../../../use-cases/administration/settings/preview-settings.ts';
import type { FormTokens } from '../../guards/forms.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import type { Render } from '../../pages/page-contract.ts';
import { type ConsoleRoute, consoleContext, redirect } from '../console.ts';
import { CSV_TYPE, sendDownload, withHead } from '../download.ts';
import { PREVIEW_PATH, SECURITY_PATH, type ShowSettings } from './settings-page.ts';

export interface PreviewPageDeps {
  readonly changeSettings: ChangeSettings;
  readonly previewSettings: PreviewSettings;
  /** The names of applications that ask for a second step of the members, whatever the settings are. */
  readonly strictClients: (tenantId: string) => readonly string[];
  readonly forms: FormTokens;
  readonly render: Render;
}

const COLUMNS = ['email', 'name', 'role', 'groups', 'after'];

export function previewRoutes(deps: PreviewPageDeps, showSettings: ShowSettings): readonly ConsoleRoute[] {
  const { changeSettings, previewSettings, strictClients, forms, render } = deps;

  async function open(ctx: Context, visit: AdminVisit): Promise<void> {
    const draft = await changeSettings.openDraft(visit.actor);
    if (!draft) return redirect(ctx, SECURITY_PATH);
    await show(ctx, visit, draft);
  }

  async function show(
    ctx: Context,
    visit: AdminVisit,
    draft: OpenDraft,
    refusal: Refusal | null = null,
    reason = '',
  ): Promise<void> {
    const { before, after } = draft;
    const model = {
      form: forms.form(PREVIEW_PATH, visit.sessionUid),
      draft: draft.id,
      revertOf: draft.revertOf,
      changes: draft.changed.map((name) => ({ name, from: before[name], to: after[name] })),
      loosened: draft.loosened,
      needsSecond: draft.needsSecond,
      totals: await previewSettings.totals(changeOf(visit, draft)),
      strictClients: strictClients(visit.tenant.id),
      reason,
    };
    render(ctx, 'admin-preview', model, consoleContext(visit, 'security', refusal));
  }

  async function apply(ctx: Context, visit: AdminVisit): Promise<void> {
    const { draft: draftId = '', reason = '' } = await forms.read(ctx, visit.sessionUid);
    const outcome = await changeSettings.apply(visit.actor, draftId, reason, ctx.ip);
    if (outcome?.ok) return redirect(ctx, `${SECURITY_PATH}?done=${outcome.value.number}`);
    const draft = outcome && (await changeSettings.openDraft(visit.actor));
    if (!draft) return redirect(ctx, SECURITY_PATH);
    const { refusal } = outcome;
    if (refusal.code === 'conflict')
      return showSettings(ctx, visit, { refusal, typed: typedOf(draft.after) });
    await show(ctx, visit, draft, refusal, reason);
  }

  async function list(ctx: Context, visit: AdminVisit): Promise<void> {
    const draft = await changeSettings.openDraft(visit.actor);
    if (!draft) return redirect(ctx, SECURITY_PATH);
    const affected = rows(previewSettings.affected(changeOf(visit, draft)));
    await sendDownload(ctx, { name: 'affected.csv', type: CSV_TYPE }, withHead(csvRow(COLUMNS), affected));
  }

  function changeOf({ actor, scope }: AdminVisit, { before, after }: OpenDraft) {
    return {
      scope,
      before: changeSettings.tenantWith(actor, before),
      after: changeSettings.tenantWith(actor, after),
    };
  }

  return [
    { method: 'GET', path: '/security/preview', page: 'security', handle: open },
    { method: 'POST', path: '/security/preview', page: 'security', handle: apply },
    { method: 'GET', path: '/security/preview.csv', page: 'security', handle: list },
  ];
}

async function* rows(affected: AsyncIterable<AffectedMember>): AsyncGenerator<string> {
  for await (const { account, outlook } of affected) {
    const { email, name, role, groups } = account;
    yield csvRow([shownEmail(email), name, role, groups.join(';'), outlook].map(tableCell));
  }
}
