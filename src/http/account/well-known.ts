/** Tells password managers where people set passkeys up and manage them (W3C, "A Well-Known URL for Passkey Endpoints"). */
import Router from '@koa/router';
import type { Area } from '../server/area.ts';

interface WellKnownDeps {
  readonly issuer: string;
  /** Whether browsers make passkeys at this issuer. */
  readonly hasPasskeys: boolean;
}

const PATH = '/.well-known/passkey-endpoints';

export function passkeyEndpointsArea({ issuer, hasPasskeys }: WellKnownDeps): Area {
  const router = new Router();
  const page = `${issuer}/account/security`;
  if (hasPasskeys)
    router.get(PATH, (ctx) => {
      ctx.set('Cache-Control', 'public, max-age=3600');
      ctx.body = { enroll: page, manage: page };
    });
  return { name: 'passkey-endpoints', paths: [PATH], routes: router };
}
