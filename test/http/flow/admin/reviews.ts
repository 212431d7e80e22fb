import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { resetsIn } from '../resets/resets.ts';
import { addressOf } from './console.ts';

export const CONFIRMED = { email_confirmed: true };
export const SALES = { groups: ['sales'], ...CONFIRMED };

export const stateOf = (page: Page) => page.$('[data-mark=state]').attr('data-state');
export const idsIn = (page: Page) =>
  page
    .$('[data-mark=request]')
    .toArray()
    .map((each) => each.attribs['data-id']);

/** The steps that tests of requests in the console have in common. */
export function reviewsIn(s: Parameters<typeof resetsIn>[0]) {
  const resets = resetsIn(s);

  /** Asks as the person, and gives the address of the request's page. */
  async function asked(name: string, reason?: string): Promise<string> {
    await resets.ask(addressOf(name), reason);
    return pathOf(name);
  }

  async function pathOf(name: string): Promise<string> {
    return `/admin/requests/${(await resets.newest(addressOf(name))).request.id}`;
  }

  /** Presses a button of the request's page. Gives the answer. */
  async function press(
    visitor: Visitor,
    path: string,
    act: 'approve' | 'refuse',
    reason = '',
  ): Promise<Page> {
    const page = await visitor.open(path);
    return visitor.submit(page, { reason }, act);
  }

  /** Sends a form that the page does not offer, with its right token. */
  async function force(visitor: Visitor, path: string, act: string, more = {}): Promise<Page> {
    return visitor.post(path, { _token: await tokenFor(visitor, path), version: '0', [act]: '1', ...more });
  }

  /** The token of any other form of this path, as somebody who has kept a page would have it. */
  async function tokenFor(visitor: Visitor, path: string): Promise<string> {
    const page = await visitor.open(path);
    const token = page.$('main form [name=_token]').attr('value');
    if (token === undefined) throw new Error(`${path} has no form`);
    return token;
  }

  return { ...resets, asked, pathOf, press, force };
}
