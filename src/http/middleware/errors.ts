/** Turns a thrown error, or a request without an answer, into the `error` page with its status. */
import type { Context, Middleware } from 'koa';
import type { Refusal } from '../../domain/refusal.ts';
import { InteractionGone } from '../../oidc/session/provider-session.ts';
import type { Log } from '../../ports/log.ts';
import { isPassing } from '../../ports/passing-faults.ts';
import { SecretUnreadable } from '../../ports/system.ts';
import { pagePath } from '../guards/return-path.ts';
import type { Pages, RenderSome } from '../pages/page-contract.ts';
import { referenceOf } from '../pages/reference.ts';
import type { WayOn } from '../pages/way-on.ts';
import { RequestRefused } from './cross-site.ts';
import { Misdirected } from './misdirected.ts';

interface ErrorsDeps {
  readonly render: RenderSome<'error'>;
  readonly log: Log;
  /** Gets requests that were refused for where they come from or go to. Default: nobody. */
  readonly warn?: Log;
  /** The link to a new start. Null when no such page is known. */
  readonly home?: string | null;
  /** The link from a page at another host. Default: `home`. */
  readonly issuer?: string | undefined;
  /** The links for a sign-in that has ended. Default: none but home. */
  readonly wayOn?: WayOn | undefined;
}

type Title = Pages['error']['title'];

export function errorPages({
  render,
  log,
  warn = () => {},
  home = '/',
  issuer,
  wayOn = async () => [],
}: ErrorsDeps): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) await show(ctx, 'not-found', 404);
    } catch (error) {
      await answer(ctx, error);
    }
  };

  async function answer(ctx: Context, error: unknown): Promise<void> {
    const requestId = String(ctx.state.requestId ?? '');
    const status = statusOf(error);
    if (status === 503) log({ event: 'request.unavailable', request_id: requestId, error });
    // The operator removed the encryption key during a sign-in. The person starts again, or asks the operator to
    // restore the key.
    if (error instanceof SecretUnreadable) log({ event: 'secret.unreadable', request_id: requestId, error });
    if (error instanceof Misdirected)
      warn({ event: 'request.misdirected', request_id: requestId, reason: error.message });
    if (error instanceof RequestRefused)
      warn({ event: 'form.refused', request_id: requestId, reason: error.message });
    if (status === 500) log({ event: 'request.failed', request_id: requestId, error });
    // The handler may have set a redirect before it failed.
    ctx.remove('Location');
    if (error instanceof Error && 'headers' in error) ctx.set(error.headers as Record<string, string>);
    if (error instanceof InteractionGone) await show(ctx, 'expired', status, { code: 'session_expired' });
    else if (error instanceof SecretUnreadable)
      await show(ctx, 'unusable', status, { code: 'method_not_allowed' });
    else if (status === 403) await show(ctx, 'refused', status, { code: 'forbidden' });
    else await show(ctx, titleOf(status), status);
  }

  async function show(ctx: Context, title: Title, status: number, refusal: Refusal | null = null) {
    // A server error may be temporary, so the page links to the same step and keeps the sign-in.
    const again = status >= 500 ? pagePath(ctx) : null;
    const onward = title === 'expired' ? await wayOn(ctx) : [];
    const links = [
      ...(again === null ? [] : [{ href: again, text: 'try-again' as const }]),
      ...onward,
      ...(home === null || onward.length > 0
        ? []
        : [{ href: title === 'misdirected' ? (issuer ?? home) : home, text: 'home' as const }]),
    ];
    const reference = referenceOf(ctx);
    await render(
      ctx,
      'error',
      { title, protocol: null, links, cancel: null, reference },
      { status, refusal },
    );
  }
}

function titleOf(status: number): Title {
  if (status === 503) return 'unavailable';
  if (status === 421) return 'misdirected';
  return status === 500 ? 'failed' : 'bad-request';
}

/** An error of ours carries its status. An unavailable store answers 503, and any unforeseen error 500. */
function statusOf(error: unknown): number {
  if (isPassing(error)) return 503;
  if (error instanceof SecretUnreadable) return 403;
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
