/**
 * Finds the faults of clients before the start. oidc-provider validates a client at its first request, which is too late
 * for the author of the file.
 */

import { inspectSigningKey } from '../build/signing-key.ts';
import type { Findings, Path } from '../faults.ts';
import { type ConfigSketch, isGiven } from '../schema/file.ts';

type ClientSketch = NonNullable<ConfigSketch['clients']>[number];

/** The account pages ask for a stronger session as this client. */
const OWN_CLIENT_ID = 'doublelock';
/** The keys made in development. */
const OWN_ALGORITHMS = ['ES256', 'RS256'];

export function checkClients(file: ConfigSketch, findings: Findings): void {
  const algorithms = signingAlgorithms(file);
  for (const [index, client] of (file.clients ?? []).entries()) {
    const path = ['clients', index];
    if (client.client_id === OWN_CLIENT_ID)
      findings.fault([...path, 'client_id'], `"${OWN_CLIENT_ID}" is our own`);
    checkAuthentication(client, path, findings);
    checkAddresses(client, path, findings);
    const algorithm = client.id_token_signed_response_alg;
    if (algorithm !== undefined && algorithms !== null && !algorithms.includes(algorithm)) {
      const message = `no key of secrets.signing signs with ${algorithm}; there is ${algorithms.join(', ')}`;
      findings.fault([...path, 'id_token_signed_response_alg'], message);
    }
  }
}

function checkAuthentication(client: ClientSketch, path: Path, findings: Findings): void {
  const hasSecret = isGiven(client.client_secret) || isGiven(client.client_secret_file);
  const method = client.token_endpoint_auth_method ?? (hasSecret ? 'client_secret_basic' : 'none');
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
  if (method.startsWith('client_secret_') && !hasSecret) fault('client_secret', `is required with ${method}`);
  if (method === 'private_key_jwt' && !hasKeys) fault('jwks', 'or jwks_uri is required with private_key_jwt');
  if (isGiven(client.jwks) && isGiven(client.jwks_uri)) fault('jwks', 'given together with jwks_uri');
  const algorithm = client.token_endpoint_auth_signing_alg;
  const family = { client_secret_jwt: true, private_key_jwt: false }[String(method)];
  if (algorithm !== undefined && family !== (algorithm === 'HS256')) {
    fault('token_endpoint_auth_signing_alg', `${algorithm} does not go with ${method}`);
  }
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
