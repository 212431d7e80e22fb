/** Writes down each finished sign-in before its answer leaves: sessions and tokens are judged by it from then on. */
import type { Middleware } from 'koa';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { SignInRecordStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import { proofsGiven } from './prompt.ts';

interface Needs {
  readonly records: Pick<SignInRecordStore, 'save'>;
  readonly clock: Clock;
  /** How long after the sign-in something issued from it can still live. */
  readonly keptMs: number;
}

/** The browser names itself; more than this says nothing to a person. */
const LONGEST_BROWSER = 200;

/** For `provider.use`: the session's uid exists in the resume request alone. */
export function keepSignInRecords({ records, clock, keptMs }: Needs): Middleware {
  return async (ctx, next) => {
    await next();
    const asked = ctx as unknown as KoaContextWithOIDC;
    const session = asked.oidc?.session;
    const proofs = asked.oidc ? proofsGiven(asked) : null;
    if (!proofs || !session?.accountId) return;
    await records.save({
      sessionUid: session.uid,
      accountId: session.accountId,
      proofs,
      at: (session.loginTs ?? 0) * 1000,
      address: ctx.ip,
      browser: ctx.get('user-agent').slice(0, LONGEST_BROWSER),
      expiresAt: clock.now() + keptMs,
    });
  };
}
