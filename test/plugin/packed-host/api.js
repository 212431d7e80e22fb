/** An API that checks access tokens; says what it answers to a request without one, and which packages it loads. */
import { registerHooks } from 'node:module';

const packages = new Set();
registerHooks({
  load(url, context, next) {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    if (name) packages.add(name);
    return next(url, context);
  },
});

const { resourceServer } = await import('doublelock/resource-server');
const api = resourceServer({ issuer: 'https://login.example', audience: 'https://api.example' });
const handle = api.fetch(() => new Response('in'), { scopes: ['read'] });
const { status } = await handle(new Request('https://api.example/things'));
console.log(JSON.stringify({ status, packages: [...packages].sort() }));
