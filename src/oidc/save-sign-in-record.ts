/** Writes down each finished sign-in before its answer leaves: sessions and tokens are judged by it from then on. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { SignInRecordStore } from '../ports/stores.ts';
import type { Clock } from '../ports/system.ts';
import type { SignInFacts } from './sessions.ts';

interface SignInRecordSaverDeps {
  readonly records: Pick<SignInRecordStore, 'save'>;
  readonly clock: Clock;
  /** How long after the sign-in something issued from it can still live. */
  readonly issuedLifetimeMs: number;
}

/** The browser names itself; more than this says nothing to a person. */
const LONGEST_BROWSER = 200;

/** For the request that brings a result back from an interaction: the session's uid exists there alone. */
export function createSignInRecordSaver({ records, clock, issuedLifetimeMs }: SignInRecordSaverDeps) {
  const begun = new WeakMap<object, Promise<void>>();

  async function write(
    ctx: KoaContextWithOIDC,
    { authentications, trustedBrowserId }: SignInFacts,
  ): Promise<void> {
    const { session } = ctx.oidc;
    if (!session?.accountId) return;
    await records.save({
      sessionUid: session.uid,
      accountId: session.accountId,
      authentications,
      trustedBrowserId,
      atMs: (session.loginTs ?? 0) * 1000,
      ip: ctx.ip,
      browser: ctx.get('user-agent').slice(0, LONGEST_BROWSER),
      expiresAt: clock.now() + issuedLifetimeMs,
    });
  }

  /** Begun by the first call of a request; the others wait for the same. */
  return (ctx: KoaContextWithOIDC, signIn: SignInFacts): Promise<void> => {
    const before = begun.get(ctx.oidc);
    if (before) return before;
    const writing = write(ctx, signIn);
    // Whoever waits for it is told of a failure; after an earlier one nobody may wait any more.
    writing.catch(() => {});
    begun.set(ctx.oidc, writing);
    return writing;
  };
}
