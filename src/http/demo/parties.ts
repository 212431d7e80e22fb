/** The clients of the configuration that the demo plays, and the path of each. */
import type { ClientConfig } from '../../config/shape.ts';

export interface Party {
  readonly id: string;
  readonly name: string;
  /** The path of its pages and its cookie, such as `/demo` or `/demo-two`. */
  readonly base: string;
  readonly cookie: string;
  readonly redirectUri: string;
  /** The URL after signing out. Null when the provider's own page is the end. */
  readonly afterSignOut: string | null;
  /** Null for a public client. */
  readonly secret: string | null;
  readonly authMethod: string;
  /** Undefined for the provider's default algorithm. */
  readonly idTokenAlgorithm: string | undefined;
  /** Signed in to without a consent page. */
  readonly firstParty: boolean;
}

/** `/demo/callback`, `/demo-two/callback`: the first part is the base path of the party. */
const CALLBACK = /^(\/demo(?:-[a-z0-9]+)*)\/callback$/;

/** The clients with a redirect URI of the demo at this issuer. The first client of a path gets it. */
export function partiesOf(issuer: string, clients: readonly ClientConfig[]): Party[] {
  const found = clients.flatMap((client) => partyOf(issuer, client) ?? []);
  return found.filter((party, index) => found.findIndex(({ base }) => base === party.base) === index);
}

function partyOf(issuer: string, { clientId, metadata, firstParty }: ClientConfig): Party | null {
  const redirectUri = textsOf(metadata.redirect_uris).find((uri) => baseOf(issuer, uri) !== null);
  const base = redirectUri === undefined ? null : baseOf(issuer, redirectUri);
  if (redirectUri === undefined || base === null) return null;
  const secret = textOf(metadata.client_secret) ?? null;
  return {
    id: clientId,
    name: textOf(metadata.client_name) ?? clientId,
    base,
    cookie: `${base.slice(1).replaceAll('-', '_')}_session`,
    redirectUri,
    afterSignOut: textsOf(metadata.post_logout_redirect_uris)[0] ?? null,
    secret,
    authMethod: textOf(metadata.token_endpoint_auth_method) ?? (secret ? 'client_secret_basic' : 'none'),
    idTokenAlgorithm: textOf(metadata.id_token_signed_response_alg),
    firstParty,
  };
}

function baseOf(issuer: string, redirectUri: string): string | null {
  const { origin, pathname, search, hash } = new URL(redirectUri);
  if (origin !== new URL(issuer).origin || search || hash) return null;
  return CALLBACK.exec(pathname)?.[1] ?? null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
