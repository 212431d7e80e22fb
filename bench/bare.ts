/**
 * The baseline that a competent developer writes in an afternoon: an oidc-provider with a login prompt and a code prompt.
 * It shares the stores, the adapter, the password hash and the check of the code, or sends its own codes by mail.
 * It has no counters, no record of used codes, no audit log and no policy.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { type Configuration, interactionPolicy, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Stores } from '../src/compose/parts.ts';
import type { Config, Secrets } from '../src/config/shape.ts';
import { enrolmentPurpose } from '../src/domain/enrolment/enrolment.ts';
import { createTotp } from '../src/domain/methods/totp.ts';
import { readForm } from '../src/http/guards/forms.ts';
import { createProviderAdapter } from '../src/oidc/adapter/adapter.ts';
import type { Cipher, Clock, PasswordHasher } from '../src/ports/system.ts';
import { createBareMail } from './bare-mail.ts';
import { BY_MAIL, SCOPE } from './settings.ts';

export interface BareNeeds {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly stores: Stores;
  readonly hasher: PasswordHasher;
  readonly cipher: Cipher;
  readonly clock: Clock;
}

const { Check, Prompt } = interactionPolicy;
const OTP = 'otp';

export function createBare(
  needs: BareNeeds,
): (request: IncomingMessage, response: ServerResponse) => unknown {
  const provider = createProvider(needs);
  const app = new Koa();
  app.use(routes(provider, needs).routes());
  const own = app.callback();
  const ofProvider = provider.callback();
  return (request, response) =>
    (request.url?.startsWith('/interaction/') ? own : ofProvider)(request, response);
}

function createProvider({ config, secrets, stores, cipher, clock }: BareNeeds): Provider {
  const policy = interactionPolicy.base();
  policy.add(new Prompt({ name: 'code', requestable: false }, codeMissing()), 1);
  return new Provider(config.issuer, {
    adapter: createProviderAdapter(
      { durable: stores.providerDurable, shortLived: stores.providerShortLived },
      cipher,
      clock,
    ),
    clients: config.clients.map(({ metadata }) => ({ ...metadata })),
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    jwks: { keys: secrets.signing.map((key) => ({ ...key })) as NonNullable<Configuration['jwks']>['keys'] },
    cookies: { keys: [...secrets.cookies] },
    claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], profile: ['name'], email: ['email'] },
    interactions: { policy, url: (_ctx, { uid }) => `/interaction/${uid}` },
    findAccount: async (_ctx, sub) => {
      const account = await stores.accounts.findById(sub);
      if (!account) return undefined;
      return { accountId: sub, claims: () => ({ sub, name: account.name, email: account.email }) };
    },
    loadExistingGrant: grantOf,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 900,
      Session: 86_400,
      Grant: 86_400,
    },
  });
}

function codeMissing() {
  return new Check('code_missing', 'a code is needed', 'interaction_required', (ctx) => {
    return !(ctx.oidc.session?.amr ?? []).includes(OTP);
  });
}

/** The recipe for first-party clients in the library's documentation. */
async function grantOf({ oidc: { provider, client, session, account } }: KoaContextWithOIDC) {
  if (!client || !session || !account) return undefined;
  const grantId = session.grantIdFor(client.clientId);
  if (grantId) return provider.Grant.find(grantId);
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope(SCOPE);
  await grant.save();
  return grant;
}

function routes(provider: Provider, { config, stores, hasher, cipher, clock }: BareNeeds): Router {
  const totp = createTotp(config.secondFactor.totp);
  const mail = createBareMail({ stores, cipher, clock });
  const router = new Router({ prefix: '/interaction/:uid' });
  router.get('/', page);
  router.post('/login', login);
  router.post('/code', code);
  return router;

  async function page(ctx: Context): Promise<void> {
    const { uid, prompt } = await provider.interactionDetails(ctx.req, ctx.res);
    const fields =
      prompt.name === 'login'
        ? '<input name="email"><input name="password" type="password">'
        : '<input name="code" inputmode="numeric">';
    const action = `/interaction/${uid}/${prompt.name}`;
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = `<!doctype html><title>Sign in</title><form method="post" action="${action}">${fields}<button>Go</button></form>`;
  }

  async function login(ctx: Context): Promise<void> {
    await provider.interactionDetails(ctx.req, ctx.res);
    const { email = '', password = '' } = await readForm(ctx);
    const account = await stores.accounts.findByEmail(email);
    const matches = await hasher.inTurn((verify) => verify(account?.passwordHash ?? null, password));
    if (!account || !matches) ctx.throw(403);
    const mailed = account.groups.includes(BY_MAIL);
    if (mailed) await mail.send(account);
    await finish(ctx, account.id, ['pwd'], mailed);
  }

  async function code(ctx: Context): Promise<void> {
    const { session, lastSubmission } = await provider.interactionDetails(ctx.req, ctx.res);
    const { code: typed = '' } = await readForm(ctx);
    const accountId = session?.accountId ?? '';
    const isRight = lastSubmission?.mailed
      ? await mail.check(accountId, typed)
      : await isOfApp(accountId, typed);
    if (!isRight) ctx.throw(403);
    await finish(ctx, accountId, ['pwd', OTP, 'mfa']);
  }

  async function isOfApp(accountId: string, typed: string): Promise<boolean> {
    const enrolments = await stores.enrolments.listByAccount(accountId);
    const candidates = enrolments.map((enrolment) => ({
      id: enrolment.id,
      secret:
        enrolment.secret === null ? null : cipher.decrypt(enrolment.secret, enrolmentPurpose(enrolment)),
      lastStep: null,
    }));
    return totp.check(candidates, typed, clock.now()).kind === 'accepted';
  }

  async function finish(
    ctx: Context,
    accountId: string,
    amr: readonly string[],
    mailed = false,
  ): Promise<void> {
    ctx.respond = false;
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId, amr: [...amr] }, mailed });
  }
}
