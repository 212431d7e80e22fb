/** The APIs of these tests, and a token for one of them. */
import { type InteractionContext, partyOf, post, signIn } from '../story.ts';

export const API = 'https://api.test';
export const OPAQUE = 'urn:test:opaque';
/** An opaque one, as which a client may introspect. */
export const GUARDED = 'https://guarded.test/';

export const SERVERS = [
  { identifier: API, scopes: ['read', 'write'], access_minutes: 15 },
  { identifier: OPAQUE, scopes: ['look'], access_token_format: 'opaque' },
  { identifier: GUARDED, scopes: ['look'], access_token_format: 'opaque' },
];

/** Signs in with the authorization request `asked`, and redeems the code for one API; null: for none. */
export async function tokensForApi(
  { app, rp: usual }: InteractionContext,
  asked: Readonly<Record<string, string>>,
  resource: string | null,
  { clientId = 'rp', email = 'app@open.test' } = {},
) {
  const rp = clientId === 'rp' ? usual : await partyOf(app, clientId);
  const end = await signIn(app, app.visitor(), await rp.authorizationUrl(asked), email);
  const answer = await rp.exchange(end.location ?? '', resource === null ? {} : { resource });
  return { rp, answer, token: answer.access_token };
}

/** The answer of introspection to a client with a secret. */
export async function introspect({ app }: InteractionContext, token: string, clientId = 'rp2') {
  return (await post(app, '/token/introspection', { token }, clientId)).body;
}
