/** From the list of people by a preview to a mailing: nobody gets a mail before *send* is pressed. */
import type { Context } from 'koa';
import type { CampaignSearch } from '../../../domain/administration/campaign.ts';
import type { Refusal } from '../../../domain/refusal.ts';
import type { BeginCampaign } from '../../../use-cases/administration/campaigns/begin-campaign.ts';
import type { FormTokens } from '../../guards/forms.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import type { Pages, Render } from '../../pages/page-contract.ts';
import { type ConsoleRoute, consoleContext, redirect } from '../console.ts';
import { addressOf, searchIn } from '../people-search.ts';
import { USERS_PATH } from '../users.ts';
import { CAMPAIGNS_PATH } from './campaign-view.ts';

export interface BeginPageDeps {
  readonly beginCampaign: BeginCampaign;
  readonly forms: FormTokens;
  readonly render: Render;
}

const PREVIEW_PATH = `${CAMPAIGNS_PATH}/new`;

export function beginRoutes({ beginCampaign, forms, render }: BeginPageDeps): readonly ConsoleRoute[] {
  /** The button of the list of people. */
  async function ask(ctx: Context, visit: AdminVisit): Promise<void> {
    const fields = await forms.read(ctx, visit.sessionUid);
    if (!('resend-confirmations' in fields)) return ctx.throw(400);
    const { search, refusal } = searchIn(fields);
    if (refusal) return ctx.throw(400);
    redirect(ctx, addressOf(PREVIEW_PATH, search));
  }

  async function open(ctx: Context, visit: AdminVisit): Promise<void> {
    const { search, refusal } = searchIn(ctx.query);
    // The list of people tells what is wrong with the address.
    if (refusal) return redirect(ctx, `${USERS_PATH}?${ctx.querystring}`);
    await show(ctx, visit, search, null);
  }

  async function send(ctx: Context, visit: AdminVisit): Promise<void> {
    const fields = await forms.read(ctx, visit.sessionUid);
    if (!('send' in fields)) return ctx.throw(400);
    const { search, refusal } = searchIn(fields);
    if (refusal) return ctx.throw(400);
    const begun = await beginCampaign.begin(visit.actor, fields.campaign ?? '', search, ctx.ip);
    if (begun.ok) return redirect(ctx, `${CAMPAIGNS_PATH}?done=begun`);
    if (begun.refusal.code === 'forbidden') return ctx.throw(403);
    await show(ctx, visit, search, begun.refusal);
  }

  async function show(
    ctx: Context,
    visit: AdminVisit,
    search: CampaignSearch,
    refusal: Refusal | null,
  ): Promise<void> {
    const { id, count } = await beginCampaign.preview(visit.actor, search);
    const model: Pages['admin-campaign-preview'] = {
      form: forms.form(PREVIEW_PATH, visit.sessionUid),
      campaign: id,
      count,
      search,
      groups: visit.scope.groups,
      listHref: addressOf(USERS_PATH, search),
    };
    render(ctx, 'admin-campaign-preview', model, consoleContext(visit, 'campaigns', refusal));
  }

  return [
    { method: 'POST', path: '/users', page: 'campaigns', handle: ask },
    { method: 'GET', path: '/campaigns/new', page: 'campaigns', handle: open },
    { method: 'POST', path: '/campaigns/new', page: 'campaigns', handle: send },
  ];
}
