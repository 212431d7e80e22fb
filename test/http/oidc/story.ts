/** The actions of people and relying parties in these tests: start a server, sign in, enrol a factor, get tokens. */
import * as client from 'openid-client';
import {
  type App,
  type AppOptions,
  CALLBACK,
  CLIENT_SECRET,
  PASSWORD,
  SECRET,
  standardConfig,
  startApp,
  type Yaml,
} from '../../support/app.ts';
import { createRelyingParty, type RelyingParty, type Tokens } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { type MachineClock, moveMachine } from './machine-clock.ts';

export const SFA = 'https://refeds.org/profile/sfa';
export const TWO_STEP = 'urn:doublelock:acr:two-step';
export const MFA = 'https://refeds.org/profile/mfa';
export const PHR = 'phr';

export interface InteractionContext {
  readonly app: App;
  readonly clock: MachineClock;
  readonly rp: RelyingParty;
}

/** For the `describe` of a suite: a server before its tests, gone after them. */
export function interaction(
  config: () => Yaml = () => ({}),
  more: Pick<AppOptions, 'around' | 'hostname' | 'logger'> = {},
): InteractionContext {
  let app: App;
  let clock: MachineClock;
  let rp: RelyingParty;
  before(async () => {
    clock = moveMachine();
    // To the start of a time step: every run of a test then meets the steps' ends at the same places.
    clock.nextStep(STEP_MS - (clock.now() % STEP_MS));
    app = await startApp({ clock, config: config(), ...more });
    // Behind a proxy nothing here speaks to the issuer's own address.
    if (app.config.issuer === app.origin) rp = await app.relyingParty();
  });
  after(async () => {
    await app.stop();
    clock.restore();
  });
  return {
    get app() {
      return app;
    },
    get clock() {
      return clock;
    },
    get rp() {
      return rp;
    },
  };
}

/** A relying party of the configuration, whatever its redirect URI and its kind. */
export function partyOf(
  app: App,
  clientId: string,
  redirectUri = CALLBACK,
  secret: string | null = CLIENT_SECRET,
) {
  return createRelyingParty({ issuer: app.origin, clientId, clientSecret: secret, redirectUri });
}

/** More clients, beside the standard ones. */
export function withClients(...clients: readonly Yaml[]): Yaml {
  const standard = standardConfig();
  return { clients: [...standard.clients, ...clients] };
}

/** One client more, with a secret and the callback of the tests. */
export function confidential(id: string, more: Yaml = {}): Yaml {
  return {
    client_id: id,
    client_secret: CLIENT_SECRET,
    redirect_uris: [CALLBACK],
    first_party: true,
    ...more,
  };
}

/** The standard tenants, with one tenant's second factor changed. */
export function tenantsWith(id: string, secondFactor: Yaml): Yaml {
  const tenants = standardConfig().tenants.map((tenant) =>
    tenant.id === id
      ? { ...tenant, second_factor: { ...(tenant.second_factor as Yaml), ...secondFactor } }
      : tenant,
  );
  return { tenants };
}

/** More people, each like one of the standard accounts: for tests after which somebody is not as before. */
export function withPeople(likeWhom: Readonly<Record<string, string>>): Yaml {
  const { accounts } = standardConfig();
  const people = Object.entries(likeWhom).map(([email, like]) => ({
    ...accounts.find((account) => account.email === like),
    email,
  }));
  return { accounts: [...accounts, ...people] };
}

/** A code of the authenticator app that has not been used yet: its time step begins now. */
export function nextCode(app: App, secret = SECRET): string {
  const now = app.clock.now();
  app.clock.nextStep(STEP_MS - (now % STEP_MS));
  return totpCode(secret, app.clock.now());
}

/** From an authorization request to where it ends: the password, and the code if one is asked for. */
export async function signIn(app: App, visitor: Visitor, url: string, email: string): Promise<Page> {
  await visitor.open(url);
  const page = await visitor.signIn(email, PASSWORD);
  return page.name === 'enter-code' ? visitor.enterCode(nextCode(app)) : page;
}

/** On the first page of a forced set-up; gives where it ends, and the secret that the phone has now. */
export async function setUpApp(app: App, visitor: Visitor): Promise<{ end: Page; secret: string }> {
  const page = visitor.page.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : visitor.page;
  const secret = page.mark('secret');
  return { end: await visitor.enterCode(nextCode(app, secret)), secret };
}

/** Gives the parameters that the relying party got at its redirect URI. */
export function answerOf(page: Page): URLSearchParams {
  if (page.location === null) throw new Error(`${page.name ?? page.text} (${page.status}) leads nowhere`);
  return new URL(page.location).searchParams;
}

export function errorOf(page: Page): string | null {
  return answerOf(page).get('error');
}

export interface SignedIn {
  readonly visitor: Visitor;
  readonly tokens: Tokens;
  readonly claims: client.IDToken;
}

/** Signs in with a new browser, and redeems the code. */
export async function tokensFor(
  app: App,
  rp: RelyingParty,
  email: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<SignedIn> {
  const visitor = app.visitor();
  const end = await signIn(app, visitor, await rp.authorizationUrl(parameters), email);
  return { visitor, ...(await redeem(rp, end)) };
}

export async function redeem(rp: RelyingParty, end: Page): Promise<Omit<SignedIn, 'visitor'>> {
  if (end.location === null) throw new Error(`${end.name ?? end.text} (${end.status}) leads nowhere`);
  const tokens = await rp.exchange(end.location);
  return { tokens, claims: claimsOf(tokens) };
}

export function claimsOf(tokens: Tokens): client.IDToken {
  const claims = tokens.claims();
  if (claims === undefined) throw new Error('there is no ID token');
  return claims;
}

/** Another authorization request of a browser that is signed in already. */
export async function askAgain(
  visitor: Visitor,
  rp: RelyingParty,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  return visitor.open(await rp.authorizationUrl(parameters));
}

export function refresh(rp: RelyingParty, refreshToken: string | undefined): Promise<Tokens> {
  return client.refreshTokenGrant(rp.configuration, refreshToken ?? '');
}

/** The error that an OAuth endpoint answered with; fails the test when it did not refuse. */
export async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return error.error;
    // RFC 6750, 3: a resource says it in the challenge.
    if (error instanceof client.WWWAuthenticateChallengeError) {
      return error.cause[0]?.parameters.error ?? `${error.status}`;
    }
    throw error;
  }
  throw new Error('it was not refused');
}

/** A relying party's server speaks to an endpoint itself, with its secret. */
export async function post(
  app: App,
  path: string,
  fields: Readonly<Record<string, string>>,
  clientId = 'rp',
): Promise<{ status: number; body: Record<string, unknown> }> {
  const secret = Buffer.from(`${clientId}:${CLIENT_SECRET}`).toString('base64');
  const response = await fetch(new URL(path, app.origin), {
    method: 'POST',
    headers: { authorization: `Basic ${secret}` },
    body: new URLSearchParams(fields),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
}
