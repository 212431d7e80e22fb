/** The response modes of the code flow: the query and a form that posts itself. */
import type { Context } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

const RESPONSE_MODES = ['query', 'form_post'];

/** Response modes with a fragment belong to flows that this provider does not support. */
export function refuseFragment(_ctx: KoaContextWithOIDC, mode: string | undefined): void {
  if (mode !== undefined && !RESPONSE_MODES.includes(mode)) {
    throw new errors.UnsupportedResponseMode(`response_mode must be ${RESPONSE_MODES.join(' or ')}`);
  }
}

/** The library announces the fragment mode regardless of its configuration. */
export async function announceOwnResponseModes(ctx: Context, next: () => Promise<unknown>): Promise<void> {
  await next();
  const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>;
  if (oidc?.route === 'discovery')
    Object.assign(ctx.body as object, { response_modes_supported: RESPONSE_MODES });
}
