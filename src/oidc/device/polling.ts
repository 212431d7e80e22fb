/** Slows a device down that asks too often, which the library does not (RFC 8628, 3.5). */
import type { Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { isPassing } from '../../ports/passing-faults.ts';
import { type DeviceCodes, POLLING_SECONDS } from '../../use-cases/device/device-codes.ts';

/** Middleware for `provider.use`. */
export function createDevicePolling({ asksTooSoon }: Pick<DeviceCodes, 'asksTooSoon'>): Middleware {
  return async (ctx, next) => {
    await next();
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
    const body: unknown = ctx.body;
    if (typeof body !== 'object' || body === null) return;
    if (oidc?.route === 'device_authorization' && 'device_code' in body)
      ctx.body = { ...body, interval: POLLING_SECONDS };
    const isPending = 'error' in body && body.error === 'authorization_pending';
    if (oidc?.route === 'token' && isPending && (await isTooSoon(String(oidc.params?.device_code))))
      ctx.body = { error: 'slow_down', error_description: `ask once in ${POLLING_SECONDS} seconds` };
  };

  async function isTooSoon(deviceCode: string): Promise<boolean> {
    try {
      return await asksTooSoon(deviceCode);
    } catch (error) {
      // The device gets nothing yet. It learns the same without the counter.
      if (isPassing(error)) return false;
      throw error;
    }
  }
}
