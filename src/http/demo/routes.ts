/** Relying parties for trying the product: sign in, look at the claims, step up, refresh, sign out. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { ClientConfig } from '../../config/shape.ts';
import type { ResourceServer } from '../../domain/client.ts';
import type { Clock } from '../../ports/system.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { createDemoApi, DEMO_API_PATH, demoApiOf } from './api.ts';
import { partiesOf } from './parties.ts';
import { createPartyPages } from './party-pages.ts';
import type { DemoSessions } from './sessions.ts';

export interface DemoRoutesDeps {
  readonly issuer: string;
  /** The demo plays the clients that have a redirect URI of the demo. Other clients belong to other applications. */
  readonly clients: readonly ClientConfig[];
  /** The demo has an API when its own is among them. */
  readonly resourceServers: readonly ResourceServer[];
  /** The accounts of the built-in demo, shown with their passwords. Empty with any other configuration. */
  readonly accounts: readonly DemoAccount[];
  readonly sessions: DemoSessions;
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clock: Clock;
}

export interface DemoAccount extends Omit<Pages['demo']['accounts'][number], 'startHref'> {
  /** Stands in addresses. */
  readonly id: string;
}

const HOME = '/demo';

/** For development only. */
export function createDemoRoutes(needs: DemoRoutesDeps): Router {
  const parties = partiesOf(needs.issuer, needs.clients);
  const api = demoApiOf(needs.issuer, needs.resourceServers);
  const router = new Router();

  router.get(HOME, showHome);
  if (api) router.get(DEMO_API_PATH, ...createDemoApi(needs));
  for (const [index, party] of parties.entries()) {
    const other = parties[(index + 1) % parties.length] ?? party;
    const pages = createPartyPages({ ...needs, api, home: HOME }, party, other);
    router.get(`${party.base}/start`, pages.start);
    router.get(`${party.base}/step-up`, pages.stepUp);
    router.get(`${party.base}/callback`, pages.callback);
    router.get(`${party.base}/me`, pages.showMe);
    router.post(`${party.base}/refresh`, pages.refresh);
    router.get(`${party.base}/sign-out`, pages.signOut);
    router.post(`${party.base}/api-call`, pages.callApi);
    router.get(`${party.base}/api-call`, pages.showApiCall);
    router.get(`${party.base}/api-call/step-up`, pages.stepUpForApi);
  }

  function showHome(ctx: Context): void {
    needs.render(ctx, 'demo', {
      parties: parties.map(({ id, name, base }) => ({ id, name, startHref: `${base}/start` })),
      accounts: needs.accounts.map(({ id, ...account }) => ({
        ...account,
        startHref: parties[0] ? `${parties[0].base}/start?account=${id}` : null,
      })),
    });
  }

  return router;
}
