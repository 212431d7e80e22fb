import { createServer } from 'node:http';
import Router from '@koa/router';
import { expect } from 'chai';
import express, { type RequestHandler } from 'express';
import Koa from 'koa';
import { createMounted } from '../../../src/http/server/mount.ts';
import type { LogFields } from '../../../src/index.ts';
import { type GuestHost, type GuestOptions, startGuest } from '../../support/hosts/guest-host.ts';
import { BARE, IN_EXPRESS, login } from '../../support/hosts/guest-kinds.ts';
import { begin, type InteractionContext, redeem, setUp } from '../story.ts';

/** A host of one test. */
async function at(
  kind: typeof BARE,
  given: GuestOptions,
  then: (interaction: InteractionContext) => Promise<void>,
): Promise<void> {
  const host: GuestHost = await startGuest(kind, given);
  try {
    await then({ host, rp: await host.relyingParty() });
  } finally {
    await host.stop();
  }
}

describe('what a host mounts before the plugin [U.6]', () => {
  /** A parser for everything, as many Express apps begin with. */
  const parsing = (parser: RequestHandler): GuestOptions => ({
    listener(parts) {
      const app = express();
      app.use('/oidc/interaction/:uid/second-factor', parser);
      app.use(IN_EXPRESS.listener(parts) as express.Express);
      return app;
    },
  });

  const parsers: readonly (readonly [string, RequestHandler])[] = [
    ['plain', express.urlencoded({ extended: false })],
    ['extended', express.urlencoded({ extended: true })],
    ['text', express.text({ type: '*/*' })],
    ['bytes', express.raw({ type: '*/*' })],
  ];
  for (const [name, parser] of parsers) {
    it(`may be a body parser (${name})`, () =>
      at(IN_EXPRESS, parsing(parser), async (interaction) => {
        const visitor = interaction.host.visitor();
        const page = await begin(interaction, visitor, 'ann');
        const { action, body } = page.form({ method: 'totp' });
        const token = String(body.get('_token'));
        for (const fields of [
          { _token: token, method: ['totp', 'sms'] },
          { _token: token, 'method[$gt]': '' },
        ]) {
          const refused = await visitor.post(action, fields);
          expect([refused.status, refused.name], JSON.stringify(fields)).to.deep.equal([400, 'error']);
        }
        await visitor.open(page.url);
        const { end } = await setUp(interaction.host, visitor);
        expect((await redeem(interaction.rp, end)).claims.sub).to.equal('ann');
      }));
  }

  it('may not consume the form: the plugin reports it, not the person’s input', () => {
    const told: unknown[] = [];
    const swallow: RequestHandler = (request, _, next) => {
      request.resume().once('end', next);
    };
    const options = { log: ({ event, error }: LogFields) => told.push(`${event}: ${error}`) };
    return at(IN_EXPRESS, { ...parsing(swallow), options }, async (interaction) => {
      const visitor = interaction.host.visitor();
      const failed = await visitor.submit(await begin(interaction, visitor, 'ann'), { method: 'totp' });
      expect([failed.status, failed.name]).to.deep.equal([500, 'error']);
      expect(told).to.have.lengthOf(1);
      expect(told[0]).to.match(/^request\.failed: Error: the form was read before/);
    });
  });

  it('may be a router of its own in Koa', () =>
    at(
      BARE,
      {
        listener({ provider, lock }) {
          const router = new Router();
          router.all('/interaction/:uid/second-factor{/*rest}', lock.routes(provider));
          router.all('/second-factor/*rest', lock.routes(provider));
          provider.use(router.routes() as Koa.Middleware);
          provider.use(login(provider));
          return provider.callback();
        },
      },
      async (interaction) => {
        const visitor = interaction.host.visitor();
        const page = await begin(interaction, visitor, 'ann');
        expect((await visitor.get(String(page.$('link[rel=icon]').attr('href')))).status).to.equal(200);
        await visitor.open(page.url);
        const { end } = await setUp(interaction.host, visitor);
        expect((await redeem(interaction.rp, end)).claims.sub).to.equal('ann');
      },
    ));

  it('may be a proxy whose word on IP addresses is trusted', () =>
    at(
      IN_EXPRESS,
      {
        listener(parts) {
          parts.provider.proxy = true;
          return IN_EXPRESS.listener(parts);
        },
      },
      async (interaction) => {
        const visitor = interaction.host.visitor({ headers: { 'x-forwarded-for': '203.0.113.7' } });
        await begin(interaction, visitor, 'ann');
        await setUp(interaction.host, visitor);
        const { audit, records } = interaction.host.stores.durable;
        const [record] = await records.listByAccount('ann', interaction.host.clock.now());
        expect(record?.ip).to.equal('203.0.113.7');
        const events = await audit.list({ accountId: 'ann', limit: 10 });
        expect(new Set(events.map(({ ip }) => ip))).to.deep.equal(new Set(['203.0.113.0/24']));
      },
    ));

  it('may be account records with getters', () => {
    class Member {
      get email() {
        return 'ann@host.test';
      }
    }
    return at(BARE, { options: { account: async () => new Member() } }, async (interaction) => {
      const visitor = interaction.host.visitor();
      await begin(interaction, visitor, 'ann');
      const page = await visitor.chooseMethod('totp');
      expect(decodeURIComponent(page.$('a[href^="otpauth:"]').attr('href') ?? '')).to.contain(
        'ann@host.test',
      );
    });
  });

  it('may be tenants of its own', () => {
    const tenants = [
      {
        id: 'strict',
        name: 'Strict & Sons',
        locale: 'nl' as const,
        secondFactor: { enforcement: 'required' as const },
      },
      { id: 'open' },
    ];
    const account = (id: string) => ({
      email: `${id}@host.test`,
      tenantId: id === 'ann' ? 'strict' : 'open',
    });
    return at(
      BARE,
      { options: { tenants, account, policy: { enforcement: 'optional' } } },
      async (interaction) => {
        const visitor = interaction.host.visitor({ headers: { 'accept-language': null } });
        const page = await begin(interaction, visitor, 'ann');
        expect([page.name, page.$('html').attr('lang')]).to.deep.equal(['set-up-choose', 'nl']);
        expect(page.$('header').text()).to.contain('Strict & Sons');
        expect(
          (await redeem(interaction.rp, await begin(interaction, interaction.host.visitor(), 'bob'))).claims
            .sub,
        ).to.equal('bob');
      },
    );
  });

  it('may be pages of the host', () => {
    const shown: string[] = [];
    const options: GuestOptions['options'] = {
      async render(ctx, page, model, pageContext) {
        await new Promise((resolve) => setImmediate(resolve));
        shown.push(page);
        const form = 'form' in model ? model.form : null;
        const secret = 'secret' in model ? model.secret : '';
        ctx.body = `<body data-page="mine-${page}"><p role="alert" data-error="${pageContext?.refusal?.code ?? ''}"></p>
          <form method="post" action="${form?.action}"><input name="_token" value="${form?.token}"><input name="method">
          <input name="code"></form><b data-mark="secret">${secret}</b></body>`;
      },
    };
    return at(IN_EXPRESS, { options }, async (interaction) => {
      const visitor = interaction.host.visitor();
      await begin(interaction, visitor, 'ann');
      const wrong = await visitor.submit(visitor.page, { method: 'sms' });
      expect([wrong.status, wrong.error, wrong.headers['cache-control']]).to.deep.equal([
        422,
        'method_not_allowed',
        'no-store',
      ]);
      await visitor.follow(await visitor.submit(wrong, { method: 'totp' }));
      const { end: codes } = await setUp(interaction.host, visitor);
      const end = await visitor.follow(await visitor.submit(codes, {}));
      expect((await redeem(interaction.rp, end)).claims.sub).to.equal('ann');
      expect(shown).to.deep.equal(['set-up-choose', 'set-up-choose', 'set-up-totp', 'recovery-codes']);
      expect((await visitor.get('/oidc/second-factor/assets/mark.svg')).status).to.equal(404);
      expect((await visitor.get('/oidc/interaction/nobody/second-factor')).name).to.equal('mine-error');
    });
  });
});

