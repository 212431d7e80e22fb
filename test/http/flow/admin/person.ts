/** The forms on the page of one person in the console, and the lines of the audit log about that person. */
import type { AuditEvent } from '../../../../src/domain/events.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import type { InteractionContext } from '../../oidc/story.ts';
import { addressOf, idOf, openConsole } from './console.ts';

/** Sends a form of the page with this button, whether the page shows it or not. */
export function post(
  visitor: Visitor,
  path: string,
  button: string,
  page: Page = visitor.page,
  fields: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const token = page.$('main [name=_token]').first().attr('value') ?? '';
  return visitor.post(path, { _token: token, [button]: '1', ...fields });
}

/** The names of the buttons of the page. */
export function printed(page: Page): string[] {
  const names = page
    .$('main button[name]')
    .toArray()
    .map((each) => each.attribs.name ?? '');
  return [...new Set(names)];
}

/** Oldest first. */
export async function linesOf(
  { app }: Pick<InteractionContext, 'app'>,
  email: string,
): Promise<readonly AuditEvent[]> {
  const accountId = await idOf({ app }, email);
  return (await app.parts.stores.audit.list({ accountId, limit: 500 })).reverse();
}

export interface OpenedPerson {
  readonly visitor: Visitor;
  readonly page: Page;
  readonly path: string;
}

/** Opens the page of a person of `acme`. */
export async function openPerson(
  s: Pick<InteractionContext, 'app'>,
  by: string,
  of: string,
): Promise<OpenedPerson> {
  const path = `/admin/users/${await idOf(s, addressOf(of))}`;
  return { ...(await openConsole(s, addressOf(by), path)), path };
}

/** Presses a button of the page, and follows to the page that tells what was done. */
export async function press(
  { visitor, page }: Pick<OpenedPerson, 'visitor' | 'page'>,
  button: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Page> {
  return visitor.follow(await visitor.submit(page, fields, button));
}
