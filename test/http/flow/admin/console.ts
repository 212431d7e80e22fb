/** People of two tenants for the tests of the console, one of each role, and the way to its pages. */
import type { AuditEvent } from '../../../../src/domain/events.ts';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { type InteractionContext, nextCode } from '../../oidc/story.ts';
import { member } from '../members.ts';

const APP = { factors: [{ method: 'totp', secret: SECRET }] };

/** In `acme`: `admin`, `second` (another administrator), `manager` of `sales`, `helpdesk`, members `ann` (sales) and `ben`. */
export function consoleConfig(acme: Yaml = {}, ...more: readonly Yaml[]): Yaml {
  const { tenants } = standardConfig();
  const secondFactor = { enforcement: 'optional', methods: ['totp', 'email', 'passkey'], ...acme };
  return {
    tenants: [...tenants, { id: 'acme', name: 'Acme', second_factor: secondFactor }],
    accounts: [
      member('admin', 'acme', { role: 'admin', ...APP }),
      member('second', 'acme', { role: 'admin', ...APP }),
      member('manager', 'acme', { role: 'manager', manages: ['sales'], ...APP }),
      member('helpdesk', 'acme', { role: 'helpdesk', ...APP }),
      member('ann', 'acme', { groups: ['sales'], ...APP }),
      member('ben', 'acme', { groups: ['research'] }),
      member('admin', 'open', { role: 'admin', ...APP }),
      member('zoe', 'open', APP),
      ...more,
    ],
  };
}

export const addressOf = (name: string, tenant = 'acme') => `${name}@${tenant}.test`;

/** Opens a page of the console as this person, with a fresh authenticator app. */
export async function openConsole(
  { app }: Pick<InteractionContext, 'app'>,
  email: string,
  path = '/admin',
  visitor: Visitor = app.visitor(),
): Promise<{ visitor: Visitor; page: Page }> {
  await visitor.open(path);
  let page = await visitor.signIn(email, PASSWORD);
  if (page.name === 'enter-code') page = await visitor.enterCode(nextCode(app));
  return { visitor, page };
}

/** The id of an account. */
export async function idOf({ app }: Pick<InteractionContext, 'app'>, email: string): Promise<string> {
  const account = await app.parts.stores.accounts.findByEmail(email);
  if (!account) throw new Error(`there is no ${email}`);
  return account.id;
}

/** The lines of the audit log about an act of this person, newest first. */
export async function linesBy(
  context: Pick<InteractionContext, 'app'>,
  name: string,
  event: string,
): Promise<AuditEvent[]> {
  const actor = await idOf(context, addressOf(name));
  const lines = await context.app.parts.stores.audit.list({ limit: 5000 });
  return lines.filter((line) => line.actor === actor && line.event === event);
}
