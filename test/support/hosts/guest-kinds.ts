/** Three hosts: an oidc-provider by itself, one in a Koa app, one in Express under a prefix. */
import { text } from 'node:stream/consumers';
import express from 'express';
import Koa, { type Middleware } from 'koa';
import type { Provider } from 'oidc-provider';
import type { HostParts, Kind } from './guest-host.ts';
import { showLogin, takeLogin } from './host-login.ts';

/** The provider is a Koa app itself. */
export const BARE: Kind = {
  title: 'an oidc-provider by itself',
  prefix: '',
  listener({ provider, lock }) {
    provider.use(lock.routes(provider));
    provider.use(login(provider));
    return provider.callback();
  },
};

const IN_KOA: Kind = {
  title: 'a Koa app at /',
  prefix: '',
  listener({ provider, lock }) {
    const app = new Koa();
    const ofProvider = provider.callback();
    app.use(lock.routes(provider));
    app.use(login(provider));
    app.use((ctx) => {
      ctx.respond = false;
      return ofProvider(ctx.req, ctx.res);
    });
    return app.callback();
  },
};

export const IN_EXPRESS: Kind = { title: 'Express under /oidc', prefix: '/oidc', listener: inExpress };

export const KINDS: readonly Kind[] = [BARE, IN_KOA, IN_EXPRESS];

function inExpress({ provider, lock, prefix }: HostParts) {
  const app = express();
  app.use(prefix, lock.routes(provider));
  app.get(`${prefix}/interaction/:uid`, (request, response) => showLogin(provider, request, response));
  app.post(`${prefix}/interaction/:uid`, express.urlencoded({ extended: false }), (request, response) =>
    takeLogin(provider, request, response, String(request.body.login)),
  );
  app.use(prefix, provider.callback());
  return app;
}

const LOGIN = /^\/interaction\/[^/]+$/;

/** The host's login page as Koa middleware. */
export function login(provider: Provider): Middleware {
  return async (ctx, next) => {
    if (!LOGIN.test(ctx.path)) return next();
    ctx.respond = false;
    if (ctx.method === 'GET') return showLogin(provider, ctx.req, ctx.res);
    const name = new URLSearchParams(await text(ctx.req)).get('login') ?? '';
    return takeLogin(provider, ctx.req, ctx.res, name);
  };
}
