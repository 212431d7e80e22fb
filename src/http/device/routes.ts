/** The pages of a device's sign-in that the library does not have: what is confirmed, and how it ended. */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { ClientConfig } from '../../config/shape.ts';
import { shownEmail } from '../../domain/account.ts';
import { addressKey } from '../../domain/sign-in/attempts.ts';
import { applicationLink } from '../../oidc/clients/application-link.ts';
import { CONFIRM_PATH, DEVICE_PATH, type DeviceState, DONE_PATH } from '../../oidc/device/device-state.ts';
import type { FindAccount } from '../../use-cases/account/find-account.ts';
import type { Render } from '../pages/page-contract.ts';

interface DeviceRoutesDeps {
  readonly deviceState: DeviceState;
  readonly findAccount: FindAccount;
  readonly clients: readonly ClientConfig[];
  readonly issuer: string;
  readonly render: Render;
  readonly clientName: (clientId: string) => string;
  readonly clientTenant: (clientId: string) => string | null;
}

export function createDeviceRoutes(needs: DeviceRoutesDeps): Router {
  const { deviceState, findAccount, issuer, render, clientName, clientTenant } = needs;
  const metadata = new Map(needs.clients.map((client) => [client.clientId, client.metadata]));
  const router = new Router({ sensitive: true, strict: true });

  router.get(CONFIRM_PATH, confirmPage);
  router.get(DONE_PATH, donePage);
  return router;

  async function confirmPage(ctx: Context): Promise<void> {
    const request = await deviceState.request(ctx);
    if (!request) return seeOther(ctx, DEVICE_PATH);
    if ('interaction' in request) return seeOther(ctx, `/interaction/${request.interaction}`);
    const { form, userCode, clientId, ip, askedAt, uiLocales, accountId } = request;
    const account = accountId === null ? null : await findAccount(accountId);
    const isSameNetwork = addressKey(ip) === addressKey(ctx.ip);
    const model = {
      form,
      userCode,
      clientName: clientName(clientId),
      ip,
      isSameNetwork,
      askedAt,
      email: account ? shownEmail(account.email) : null,
    };
    const tenantId = clientTenant(clientId) ?? account?.tenantId ?? null;
    render(ctx, 'device-confirm', model, { tenantId, locale: account?.locale ?? null, uiLocales });
  }

  async function donePage(ctx: Context): Promise<void> {
    const end = await deviceState.end(ctx);
    if (!end) return seeOther(ctx, DEVICE_PATH);
    const { clientId, isDone } = end;
    const link = applicationLink(metadata.get(clientId), issuer);
    const model = { clientName: clientName(clientId), isDone, link };
    render(ctx, 'device-done', model, { tenantId: clientTenant(clientId) });
  }
}

function seeOther(ctx: Context, path: string): void {
  ctx.status = 303;
  ctx.redirect(path);
}
