/** The demo's API: it accepts access tokens of this server, and asks for two factors. */
import type { Context, Middleware } from 'koa';
import type { ResourceServer } from '../../domain/client.ts';
import { ACRS } from '../../domain/policy/acr.ts';
import type { Clock } from '../../ports/system.ts';
import type { AccessToken } from '../../resource-server/access-token.ts';
import { createResourceServer } from '../../resource-server/resource-server.ts';

const DEMO_API = 'urn:doublelock:demo-api';
export const DEMO_API_PATH = '/demo/api';
const SCOPE = 'payslips';

/** The address of the API, and the words by which an application asks for a token. */
export interface DemoApi {
  readonly identifier: string;
  readonly scope: string;
  readonly url: string;
}

/** Null: the configuration lists no such API, so the demo has none. */
export function demoApiOf(issuer: string, servers: readonly ResourceServer[]): DemoApi | null {
  const listed = servers.some(
    ({ identifier, scopes, accessTokenFormat }) =>
      identifier === DEMO_API && accessTokenFormat === 'jwt' && scopes.includes(SCOPE),
  );
  return listed ? { identifier: DEMO_API, scope: SCOPE, url: `${issuer}${DEMO_API_PATH}` } : null;
}

const [, , TWO_FACTORS] = ACRS;

/** The routes of the API: the check of the token, and the answer. */
export function createDemoApi({
  issuer,
  clock,
}: {
  readonly issuer: string;
  readonly clock: Clock;
}): Middleware[] {
  const api = createResourceServer({ issuer, audience: DEMO_API, origin: new URL(issuer).origin, clock });
  return [api.koa({ scopes: [SCOPE], acr: TWO_FACTORS }), showPayslips];
}

function showPayslips(ctx: Context): void {
  const { subject, acr }: AccessToken = ctx.state.accessToken;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = { payslips: [{ month: '2026-01', net: 2480 }], subject, acr };
}
