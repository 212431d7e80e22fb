/** Finds what a client with the profile `fapi2` must not have (FAPI 2.0 Security Profile, 5.3.2 and 5.4.1). */
import { type Findings, type Path, quoted } from '../faults.ts';
import { DEVICE_GRANT } from '../schema/client.ts';
import type { ConfigSketch } from '../schema/file.ts';

interface ProfileCheck {
  readonly client: NonNullable<ConfigSketch['clients']>[number];
  /** Its method of client authentication. */
  readonly method: string;
  readonly environment: ConfigSketch['environment'];
  readonly path: Path;
  readonly findings: Findings;
}

export function checkProfile({ client, method, environment, path, findings }: ProfileCheck): void {
  if (client.profile !== 'fapi2') return;
  const fault = (key: string, message: string) => findings.fault([...path, key], message);
  if (method !== 'private_key_jwt')
    fault('token_endpoint_auth_method', 'must be private_key_jwt with the profile fapi2');
  if (client.require_pkce === false) fault('require_pkce', 'must not be false with the profile fapi2');
  if (client.rotate_refresh_tokens === true)
    fault('rotate_refresh_tokens', 'must not be true with the profile fapi2 (5.3.2.1)');
  if (client.client_assertion_audience === 'lenient')
    fault('client_assertion_audience', 'must be issuer with the profile fapi2 (5.3.2.1)');
  if (isWeak(client.token_endpoint_auth_signing_alg))
    fault('token_endpoint_auth_signing_alg', 'must be PS256, ES256, Ed25519 or EdDSA with the profile fapi2');
  if (isWeak(client.id_token_signed_response_alg))
    fault('id_token_signed_response_alg', 'must be ES256 with the profile fapi2 (5.4.1)');
  if (client.response_types?.includes('none'))
    fault('response_types', 'must be code alone with the profile fapi2 (5.3.2.2)');
  if (client.grant_types?.includes(DEVICE_GRANT))
    fault(
      'grant_types',
      `${DEVICE_GRANT} does not go with the profile fapi2, which requires pushed requests`,
    );
  if (environment === 'production') checkEncryption({ client, path, findings });
}

/** RSASSA-PKCS1-v1_5, or a secret that both sides know. */
function isWeak(algorithm: string | undefined): boolean {
  return algorithm === 'RS256' || algorithm === 'HS256';
}

/** A native application listens on its own device, without a certificate (RFC 8252, 7.3). */
function checkEncryption({
  client,
  path,
  findings,
}: Pick<ProfileCheck, 'client' | 'path' | 'findings'>): void {
  for (const [index, uri] of (client.redirect_uris ?? []).entries())
    if (uri?.startsWith('http:') && client.application_type !== 'native')
      findings.fault(
        [...path, 'redirect_uris', index],
        `${quoted(uri)} must begin with https:// with the profile fapi2 (5.3.2.2)`,
      );
  if (String(client.jwks_uri).startsWith('http:'))
    findings.fault([...path, 'jwks_uri'], 'must begin with https:// with the profile fapi2 (5.2.1)');
}
