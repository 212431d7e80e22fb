/** An application elsewhere: its sign-in ends at an origin of its own and goes on, at once, to a third. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildEndSessionUrl } from 'openid-client';
import { type App, CLIENT_SECRET } from '../support/app.ts';
import { createRelyingParty, type RelyingParty } from '../support/hosts/relying-party.ts';

export interface Elsewhere {
  readonly redirectUri: string;
  readonly afterSignOut: string;
  /** Which provider it sends its users to, and as which client. */
  trust(app: App, clientId: string): Promise<void>;
  /** The start page of its users; the query goes into the authorization request. */
  start(parameters?: Readonly<Record<string, string>>): string;
  readonly signOut: string;
  close(): Promise<void>;
}

async function listen(handler: RequestListener) {
  const server = createServer(handler);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** A relying party at `localhost`, and what it redirects to at `127.0.0.1`: neither is the provider's origin. */
export async function startElsewhere(): Promise<Elsewhere> {
  let relyingParty: RelyingParty | null = null;
  let idToken = '';

  const third = await listen((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><title>Third</title><link rel="icon" href="data:,">
      <body data-page="third"><p data-mark="arrived">${request.url}</p>`);
  });
  const far = await listen((request, response) => {
    askedOf(request)
      .then(answer)
      .then(
        (location) => response.writeHead(303, { location }).end(),
        (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error)),
      );
  });
  const origin = `http://localhost:${far.port}`;
  const onward = `http://127.0.0.1:${third.port}`;

  /** The answer of `form_post` comes in a body, and is the same. */
  async function askedOf(request: IncomingMessage): Promise<URL> {
    const url = new URL(request.url ?? '/', origin);
    if (request.method === 'POST') url.search = await text(request);
    return url;
  }

  async function answer(url: URL): Promise<string> {
    if (!relyingParty) throw new Error('this relying party trusts nobody yet');
    switch (url.pathname) {
      case '/start':
        return relyingParty.authorizationUrl(Object.fromEntries(url.searchParams));
      case '/callback': {
        const error = url.searchParams.get('error');
        if (error) return `${onward}/refused?error=${error}`;
        const tokens = await relyingParty.exchange(url.href);
        idToken = tokens.id_token ?? '';
        const claims = tokens.claims();
        const told = { sub: String(claims?.sub), acr: String(claims?.acr), amr: String(claims?.amr) };
        return `${onward}/signed-in?${new URLSearchParams(told)}`;
      }
      case '/sign-out': {
        const parameters = { id_token_hint: idToken, post_logout_redirect_uri: `${origin}/signed-out` };
        return buildEndSessionUrl(relyingParty.configuration, parameters).href;
      }
      default:
        return `${onward}${url.pathname}`;
    }
  }

  return {
    redirectUri: `${origin}/callback`,
    afterSignOut: `${origin}/signed-out`,
    async trust(app, clientId) {
      relyingParty = await createRelyingParty({
        issuer: app.origin,
        clientId,
        clientSecret: CLIENT_SECRET,
        redirectUri: `${origin}/callback`,
      });
    },
    start: (parameters = {}) => `${origin}/start?${new URLSearchParams(parameters)}`,
    signOut: `${origin}/sign-out`,
    async close() {
      await Promise.all([far.close(), third.close()]);
    },
  };
}
