/** Members for the tests of the sign-in flow, and the steps that they have in common. */
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import type { Visitor } from '../../support/visitor.ts';
import type { InteractionContext } from '../oidc/story.ts';

/** One account more: `name@TENANT.test`. */
export function member(name: string, tenant: string, more: Yaml = {}): Yaml {
  return { email: `${name}@${tenant}.test`, tenant, name, password: PASSWORD, ...more };
}

/** With an authenticator app, whose secret is the one of all the tests. */
export function withApp(name: string, tenant: string, more: Yaml = {}): Yaml {
  return member(name, tenant, { factors: [{ method: 'totp', secret: SECRET }], ...more });
}

/** The standard accounts and these. */
export function accounts(...more: readonly Yaml[]): Yaml {
  return { accounts: [...standardConfig().accounts, ...more] };
}

export interface Arrival {
  readonly visitor: Visitor;
  readonly page: Page;
}

/** From a relying party to the sign-in page, in a browser of its own unless one is given. */
export async function arrive(
  { app, rp }: Pick<InteractionContext, 'app' | 'rp'>,
  visitor: Visitor = app.visitor(),
  parameters: Readonly<Record<string, string>> = {},
): Promise<Arrival> {
  return { visitor, page: await visitor.open(await rp.authorizationUrl(parameters)) };
}

/** To where the password leads. */
export async function givePassword(
  interaction: Pick<InteractionContext, 'app' | 'rp'>,
  email: string,
  visitor?: Visitor,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Arrival> {
  const arrival = await arrive(interaction, visitor, parameters);
  return { visitor: arrival.visitor, page: await arrival.visitor.signIn(email, PASSWORD) };
}

/** Presses a button that removes something, and confirms where that is asked. Gives the answer to the last form. */
export async function removeWith(visitor: Visitor, page: Page, button: string): Promise<Page> {
  return confirmed(visitor, await visitor.submit(page, {}, button));
}

/** The same for the form with this action. */
export async function removeAt(visitor: Visitor, page: Page, action: string): Promise<Page> {
  const token = page.$(`form[action="${action}"] [name=_token]`).attr('value') ?? '';
  return confirmed(visitor, await visitor.post(action, { _token: token }));
}

async function confirmed(visitor: Visitor, answer: Page): Promise<Page> {
  const asked = await visitor.follow(answer);
  return asked.name === 'confirm-removal' ? visitor.submit(asked, {}, 'confirm') : asked;
}

/** The action of the last form that removes a factor: that of the factor which was set up last. */
export function lastRemoval(page: Page): string {
  return page.$('button[name=remove]').last().closest('form').attr('action') ?? '';
}

/** Asks for the set-up of any method, whether it is on offer or not. */
export function askSetUp(visitor: Visitor, page: Page, method: string): Promise<Page> {
  const token = page.$('form[action="/account/security/set-up"] [name=_token]').first().attr('value') ?? '';
  return visitor.post('/account/security/set-up', { _token: token, 'set-up': method });
}

/** Gives the text of the page in one line. */
export function words(page: Page): string {
  return page.$('main').text().replace(/\s+/g, ' ').trim();
}

/** Gives the text of the page's alert. */
export function alertOf(page: Page): string {
  return page.$('[role=alert]').text().trim();
}

/** The id of the interaction that a page belongs to. */
export function uidOf(page: Page): string {
  const uid = /\/interaction\/([^/]+)/.exec(page.url)?.[1];
  if (uid === undefined) throw new Error(`${page.url} is not within an interaction`);
  return uid;
}

/** Whether an answer of the provider carries an authorization code. */
export function hasCode(page: Page): boolean {
  return page.location !== null && new URL(page.location).searchParams.has('code');
}
