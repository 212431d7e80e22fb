/** Stores the record of each finished sign-in before its answer leaves: the policy evaluates later requests by it. */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { SignInRecords } from '../../use-cases/sign-in/sign-in-records.ts';
import { inRequest } from '../request-cache.ts';
import type { SignInFacts } from './provider-session.ts';

/** For the request that resumes an interaction: the session's uid exists there alone. False when nobody is signed in. */
export function saveSignInRecord(
  ctx: KoaContextWithOIDC,
  { authentications, trustedBrowserId }: SignInFacts,
  signInRecords: Pick<SignInRecords, 'save'>,
): Promise<boolean> {
  return inRequest(ctx, 'recordSaved', '', async () => {
    const { session } = ctx.oidc;
    if (!session?.accountId) return false;
    await signInRecords.save({
      sessionUid: session.uid,
      accountId: session.accountId,
      authentications,
      trustedBrowserId,
      atMs: (session.loginTs ?? 0) * 1000,
      ip: ctx.ip,
      browser: ctx.get('user-agent'),
    });
    return true;
  });
}
