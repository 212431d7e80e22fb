/** Turns what a handler throws, and what nobody answered, into the `error` page with its status. */
import type { Context, Middleware } from 'koa';
import type { Refusal } from '../../domain/refusal.ts';
import { InteractionGone } from '../../oidc/sessions.ts';
import type { Log } from '../../ports/log.ts';
import { isPassing } from '../../ports/passing-faults.ts';
import { SecretUnreadable } from '../../ports/system.ts';
import { pagePath } from '../guards/return-path.ts';
import type { Pages, RenderSome } from '../pages/page-contract.ts';

interface ErrorsDeps {
  readonly render: RenderSome<'error'>;
  readonly log: Log;
  /** Where somebody who can't go on may begin anew; null: nowhere that we know of. */
  readonly home?: string | null;
}

type Title = Pages['error']['title'];

export function errorPages({ render, log, home = '/' }: ErrorsDeps): Middleware {
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
    // Its key was taken away under somebody's steps: they begin anew, or ask those who can put it back.
    if (error instanceof SecretUnreadable) log({ event: 'secret.unreadable', request_id: requestId, error });
    if (status === 500) log({ event: 'request.failed', request_id: requestId, error });
    // What was begun may have led on.
    ctx.remove('Location');
    if (error instanceof Error && 'headers' in error) ctx.set(error.headers as Record<string, string>);
    if (error instanceof InteractionGone) await show(ctx, 'expired', status, { code: 'session_expired' });
    else if (error instanceof SecretUnreadable)
      await show(ctx, 'unusable', status, { code: 'method_not_allowed' });
    else if (status === 403) await show(ctx, 'refused', status, { code: 'forbidden' });
    else await show(ctx, titleOf(status), status);
  }

  async function show(ctx: Context, title: Title, status: number, refusal: Refusal | null = null) {
    // What failed here may do better in a moment: a sign-in under way is not left for that.
    const again = status >= 500 ? pagePath(ctx) : null;
    const links = [
      ...(again === null ? [] : [{ href: again, text: 'try-again' as const }]),
      ...(home === null ? [] : [{ href: home, text: 'home' as const }]),
    ];
    const requestId = String(ctx.state.requestId ?? '');
    await render(
      ctx,
      'error',
      { title, protocol: null, links, cancel: null, requestId },
      { status, refusal },
    );
  }
}

function titleOf(status: number): Title {
  if (status === 503) return 'unavailable';
  return status === 500 ? 'failed' : 'bad-request';
}

/** What an error of ours says of itself; a store that is away passes; anything unforeseen is a 500. */
function statusOf(error: unknown): number {
  if (isPassing(error)) return 503;
  if (error instanceof SecretUnreadable) return 403;
  const status = error instanceof Error && 'status' in error ? error.status : 500;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : 500;
}
