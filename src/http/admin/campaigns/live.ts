/** The progress of mailings as server-sent events (WHATWG HTML, 9.2), for pages with a script. Other pages have a link. */
import { Readable } from 'node:stream';
import type { Context } from 'koa';
import type { CampaignReview } from '../../../use-cases/administration/campaigns/review-campaigns.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import type { ConsoleRoute } from '../console.ts';
import { goesOn, progressOf } from './campaign-view.ts';

export interface LiveDeps {
  readonly campaignReview: Pick<CampaignReview, 'find'>;
  /** Ends early, without an error, when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Milliseconds between two events. */
const EVERY_MS = 2000;
/** Events of one stream: it ends before the second factor of its person is too old for the console. */
const MOST_EVENTS = 240;
/** Streams of one account in this process. A browser opens six connections to a server at most. */
const MOST_OPEN = 4;
/** Mailings that one stream tells of. */
const MOST_IDS = 10;

export function liveRoutes({ campaignReview, wait }: LiveDeps): readonly ConsoleRoute[] {
  const open = new Map<string, number>();

  async function live(ctx: Context, visit: AdminVisit): Promise<void> {
    const { id: accountId } = visit.actor;
    // A browser does not ask again after this answer.
    if ((open.get(accountId) ?? 0) >= MOST_OPEN) {
      ctx.status = 204;
      return;
    }
    const ids = [ctx.query.id ?? []].flat().slice(0, MOST_IDS);
    const closed = new AbortController();
    ctx.res.once('close', () => closed.abort());
    ctx.status = 200;
    ctx.type = 'text/event-stream';
    ctx.set('Cache-Control', 'no-store');
    // A proxy would wait for more (nginx).
    ctx.set('X-Accel-Buffering', 'no');
    ctx.body = Readable.from(counted(accountId, events(visit, ids, closed.signal)), { highWaterMark: 1 });
  }

  async function* counted(accountId: string, texts: AsyncIterable<string>): AsyncGenerator<string> {
    open.set(accountId, (open.get(accountId) ?? 0) + 1);
    try {
      yield* texts;
    } finally {
      const left = (open.get(accountId) ?? 1) - 1;
      if (left === 0) open.delete(accountId);
      else open.set(accountId, left);
    }
  }

  async function* events(
    { actor }: AdminVisit,
    ids: readonly string[],
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    for (let sent = 0; sent < MOST_EVENTS && !signal.aborted; sent += 1) {
      const found = await Promise.all(ids.map((id) => campaignReview.find(actor, id)));
      const told = found.flatMap((campaign) =>
        campaign ? [{ id: campaign.id, ...progressOf(campaign) }] : [],
      );
      yield `event: progress\ndata: ${JSON.stringify(told)}\n\n`;
      if (!told.some(({ stage }) => goesOn(stage))) break;
      await wait(EVERY_MS, signal);
    }
    yield 'event: end\ndata:\n\n';
  }

  return [{ method: 'GET', path: '/campaigns/live', page: 'campaigns', handle: live }];
}
