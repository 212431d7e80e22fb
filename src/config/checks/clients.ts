/**
 * Finds the faults of clients before the start. oidc-provider validates a client at its first request, which is too late
 * for the author of the file.
 */

import { OIDC_SCOPES } from '../../domain/claims.ts';
import { inspectSigningKey } from '../build/signing-key.ts';
import { type Findings, type Path, quoted } from '../faults.ts';
import { DEVICE_GRANT } from '../schema/client.ts';
import { type ConfigSketch, isGiven } from '../schema/file.ts';
import { checkProfile } from './client-profile.ts';

type ClientSketch = NonNullable<ConfigSketch['clients']>[number];

/** The account pages ask for a stronger session as this client. */
const OWN_CLIENT_ID = 'doublelock';
/** The keys made in development. */
const OWN_ALGORITHMS = ['ES256', 'RS256'];

export function checkClients(file: ConfigSketch, findings: Findings): void {
  const algorithms = signingAlgorithms(file);
  const scopes = knownScopes(file);
  checkDefaultAlgorithm(file, algorithms, findings);
  for (const [index, client] of (file.clients ?? []).entries()) {
    const path = ['clients', index];
    if (client.client_id === OWN_CLIENT_ID)
      findings.fault([...path, 'client_id'], `"${OWN_CLIENT_ID}" is our own`);
    checkAuthentication(client, path, findings);
    checkAddresses(client, path, findings);
    checkGrants(client, path, findings);
    checkProfile({ client, method: methodOf(client), environment: file.environment, path, findings });
    checkScopes(client, path, scopes, findings);
    const initiateLoginUri = client.initiate_login_uri;
    if (file.environment === 'production' && initiateLoginUri?.startsWith('http:'))
      findings.fault([...path, 'initiate_login_uri'], 'must begin with https:// in production');
    const algorithm =
      client.id_token_signed_response_alg ?? (client.profile === 'fapi2' ? 'ES256' : undefined);
    if (algorithm !== undefined && algorithms !== null && !algorithms.includes(algorithm)) {
      const message = `no key of secrets.signing signs with ${algorithm}; there is ${algorithms.join(', ')}`;
      findings.fault([...path, 'id_token_signed_response_alg'], message);
    }
  }
}

function checkAuthentication(client: ClientSketch, path: Path, findings: Findings): void {
  const hasSecret = isGiven(client.client_secret) || isGiven(client.client_secret_file);
  const method = methodOf(client);
  const hasKeys = isGiven(client.jwks) || isGiven(client.jwks_uri);
  const fault = (key: string, message: string) => findings.fault([...path, key], message);

  if (method === 'none' && client.require_pkce === false) {
    fault(
      'require_pkce',
      'false is for a confidential client: a public one has nothing else (RFC 9700, 2.1.1)',
    );
  }
  if (method === 'none' && hasSecret) {
    fault('token_endpoint_auth_method', 'none leaves client_secret unused: leave one of them out');
  }
  if (method === 'private_key_jwt' && hasSecret)
    fault('client_secret', 'is unused with private_key_jwt: leave it out');
  if (method !== 'private_key_jwt' && hasKeys)
    fault(isGiven(client.jwks) ? 'jwks' : 'jwks_uri', `is unused with ${method}: private_key_jwt needs it`);
  if (method.startsWith('client_secret_') && !hasSecret) fault('client_secret', `is required with ${method}`);
  if (method === 'private_key_jwt' && !hasKeys) fault('jwks', 'or jwks_uri is required with private_key_jwt');
  if (isGiven(client.jwks) && isGiven(client.jwks_uri)) fault('jwks', 'given together with jwks_uri');
  const algorithm = client.token_endpoint_auth_signing_alg;
  const family = { client_secret_jwt: true, private_key_jwt: false }[String(method)];
  if (algorithm !== undefined && family !== (algorithm === 'HS256')) {
    fault('token_endpoint_auth_signing_alg', `${algorithm} does not go with ${method}`);
  }
}

function methodOf(client: ClientSketch): string {
  const hasSecret = isGiven(client.client_secret) || isGiven(client.client_secret_file);
  const usual = hasSecret ? 'client_secret_basic' : 'none';
  return client.token_endpoint_auth_method ?? (client.profile === 'fapi2' ? 'private_key_jwt' : usual);
}

