/** Relying parties for trying the product: sign in, look at the claims, step up, refresh, sign out. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { ClientConfig } from '../../config/shape.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { partiesOf } from './parties.ts';
import { createPartyPages } from './party-pages.ts';
import type { DemoSessions } from './sessions.ts';

export interface DemoRoutesDeps {
  readonly issuer: string;
  /** The demo plays the clients that have a redirect URI of the demo. Other clients belong to other applications. */
  readonly clients: readonly ClientConfig[];
  /** The accounts of the built-in demo, shown with their passwords. Empty with any other configuration. */
  readonly accounts: Pages['demo']['accounts'];
  readonly sessions: DemoSessions;
  readonly forms: FormTokens;
  readonly render: Render;
}

const HOME = '/demo';

/** For development only. */
export function createDemoRoutes(needs: DemoRoutesDeps): Router {
  const parties = partiesOf(needs.issuer, needs.clients);
  const router = new Router();

  router.get(HOME, showHome);
  for (const [index, party] of parties.entries()) {
    const other = parties[(index + 1) % parties.length] ?? party;
    const pages = createPartyPages({ ...needs, home: HOME }, party, other);
    router.get(`${party.base}/start`, pages.start);
    router.get(`${party.base}/step-up`, pages.stepUp);
    router.get(`${party.base}/callback`, pages.callback);
    router.get(`${party.base}/me`, pages.showMe);
    router.post(`${party.base}/refresh`, pages.refresh);
    router.get(`${party.base}/sign-out`, pages.signOut);
  }

  function showHome(ctx: Context): void {
    needs.render(ctx, 'demo', {
      parties: parties.map(({ id, name, base }) => ({ id, name, startHref: `${base}/start` })),
      accounts: needs.accounts,
    });
  }

  return router;
}
