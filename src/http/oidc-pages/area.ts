/** The provider's own endpoints as an area. The provider answers them; a post to two of them is redirected first. */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { ProviderPages } from '../../oidc/page-hooks.ts';
import { oversizeOf, refuseForm } from '../../oidc/requests/parameter-sizes.ts';
import type { Log } from '../../ports/log.ts';
import { readForm } from '../guards/forms.ts';
import type { Area, Delegate } from '../server/area.ts';

const PROVIDER =
  /^\/(?:auth(?:\/[^/]+)?|token(?:\/(?:introspection|revocation))?|me|jwks|request|device(?:\/(?!(?:confirm|done)$)[^/]+)?|session\/end(?:\/[a-z]+)?|\.well-known\/(?:openid-configuration|oauth-authorization-server))$/;
/** The provider answers other methods with 404. We answer them with 405. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'OPTIONS']);
/** OIDC Core 3.1.2.1 and RP-Initiated Logout 2 allow a post to these endpoints. */
const ALSO_POSTED = ['/auth', '/session/end'];

/** Characters. The rest of the 16 KiB of a request's head is for cookies and other headers. */
const LONGEST_QUERY = 12 * 1024;
const TOO_LONG =
  'the request is too long for an address: send it to the pushed authorization request endpoint';

const DEVICE_AUTHORIZATION = '/device/auth';

interface OidcAreaDeps {
  readonly provider: Delegate['koa'];
  readonly pages: Pick<ProviderPages, 'error'>;
  readonly log: Log;
}

export function oidcArea({ provider, ...refusing }: OidcAreaDeps): Area {
  const router = new Router({ sensitive: true, strict: true });
  for (const path of ALSO_POSTED) router.post(path, postedAsQuery);
  return {
    name: 'oidc',
    paths: ['/auth', '/token', '/me', '/jwks', '/request', '/device', '/session/end', '/.well-known'],
    routes: router,
    headers: { formsLeadAway: ['/auth', '/session'] },
    openToPosts: ALSO_POSTED,
    delegate: {
      koa: provider,
      owns: ({ method, path }) =>
        PROVIDER.test(path) &&
        METHODS.has(method) &&
        !(method === 'POST' && ALSO_POSTED.includes(path)) &&
        // The library would take a GET of its own endpoint for the resume of a device's sign-in.
        !(path === DEVICE_AUTHORIZATION && (method === 'GET' || method === 'HEAD')),
    },
  };

  /**
   * The library reads a post only with cookies of `SameSite=None`. A redirect to the same request as a query needs none.
   * A browser could not follow a redirect to an address that is too long.
   */
  async function postedAsQuery(ctx: Context): Promise<void> {
    const fields = await readForm(ctx);
    const query = String(new URLSearchParams({ ...fields }));
    const oversize = oversizeOf(fields) ?? (query.length > LONGEST_QUERY ? TOO_LONG : null);
    if (oversize !== null) return refuseForm(ctx, oversize, refusing);
    ctx.status = 303;
    ctx.redirect(`${ctx.path}?${query}`);
  }
}
