/** The page of sessions: where the account is signed in, and the buttons that end that. */

import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Clock } from '../../ports/system.ts';
import { browserName } from '../../presentation/browser-name.ts';
import { placeName } from '../../presentation/place-name.ts';
import type { OwnSession, OwnSessions } from '../../use-cases/account/own-sessions.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { RequireSession } from '../guards/require-session.ts';
import type { PageLocale } from '../pages/locale.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { ACCOUNT_PATH, redirect, senderOf } from './account-page.ts';
import { accountContext } from './page-context.ts';

export interface SessionsDeps {
  readonly requireSession: RequireSession;
  readonly ownSessions: OwnSessions;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly pageLocale: PageLocale;
  readonly clock: Clock;
}

const PATH = `${ACCOUNT_PATH}/sessions`;
const DONE = ['ended', 'others'] as const;

export function addSessionsRoutes(router: Router, needs: SessionsDeps): void {
  const { requireSession, ownSessions, forms, render, pageLocale, clock } = needs;

  router.get('/sessions', show);
  router.post('/sessions', end);

  async function show(ctx: Context): Promise<void> {
    const visit = await requireSession.demand(ctx, null, PATH);
    if (!visit) return;
    const { sessionUid } = visit.record;
    const { locale } = senderOf(ctx, visit, pageLocale);
    const listed = await ownSessions.list(visit.policyResult);
    const viewOf = ({ uid, origin, ...session }: OwnSession) => {
      const isCurrent = uid === sessionUid;
      return {
        ...session,
        id: uid,
        browser: browserName(origin.browser),
        place: placeName(origin.place, locale) ?? origin.network,
        lastUsedAt: isCurrent ? clock.now() : session.lastUsedAt,
        isCurrent,
      };
    };
    const model: Pages['sessions'] = {
      form: forms.form(PATH, sessionUid),
      // The session of this browser is first, and the others are newest first.
      sessions: listed.map(viewOf).sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
      done: DONE.find((done) => done === ctx.query.done) ?? null,
    };
    render(ctx, 'sessions', model, accountContext(visit));
  }

  /** Needs no fresh factor: a person who sees a stranger must not wait. */
  async function end(ctx: Context): Promise<void> {
    const visit = await requireSession.demand(ctx, null, PATH);
    if (!visit) return;
    const { record, policyResult } = visit;
    const { account } = policyResult;
    const fields = await forms.read(ctx, record.sessionUid);
    if ('end-others' in fields) {
      await ownSessions.endOthers(account, record.sessionUid, ctx.ip);
      return redirect(ctx, `${PATH}?done=others`);
    }
    // Also for the session of another account: the answer does not tell whether there is one.
    if (!(await ownSessions.end(account, fields.end ?? '', ctx.ip))) return ctx.throw(404);
    redirect(ctx, `${PATH}?done=ended`);
  }
}
