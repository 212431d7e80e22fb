/** The pages of the provider's own endpoints: protocol errors, sign-out, and the change to another account. */
import type { Context } from 'koa';
import type { ProviderPages } from '../../oidc/page-hooks.ts';
import type { FindAccount } from '../../use-cases/account/find-account.ts';
import { pagePath } from '../guards/return-path.ts';
import type { SignOutCookie } from '../guards/sign-out-cookie.ts';
import type { Render } from '../pages/page-contract.ts';
import { referenceOf } from '../pages/reference.ts';
import type { WayOn } from '../pages/way-on.ts';

interface ProviderPagesDeps {
  readonly render: Render;
  readonly clientName: (clientId: string) => string;
  readonly clientTenant: (clientId: string) => string | null;
  /** Null for an application that has no address to go on. */
  readonly clientLink: (clientId: string) => string | null;
  readonly findAccount: FindAccount;
  readonly signOutCookie: SignOutCookie;
  readonly wayOn: WayOn;
}

export function createProviderPages({
  render,
  clientName,
  clientTenant,
  clientLink,
  findAccount,
  signOutCookie,
  wayOn,
}: ProviderPagesDeps): ProviderPages {
  const nameOf = (clientId: string | null) => (clientId === null ? null : clientName(clientId));

  /** The link leads to the same request. An address that is too long for a link is reloaded by the person. */
  function showBusy(ctx: Context, retryAt: number): void {
    const again = pagePath(ctx);
    const links = again === null ? [] : [{ href: again, text: 'try-again' as const }];
    const reference = referenceOf(ctx);
    const refusal = { code: 'too_many_requests', retryAt } as const;
    render(ctx, 'error', { title: 'busy', protocol: null, cancel: null, links, reference }, { refusal });
  }

  return {
    async error(ctx, { error, description, isPassing, isSessionGone, retryAt, ...fault }) {
      if (retryAt !== null) return showBusy(ctx, retryAt);
      const status = isPassing ? 503 : fault.status;
      const title = isPassing
        ? 'unavailable'
        : isSessionGone
          ? 'expired'
          : status >= 500
            ? 'failed'
            : 'protocol';
      const protocol = title === 'protocol' ? { error, description } : null;
      const again = status >= 500 ? pagePath(ctx) : null;
      const home = { href: '/', text: 'home' as const };
      const onward = status < 500 ? await wayOn(ctx) : [];
      const others = onward.length > 0 ? onward : [home];
      const links = again === null ? others : [{ href: again, text: 'try-again' as const }, ...others];
      const reference = referenceOf(ctx);
      render(ctx, 'error', { title, protocol, cancel: null, links, reference }, { status });
    },

    async signOut(ctx, { action, xsrf }, { clientId, accountId }) {
      // A sign-out must not fail for its looks.
      const account = accountId === null ? null : await findAccount(accountId).catch(() => null);
      const tenantId = (clientId === null ? null : clientTenant(clientId)) ?? account?.tenantId ?? null;
      const locale = account?.locale ?? null;
      signOutCookie.write(ctx, { clientId, tenantId, locale });
      render(ctx, 'sign-out', { action, xsrf, clientName: nameOf(clientId) }, { tenantId, locale });
    },

    signedOut(ctx, named) {
      const left = signOutCookie.read(ctx);
      const clientId = named ?? left.clientId;
      const href = clientId === null ? null : clientLink(clientId);
      const client = nameOf(clientId);
      const links = [
        ...(href === null || client === null ? [] : [{ href, text: 'application' as const, client }]),
        { href: '/account', text: 'sign-in' as const },
      ];
      const tenantId = (clientId === null ? null : clientTenant(clientId)) ?? left.tenantId;
      render(ctx, 'signed-out', { clientName: client, links }, { tenantId, locale: left.locale });
    },

    deviceCode(ctx, form, userCode, refusal) {
      render(ctx, 'device-code', { form, userCode }, { refusal });
    },

    foreignForm(ctx) {
      const links = [{ href: '/device', text: 'start-again' as const }];
      const reference = referenceOf(ctx);
      const refusal = { code: 'forbidden' } as const;
      render(ctx, 'error', { title: 'refused', protocol: null, cancel: null, links, reference }, { refusal });
    },

    switchAccount(ctx, { action, xsrf }) {
      render(ctx, 'switch-account', { action, xsrf });
    },

    formPost(ctx, { action, fields, isError, clientId, account, uiLocales }) {
      const context = {
        status: isError ? 400 : 200,
        tenantId: account?.tenantId ?? clientTenant(clientId),
        locale: account?.locale ?? null,
        uiLocales,
      };
      render(ctx, 'form-post', { action, fields, isError, clientName: clientName(clientId) }, context);
    },
  };
}
