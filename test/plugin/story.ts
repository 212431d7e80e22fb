/** The actions of people at a host with the plugin: say who they are, enrol an app, give its code. */
import type { IDToken } from 'openid-client';
import { type GuestHost, type GuestOptions, type Kind, startGuest } from '../support/hosts/guest-host.ts';
import type { RelyingParty, Tokens } from '../support/hosts/relying-party.ts';
import type { Page } from '../support/pages/page.ts';
import { totpCode } from '../support/totp.ts';
import type { Visitor } from '../support/visitor.ts';

export const SFA = 'https://refeds.org/profile/sfa';
export const MFA = 'https://refeds.org/profile/mfa';

/** More than a step of the authenticator app: the next code is a new one. */
const NEXT_STEP_MS = 31_000;

export interface InteractionContext {
  readonly host: GuestHost;
  readonly rp: RelyingParty;
}

/** For the `describe` of a suite: a host before each test, gone after it. */
export function interaction(kind: Kind, given: GuestOptions = {}): InteractionContext {
  let host: GuestHost;
  let rp: RelyingParty;
  beforeEach(async () => {
    host = await startGuest(kind, given);
    rp = await host.relyingParty();
  });
  afterEach(() => host.stop());
  return {
    get host() {
      return host;
    },
    get rp() {
      return rp;
    },
  };
}

export function nextCode(host: GuestHost, secret: string): string {
  host.clock.nextStep(NEXT_STEP_MS);
  return totpCode(secret, host.clock.now());
}

/** At the host's own login page. */
export async function login(visitor: Visitor, name: string): Promise<Page> {
  const { page } = visitor;
  if (page.name !== 'host-login')
    throw new Error(`${page.name} (${page.status} ${page.url}) is no login page`);
  return visitor.follow(await visitor.submit(page, { login: name }));
}

/** From an authorization request past the host's login page. */
export async function begin(
  { rp }: InteractionContext,
  visitor: Visitor,
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  await visitor.open(await rp.authorizationUrl(parameters));
  return login(visitor, name);
}

/** On the first page of a set-up that is demanded; gives where it ends, and what the phone has now. */
export async function setUp(host: GuestHost, visitor: Visitor): Promise<{ end: Page; secret: string }> {
  const page = visitor.page.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : visitor.page;
  const secret = page.mark('secret');
  return { end: await visitor.enterCode(nextCode(host, secret)), secret };
}

export interface SignedIn {
  readonly visitor: Visitor;
  readonly secret: string;
  readonly tokens: Tokens;
  readonly claims: IDToken;
}

/** A new browser, from nothing to tokens, with an app set up on the way. */
export async function signedIn(
  at: InteractionContext,
  name: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<SignedIn> {
  const visitor = at.host.visitor();
  await begin(at, visitor, name, parameters);
  const { end, secret } = await setUp(at.host, visitor);
  return { visitor, secret, ...(await redeem(at.rp, end)) };
}

export async function redeem(rp: RelyingParty, end: Page): Promise<Pick<SignedIn, 'tokens' | 'claims'>> {
  if (end.location === null) throw new Error(`${end.name ?? end.text} (${end.status}) leads nowhere`);
  const tokens = await rp.exchange(end.location);
  const claims = tokens.claims();
  if (claims === undefined) throw new Error('there is no ID token');
  return { tokens, claims };
}

/** Gives the error that the relying party received. */
export function errorOf(page: Page): string | null {
  if (page.location === null) throw new Error(`${page.name ?? page.text} (${page.status}) leads nowhere`);
  return new URL(page.location).searchParams.get('error');
}
