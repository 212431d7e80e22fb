/**
 * A sign-in is resumed by the browser that finished it, and by no other: whoever began it and had its cookies planted
 * in somebody else's browser, from a sibling host, would else be signed in as that person.
 */
import type { Context, Middleware } from 'koa';
import { type Adapter, type AdapterPayload, Provider } from 'oidc-provider';
import type { SecretBox } from '../ports/system.ts';
import { finishedIn } from './provider-session.ts';

interface Needs {
  readonly box: Pick<SecretBox, 'digest'>;
  readonly isHttps: boolean;
}

/** As long as an interaction lives. */
const KEPT_MS = 15 * 60 * 1000;

export function createResumeTickets({ box, isHttps }: Needs) {
  const name = isHttps ? '__Secure-finished' : 'finished';
  /** With the account in it: one's own end of an interaction is of no use after somebody else's. */
  const ticketOf = (uid: string, accountId: string) => box.digest(`${uid}|${accountId}`, 'resume-ticket');

  /** Around our own pages: who has just proven an account, or allowed something, takes a ticket along. */
  const give: Middleware = async (ctx, next) => {
    await next();
    const finished = finishedIn(ctx);
    if (!finished) return;
    const { uid, accountId } = finished;
    const scope = { path: `/auth/${uid}`, maxAge: KEPT_MS, signed: false };
    const kept = { ...scope, httpOnly: true, sameSite: 'lax' as const, secure: isHttps };
    ctx.cookies.set(name, ticketOf(uid, accountId), kept);
  };

  /** Around the provider's storage: what was finished elsewhere is not there for whoever comes to resume it. */
  function guard(adapterOf: (model: string) => Adapter): (model: string) => Adapter {
    return (model) => {
      const adapter = adapterOf(model);
      if (model !== 'Interaction') return adapter;
      const find = async (uid: string) => {
        const found = await adapter.find(uid);
        return found && isFinishedElsewhere(found, uid) ? undefined : found;
      };
      return { ...adapter, find };
    };
  }

  function isFinishedElsewhere({ result, session }: AdapterPayload, uid: string): boolean {
    // Set while the provider answers a request of its own.
    const asked = Provider.ctx;
    if (asked?.oidc.route !== 'resume' || !result || 'error' in result) return false;
    const ticket = ticketOf(uid, result.login?.accountId ?? session?.accountId ?? '');
    return (asked as unknown as Context).cookies.get(name, { signed: false }) !== ticket;
  }

  return { give, guard };
}

export type ResumeTickets = ReturnType<typeof createResumeTickets>;
