/** The page behind the link of an invitation. A GET changes nothing, because mail scanners open links. */
import Router from '@koa/router';
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { ownAuthorizationPath } from '../../oidc/clients/own-client.ts';
import type { Acceptance, Invitation } from '../../use-cases/invitations/accept.ts';
import type { FormTokens } from '../guards/forms.ts';
import type { VisitCookie } from '../guards/visit-cookie.ts';
import { ownerContext, showLinkGone } from '../pages/link-pages.ts';
import type { Render } from '../pages/page-contract.ts';

interface InvitationRoutesDeps {
  readonly acceptance: Acceptance;
  readonly visitCookie: Pick<VisitCookie, 'give'>;
  readonly tenants: readonly Tenant[];
  readonly issuer: string;
  readonly clientName: (clientId: string) => string;
  readonly forms: FormTokens;
  readonly render: Render;
}

const TITLES = {
  used: 'invitation-used',
  replaced: 'invitation-replaced',
  expired: 'invitation-gone',
} as const;

export function createInvitationRoutes(needs: InvitationRoutesDeps): Router {
  const { acceptance, visitCookie, tenants, issuer, clientName, forms, render } = needs;
  const router = new Router({ prefix: '/invitation' });

  router.get('/:token', page);
  router.post('/:token', accept);
  return router;

  async function page(ctx: Context): Promise<void> {
    const invitation = await acceptance.find(String(ctx.params.token));
    if (invitation?.state !== 'open') return gone(ctx, invitation);
    await draw(ctx, invitation);
  }

  /** The page has two forms at one address. The one for passkeys has the field `response`. */
  async function accept(ctx: Context): Promise<void> {
    const token = String(ctx.params.token);
    const { password = '', response, nonce = '' } = await forms.read(ctx, token);
    const outcome =
      response === undefined
        ? await acceptance.acceptPassword(token, password, ctx.ip)
        : await acceptance.acceptPasskey(token, nonce, response, ctx.ip);
    if (!outcome.ok) return refuse(ctx, token, outcome.refusal);
    const { invitation, ticket } = outcome.value;
    visitCookie.give(ctx, ticket);
    ctx.status = 303;
    ctx.redirect(signInOf(invitation));
  }

  /** An ordinary sign-in at our own client: it takes the ticket, asks for what the policy asks, and goes on from there. */
  function signInOf({ account, clientId }: Invitation): string {
    return ownAuthorizationPath(issuer, {
      state: clientId === null ? '/account' : `/account/application/${encodeURIComponent(clientId)}`,
      prompt: 'login',
      login_hint: shownEmail(account.email),
    });
  }

  async function refuse(ctx: Context, token: string, refusal: Refusal): Promise<void> {
    const invitation = await acceptance.find(token);
    if (invitation?.state === 'open' && refusal.code !== 'session_expired')
      return draw(ctx, invitation, refusal);
    return gone(ctx, invitation);
  }

  async function draw(ctx: Context, { account, clientId }: Invitation, refusal?: Refusal): Promise<void> {
    const token = String(ctx.params.token);
    const tenant = tenants.find(({ id }) => id === account.tenantId);
    const model = {
      form: forms.form(ctx.path, token),
      email: shownEmail(account.email),
      workspace: tenant?.name ?? account.tenantId,
      workspaceId: account.tenantId,
      clientName: clientId === null ? null : clientName(clientId),
      shortest: acceptance.shortest(account),
      passkey: await acceptance.passkeyFor(account, token),
    };
    render(ctx, 'invitation', model, { ...ownerContext(account), refusal: refusal ?? null });
  }

  /** It says whom to ask. After a use it says how to sign in. */
  function gone(ctx: Context, invitation: Invitation | null): void {
    const state = invitation?.state ?? 'expired';
    const title = state === 'open' ? TITLES.used : TITLES[state];
    const links = state === 'used' ? [{ href: '/account', text: 'account' as const }] : [];
    showLinkGone(ctx, render, { title, links }, invitation ? ownerContext(invitation.account) : {});
  }
}
