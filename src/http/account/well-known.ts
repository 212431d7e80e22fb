/**
 * Tells password managers where people manage their passkeys (W3C, "A Well-Known URL for Passkey Endpoints"). Leads them to
 * the page for another password (W3C, "A Well-Known URL for Changing Passwords").
 */
import Router from '@koa/router';
import type { Area } from '../server/area.ts';

interface WellKnownDeps {
  readonly issuer: string;
  /** Whether browsers make passkeys at this issuer. */
  readonly hasPasskeys: boolean;
}

const PATH = '/.well-known/passkey-endpoints';
const CHANGE_PASSWORD = '/.well-known/change-password';

export function wellKnownArea({ issuer, hasPasskeys }: WellKnownDeps): Area {
  const router = new Router();
  const page = `${issuer}/account/security`;
  if (hasPasskeys)
    router.get(PATH, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=3600');
      ctx.body = { enroll: page, manage: page };
    });
  router.get(CHANGE_PASSWORD, (ctx) => {
    ctx.status = 303;
    ctx.redirect('/account/password');
  });
  return { name: 'well-known', paths: [PATH, CHANGE_PASSWORD], routes: router };
}