describe('routes of the plugin in a host [U.6]', () => {
  const mounted = createMounted({
    owns: (path) => path.startsWith('/oidc/mine'),
    pages: [
      (ctx) => {
        ctx.body = `${ctx.path} ${ctx.originalUrl} ${ctx.ip}`;
      },
    ],
    trust: { proxy: false, proxyIpHeader: 'X-Forwarded-For', maxIpsCount: 0 },
  });

  it('see the whole path where Koa mounts them under a prefix, and restore the shortened one', async () => {
    const app = new Koa();
    const after: string[] = [];
    app.use(async (ctx, next) => {
      ctx.path = ctx.path.replace(/^\/oidc/, '');
      await next();
      after.push(ctx.path);
    });
    app.use(mounted);
    expect(await ask(app.callback(), '/oidc/mine?a=1')).to.equal('200 /oidc/mine /oidc/mine?a=1 127.0.0.1');
    expect(after).to.deep.equal(['/mine']);
  });

  it('pass on other requests, and answer 404 when nothing follows them', async () => {
    const app = new Koa();
    app.use(mounted);
    app.use((ctx) => {
      ctx.body = 'theirs';
    });
    expect(await ask(app.callback(), '/oidc/other')).to.equal('200 theirs');
    expect(await ask(mounted, '/oidc/mine')).to.equal('200 /oidc/mine /oidc/mine 127.0.0.1');
    expect(await ask(mounted, '/oidc/other')).to.equal('404 ');
  });
});

async function ask(listener: Parameters<typeof createServer>[1], path: string): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  const answer = `${response.status} ${await response.text()}`;
  server.close();
  return answer;
}
