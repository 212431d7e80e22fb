/** Rules of a device's authorization request that the library applies at the authorization endpoint only. */
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { accountOfIdTokenHint } from '../requests/id-token-hint.ts';

/**
 * For `extraParams.max_age`. The library turns `max_age=0` into `prompt=login`, and ignores the prompt of a device. So the
 * age is restored.
 */
export function keepZeroMaxAge({ oidc }: KoaContextWithOIDC): void {
  if (oidc.route === 'device_authorization' && oidc.params?.prompt === 'login')
    Object.assign(oidc.params, { max_age: '0', prompt: undefined });
}

/** The session must be of the account that the request names. The library compares no session with a device's hint. */
export function otherAccount() {
  return new interactionPolicy.Check(
    'hinted_account',
    'the session is not of the account that the request names',
    'login_required',
    ({ oidc }) => {
      const wanted = accountOfIdTokenHint(oidc.params ?? {});
      const accountId = oidc.session?.accountId;
      return wanted !== null && accountId !== undefined && wanted !== accountId;
    },
  );
}
