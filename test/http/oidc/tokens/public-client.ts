/** Public clients whose refresh tokens rotate, and their requests. */
import { expect } from 'chai';
import { CALLBACK, type Yaml } from '../../../support/app.ts';
import { confidential, type InteractionContext, partyOf, tokensFor } from '../story.ts';

export const OFFLINE = { scope: 'openid offline_access' };

const SECOND = 1000;
export const OVERLAP = 10 * SECOND;
/** A consumption is stored in full seconds. */
export const AFTER = OVERLAP + SECOND;

const publicClient = (id: string, more: Yaml = {}): Yaml => ({
  client_id: id,
  redirect_uris: [CALLBACK],
  refresh_tokens: 'offline',
  first_party: true,
  ...more,
});

export const ROTATING = { rotate_refresh_tokens: true, refresh_tokens: 'offline' };

export const CLIENTS = [
  publicClient('tabs', { client_name: 'The Tabs' }),
  publicClient('asking', { first_party: false }),
  publicClient('other'),
  confidential('rotating', ROTATING),
];

interface Answer {
  readonly status: number;
  readonly refreshToken: string;
  readonly accessToken: string;
  readonly error: unknown;
}

export function createPublicClient(at: InteractionContext) {
  const party = (clientId = 'tabs') => partyOf(at.app, clientId, CALLBACK, null);

  /** Refreshes as a page without a secret does. */
  async function ask(token: string | undefined, clientId = 'tabs'): Promise<Answer> {
    const fields = { grant_type: 'refresh_token', refresh_token: token ?? '', client_id: clientId };
    const response = await fetch(new URL('/token', at.app.origin), {
      method: 'POST',
      body: new URLSearchParams(fields),
    });
    const body: Record<string, unknown> = JSON.parse(await response.text());
    return {
      status: response.status,
      refreshToken: String(body.refresh_token),
      accessToken: String(body.access_token),
      error: body.error,
    };
  }

  /** At once, as often as told. */
  function askTogether(times: number, token: string | undefined): Promise<Answer[]> {
    return Promise.all(Array.from({ length: times }, () => ask(token)));
  }

  /** Asserts that the token is the newest of its family, and gives its successor. */
  async function rotate(token: string | undefined): Promise<string> {
    const next = await ask(token);
    expect(next.status).to.equal(200);
    expect(next.refreshToken).not.to.equal(token);
    return next.refreshToken;
  }

  async function userinfo(accessToken: string): Promise<number> {
    const headers = { authorization: `Bearer ${accessToken}` };
    return (await fetch(new URL('/me', at.app.origin), { headers })).status;
  }

  const signIn = async (email = 'new@open.test') => tokensFor(at.app, await party(), email, OFFLINE);

  return { party, ask, askTogether, rotate, userinfo, signIn };
}