function checkGrants(client: ClientSketch, path: Path, findings: Findings): void {
  const { grant_types: grants, response_types: responses, redirect_uris: addresses } = client;
  const fault = (key: string, message: string) => findings.fault([...path, key], message);
  const usesCode = grants?.includes('authorization_code') ?? true;
  if (usesCode && !addresses?.length) fault('redirect_uris', 'is required with authorization_code');
  if (!usesCode && responses?.includes('code'))
    fault('grant_types', 'must have authorization_code for the response type code');
  if (usesCode && responses?.length === 0) fault('response_types', 'is empty');
  if (grants?.includes('client_credentials') && methodOf(client) === 'none')
    fault('grant_types', 'client_credentials is for a confidential client (RFC 6749, 4.4)');
  if (grants?.includes('refresh_token') && !usesCode && !grants.includes(DEVICE_GRANT))
    fault('grant_types', `refresh_token goes with authorization_code or ${DEVICE_GRANT}`);
  const isBound = client.dpop_bound_access_tokens === true;
  if (client.rotate_refresh_tokens === false && methodOf(client) === 'none' && !isBound)
    fault(
      'rotate_refresh_tokens',
      'false is for a confidential client, or one with dpop_bound_access_tokens (RFC 9700, 2.2.2)',
    );
}

function knownScopes({ resource_servers: servers }: ConfigSketch): ReadonlySet<string> {
  return new Set<string>([...OIDC_SCOPES, ...(servers ?? []).flatMap(({ scopes }) => scopes ?? [])]);
}

function checkScopes(
  { scope }: ClientSketch,
  path: Path,
  known: ReadonlySet<string>,
  findings: Findings,
): void {
  const unknown = scope?.split(' ').filter((one) => !known.has(one)) ?? [];
  if (unknown.length === 0) return;
  const message = `names ${unknown.map(quoted).join(', ')}: neither one of ${OIDC_SCOPES.join(', ')} nor a scope of resource_servers`;
  findings.fault([...path, 'scope'], message);
}

/** A client without an algorithm of its own gets that of `tokens`, and so does every signed access token. */
function checkDefaultAlgorithm(
  file: ConfigSketch,
  algorithms: readonly string[] | null,
  findings: Findings,
): void {
  const algorithm = file.tokens?.id_token_signed_response_alg ?? 'RS256';
  if (algorithms === null || algorithms.includes(algorithm)) return;
  const hasNone = ({ profile, id_token_signed_response_alg: own }: ClientSketch) =>
    own === undefined && profile !== 'fapi2';
  const isOfApis = file.resource_servers?.some((server) => server.access_token_format !== 'opaque');
  if (!file.clients?.some(hasNone) && !isOfApis) return;
  const message = `no key of secrets.signing signs with ${algorithm}; there is ${algorithms.join(', ')}`;
  findings.fault(['tokens', 'id_token_signed_response_alg'], message);
}

/** The provider's own rules for web and native clients (RFC 8252, 7 and 8.4). */
function checkAddresses(client: ClientSketch, path: Path, findings: Findings): void {
  for (const key of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    for (const [index, url] of (client[key] ?? []).entries()) {
      if (url === undefined) continue;
      const { protocol, hostname } = new URL(url);
      const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
      const web = protocol === 'https:' || protocol === 'http:';
      const fault = (message: string) => findings.fault([...path, key, index], message);
      if (client.application_type === 'web' && !web)
        fault('must begin with https:// or http:// for a web client');
      if (client.application_type !== 'native') continue;
      if (protocol === 'http:' && !loopback)
        fault('may use http: for this device alone (localhost, 127.0.0.1, [::1])');
      if (protocol === 'https:' && loopback) fault('must not claim this device for itself');
      if (DANGEROUS.includes(protocol)) fault(`must not use ${protocol}`);
    }
  }
}

const DANGEROUS = ['javascript:', 'vbscript:', 'data:', 'blob:', 'file:', 'about:'];

/** Null when the keys are faulty or not made yet. */
function signingAlgorithms({ environment, secrets }: ConfigSketch): readonly string[] | null {
  const keys = secrets?.signing?.map(inspectSigningKey) ?? null;
  if (keys === null || secrets?.signing_file !== undefined) return null;
  if (keys.length === 0) return environment === 'production' ? null : OWN_ALGORITHMS;
  return keys.some((key) => 'fault' in key)
    ? null
    : [...new Set(keys.flatMap((key) => ('algorithm' in key ? [key.algorithm] : [])))];
}
