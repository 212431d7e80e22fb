/** The pages of an account as a person with an authenticator app, or with a password alone, opens them. */
import { expect } from 'chai';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { type InteractionContext, nextCode } from '../../oidc/story.ts';

/** On the page of the account, after a sign-in with every factor that the account has. */
export async function openAccount(
  s: Pick<InteractionContext, 'app'>,
  email: string,
  { visitor = s.app.visitor(), path = '/account' } = {},
): Promise<{ visitor: Visitor; page: Page }> {
  await visitor.open(path);
  let page = await visitor.signIn(email, PASSWORD);
  if (page.name === 'choose-method') page = await visitor.chooseMethod('totp');
  if (page.name === 'enter-code') page = await visitor.enterCode(nextCode(s.app));
  expect(page.name).to.equal(path.split('/').at(-1));
  return { visitor, page };
}

/** Sends a form, and follows to the page that tells what was done. */
export async function send(
  visitor: Visitor,
  page: Page,
  fields: Readonly<Record<string, string>>,
  button: string,
): Promise<Page> {
  return visitor.follow(await visitor.submit(page, fields, button));
}
