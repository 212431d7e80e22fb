/**
 * Limits the size of what a request leaves in the short-lived store. A relying party chooses these parameters, and they
 * stay there for as long as the sign-in may take.
 */
import type { Context, Middleware } from 'koa';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { readJson } from '../../domain/json.ts';
import type { Log } from '../../ports/log.ts';
import type { ProviderPages } from '../page-hooks.ts';

type Params = Readonly<Record<string, unknown>>;

/** Bytes in UTF-8, for these three together, and for all other parameters together. */
const MOST_BYTES = 8 * 1024;
const FREE: ReadonlySet<string> = new Set(['state', 'nonce', 'claims']);

/** OpenID Connect Core 5.5 has four. The library copies the claims of a pushed request level by level, on the stack. */
const MOST_LEVELS = 16;

const TOO_DEEP = `claims has more than ${MOST_LEVELS} levels`;
const TOO_LARGE = `state, nonce and claims together are larger than ${MOST_BYTES} bytes`;
const OTHERS_TOO_LARGE = `the parameters beside state, nonce and claims are larger than ${MOST_BYTES} bytes`;

/** Says which parameters are too large or too deep. Null: none are. */
export function oversizeOf(params: Params): string | null {
  const sizes = { free: 0, others: 0 };
  for (const [name, value] of Object.entries(params)) {
    if (FREE.has(name)) sizes.free += name === 'claims' ? sizeOfClaims(value) : sizeOf(value);
    else sizes.others += sizeOf(value);
  }
  if (sizes.free > MOST_BYTES) return TOO_LARGE;
  if (sizes.others > MOST_BYTES) return OTHERS_TOO_LARGE;
  return isDeep(params.claims) ? TOO_DEEP : null;
}

/** For claims that are not too large. The library refuses those that are no JSON. */
function isDeep(claims: unknown): boolean {
  let level = objectsIn([typeof claims === 'string' ? readJson(claims) : claims]);
  for (let levels = 1; level.length > 0; levels += 1) {
    if (levels > MOST_LEVELS) return true;
    level = objectsIn(level.flatMap((each) => Object.values(each)));
  }
  return false;
}

/** Arrays among them. */
function objectsIn(values: readonly unknown[]): object[] {
  return values.filter((value) => typeof value === 'object' && value !== null);
}

/**
 * For `extraParams.scope`: the library has checked the redirect URI, and has stored nothing yet. A pushed request and that
 * of a device pass here too.
 *
 * @throws InvalidRequest. It goes to the relying party with its `state`, as RFC 6749, 4.1.2.1 has it. A `state` that is
 *   too large itself fits in no address, so the person reads the error here.
 */
export function refuseOversize({ oidc }: KoaContextWithOIDC): void {
  const { params } = oidc;
  const oversize = params ? oversizeOf({ ...params }) : null;
  if (oversize === null) return;
  const error = new errors.InvalidRequest(oversize);
  if (sizeOf(params?.state) > MOST_BYTES) error.allow_redirect = false;
  throw error;
}

interface SignOutSizeDeps {
  readonly pages: Pick<ProviderPages, 'error'>;
  readonly log: Log;
}

/** Middleware for `provider.use`: the library keeps the `state` of a sign-out in a session, whoever asks. */
export function createSignOutSize({ pages, log }: SignOutSizeDeps): Middleware {
  return async (ctx, next) => {
    if (ctx.path !== '/session/end' || sizeOf(ctx.query.state) <= MOST_BYTES) return next();
    await refuseForm(ctx, `state is larger than ${MOST_BYTES} bytes`, { pages, log });
  };
}

/** Shows a request as refused that is not handed to the library, and logs it as the library's refusals are. */
export async function refuseForm(
  ctx: Context,
  description: string,
  { pages, log }: SignOutSizeDeps,
): Promise<void> {
  log({
    event: 'request.refused',
    request_id: String(ctx.state.requestId ?? ''),
    endpoint: ctx.path === '/auth' ? 'authorization' : 'end_session',
    error_code: 'invalid_request',
    reason: description,
  });
  const fault = { error: 'invalid_request', description, status: 400 };
  await pages.error(ctx, { ...fault, isPassing: false, isSessionGone: false, retryAt: null });
}

/** The library stores the claims of a pushed request as it writes them, and those of others as they came. */
function sizeOfClaims(claims: unknown): number {
  if (typeof claims !== 'string') return sizeOf(claims);
  try {
    return Math.max(sizeOf(claims), sizeOf(JSON.stringify(JSON.parse(claims))));
  } catch {
    return sizeOf(claims);
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value) ?? '');
}
