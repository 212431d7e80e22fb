/** Serves the README's host with a login page and a consent of its own; says where, and what was loaded for it. */
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import { text } from 'node:stream/consumers';

const loaded = new Set();
registerHooks({
  load(url, context, next) {
    loaded.add(url);
    return next(url, context);
  },
});

const server = createServer().listen(0, '127.0.0.1', async () => {
  process.env.ISSUER = `http://127.0.0.1:${server.address().port}`;
  const { provider } = await import('./host.js');
  provider.use((ctx, next) => (/^\/interaction\/[^/]+$/.test(ctx.path) ? interact(provider, ctx) : next()));
  server.on('request', provider.callback());
  process.send({ issuer: process.env.ISSUER, loaded: [...loaded] });
});

async function interact(provider, ctx) {
  const { prompt, params, session } = await provider.interactionDetails(ctx.req, ctx.res);
  if (prompt.name === 'login' && ctx.method === 'GET') {
    ctx.body = '<body data-page="host-login"><form method="post"><input name="login"></form></body>';
    return;
  }
  ctx.respond = false;
  await provider.interactionFinished(
    ctx.req,
    ctx.res,
    await resultOf(provider, ctx, { prompt, params, session }),
  );
}

async function resultOf(provider, ctx, { prompt, params, session }) {
  if (prompt.name === 'login') {
    return { login: { accountId: new URLSearchParams(await text(ctx.req)).get('login') } };
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  return { consent: { grantId: await grant.save() } };
}
