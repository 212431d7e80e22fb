/** The consent page: a person allows a third-party client to have the scopes that it asks for. */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { ClientConfig } from '../../config/shape.ts';
import { shownEmail } from '../../domain/account.ts';
import { type ClaimsByScope, OIDC_SCOPES, scopesTelling } from '../../domain/claims.ts';
import type { ResourceServer } from '../../domain/client.ts';
import {
  InteractionGone,
  type InteractionView,
  type ProviderSession,
} from '../../oidc/session/provider-session.ts';
import type { FindAccount } from '../../use-cases/account/find-account.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { Render } from '../pages/page-contract.ts';

interface ConsentRoutesDeps {
  readonly session: ProviderSession;
  readonly findAccount: FindAccount;
  readonly clients: readonly ClientConfig[];
  readonly claimsByScope: ClaimsByScope;
  readonly resourceServers: readonly ResourceServer[];
  readonly forms: FormTokens;
  readonly render: Render;
  readonly clientName: (clientId: string) => string;
  readonly clientTenant: (clientId: string) => string | null;
}

export function createConsentRoutes({
  session,
  findAccount,
  clients,
  claimsByScope,
  resourceServers,
  forms,
  render,
  ...names
}: ConsentRoutesDeps): Router {
  const metadata = new Map(clients.map((client) => [client.clientId, client.metadata]));
  const router = new Router({ prefix: '/interaction/:uid/consent' });

  router.get('/', consentPage);
  router.post('/', answer);
  return router;

  async function consentPage(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, ['consent']);
    const account = view.session ? await findAccount(view.session.accountId) : null;
    if (!account) throw new InteractionGone('nobody is signed in');
    const client = metadata.get(view.clientId);
    const model = {
      form: forms.form(`/interaction/${view.uid}/consent`, view.uid),
      clientName: names.clientName(view.clientId),
      clientUri: text(client?.client_uri),
      policyUri: text(client?.policy_uri),
      tosUri: text(client?.tos_uri),
      scopes: scopesShown(view, claimsByScope),
      apis: apisShown(view, resourceServers),
      email: shownEmail(account.email),
    };
    const { ui_locales: uiLocales } = view.params;
    const tenantId = names.clientTenant(view.clientId) ?? account.tenantId;
    const asked = typeof uiLocales === 'string' ? { uiLocales } : {};
    render(ctx, 'consent', model, { tenantId, locale: account.locale, ...asked });
  }

  async function answer(ctx: Context): Promise<void> {
    const view = await session.interaction(ctx, ['consent']);
    const fields = await forms.read(ctx, view.uid);
    const denied = { error: 'access_denied', description: 'the person did not allow it' };
    const url = 'allow' in fields ? await session.allow(ctx, view) : await session.end(ctx, denied);
    ctx.status = 303;
    ctx.redirect(url);
  }
}

/** The scopes of OpenID Connect beside `openid`. A claim that is requested by itself counts as its scope. */
function scopesShown({ params, details }: InteractionView, byScope: ClaimsByScope): string[] {
  const asked = askedScopes(params).filter((scope) => OIDC_SCOPES.includes(scope));
  const { missingOIDCClaims: claims } = details;
  const shown = new Set([
    ...asked,
    ...(Array.isArray(claims) ? scopesTelling(claims.map(String), byScope) : []),
  ]);
  return [...shown].filter((scope) => scope !== 'openid');
}

/** The APIs that the request names, each with its requested scopes. */
function apisShown({ params }: InteractionView, servers: readonly ResourceServer[]) {
  const named = [params.resource].flat();
  const asked = askedScopes(params);
  return servers
    .filter(({ identifier }) => named.includes(identifier))
    .map(({ identifier, scopes }) => ({
      identifier,
      scopes: scopes.filter((scope) => asked.includes(scope)),
    }));
}

function askedScopes(params: InteractionView['params']): string[] {
  return String(params.scope ?? '').split(' ');
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
