/** The list of mailings, and the results of one. Pause and resume post to the list, from either page. */
import type { Context } from 'koa';
import { shownEmail } from '../../../domain/account.ts';
import { type CampaignPlace, isCampaignOutcome } from '../../../domain/administration/campaign.ts';
import type { TableRow, WriteTable } from '../../../ports/administration/table-file.ts';
import type {
  CampaignReview,
  ListedCampaign,
  ShownRecipient,
} from '../../../use-cases/administration/campaigns/review-campaigns.ts';
import type { FormTokens } from '../../guards/forms.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import { CAMPAIGN_DONE } from '../../pages/models/console/campaign-pages.ts';
import type { Pages, Render } from '../../pages/page-contract.ts';
import { type ConsoleRoute, consoleContext, redirect } from '../console.ts';
import { CSV_TYPE, sendDownload } from '../download.ts';
import { textOf } from '../people-search.ts';
import { USERS_PATH } from '../users.ts';
import { CAMPAIGNS_PATH, campaignPath, campaignView, liveHrefOf } from './campaign-view.ts';

export interface CampaignPagesDeps {
  readonly campaignReview: CampaignReview;
  readonly writeTable: WriteTable;
  readonly forms: FormTokens;
  readonly render: Render;
}

/** A cursor of the list: the time and the id. */
const PLACE = /^(\d{1,15})\.([\w-]{1,64})$/;
const COLUMNS = ['email', 'name', 'outcome', 'time'] as const;

export function campaignRoutes(deps: CampaignPagesDeps): readonly ConsoleRoute[] {
  const { campaignReview, writeTable, forms, render } = deps;

  async function list(ctx: Context, visit: AdminVisit): Promise<void> {
    const { campaigns, next } = await campaignReview.list(visit.actor, placeIn(textOf(ctx.query.after)));
    const views = campaigns.map(campaignView);
    const model: Pages['admin-campaigns'] = {
      form: forms.form(CAMPAIGNS_PATH, visit.sessionUid),
      campaigns: views,
      isOwnOnly: visit.actor.role !== 'admin',
      nextHref: next && `${CAMPAIGNS_PATH}?after=${next.createdAt}.${next.id}`,
      liveHref: liveHrefOf(views),
      refreshHref: CAMPAIGNS_PATH,
      done: CAMPAIGN_DONE.find((done) => done === ctx.query.done) ?? null,
    };
    render(ctx, 'admin-campaigns', model, consoleContext(visit, 'campaigns'));
  }

  async function act(ctx: Context, visit: AdminVisit): Promise<void> {
    const fields = await forms.read(ctx, visit.sessionUid);
    const name = (['pause', 'resume'] as const).find((button) => button in fields);
    if (!name) return ctx.throw(400);
    const isPause = name === 'pause';
    const isFound = await campaignReview.setPaused(visit.actor, fields[name] ?? '', isPause, ctx.ip);
    if (!isFound) return ctx.throw(404);
    redirect(ctx, `${CAMPAIGNS_PATH}?done=${isPause ? 'paused' : 'resumed'}`);
  }

  async function results(ctx: Context, visit: AdminVisit): Promise<void> {
    const campaign = await campaignIn(ctx, visit);
    const given = textOf(ctx.query.outcome);
    const outcome = isCampaignOutcome(given) ? given : null;
    const after = textOf(ctx.query.after) || null;
    const { recipients, next } = await campaignReview.recipients(visit.actor, campaign.id, outcome, after);
    const path = campaignPath(campaign.id);
    const narrowed = outcome === null ? {} : { outcome };
    const view = campaignView(campaign);
    const model: Pages['admin-campaign'] = {
      form: forms.form(CAMPAIGNS_PATH, visit.sessionUid),
      campaign: view,
      outcome,
      recipients: recipients.map(({ account, outcome: became, atMs }) => ({
        href: `${USERS_PATH}/${encodeURIComponent(account.id)}`,
        name: account.name,
        email: shownEmail(account.email),
        outcome: became,
        atMs,
      })),
      isContinued: after !== null,
      allHref: path,
      nextHref: next && `${path}?${new URLSearchParams({ ...narrowed, after: next })}`,
      csvHref: `${path}/recipients.csv`,
      liveHref: liveHrefOf([view]),
      refreshHref: path,
    };
    render(ctx, 'admin-campaign', model, consoleContext(visit, 'campaigns'));
  }

  async function download(ctx: Context, visit: AdminVisit): Promise<void> {
    const { id } = await campaignIn(ctx, visit);
    const kind = { name: `confirmations-${visit.tenant.id}.csv`, type: CSV_TYPE };
    await sendDownload(ctx, kind, writeTable(COLUMNS, cellsOf(campaignReview.everybody(visit.actor, id))));
  }

  /** Throws 404 for a mailing that the actor does not see. */
  async function campaignIn(ctx: Context, { actor }: AdminVisit): Promise<ListedCampaign> {
    return (await campaignReview.find(actor, String(ctx.params.id))) ?? ctx.throw(404);
  }

  return [
    { method: 'GET', path: '/campaigns', page: 'campaigns', handle: list },
    { method: 'POST', path: '/campaigns', page: 'campaigns', handle: act },
    { method: 'GET', path: '/campaigns/:id', page: 'campaigns', handle: results },
    { method: 'GET', path: '/campaigns/:id/recipients.csv', page: 'campaigns', handle: download },
  ];
}

/** Null for a text that no page of ours has linked: the list then begins with the newest. */
function placeIn(after: string): CampaignPlace | null {
  const [, createdAt, id] = PLACE.exec(after) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt: Number(createdAt), id };
}

async function* cellsOf(parts: AsyncIterable<readonly ShownRecipient[]>): AsyncGenerator<TableRow> {
  for await (const part of parts) {
    yield* part.map(({ account, outcome, atMs }) => ({
      email: account.email,
      name: account.name,
      outcome: outcome ?? 'waiting',
      time: atMs === null ? '' : new Date(atMs).toISOString(),
    }));
  }
}
