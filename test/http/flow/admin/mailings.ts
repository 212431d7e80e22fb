/** People of the tests of mailings, and the way of an administrator from the list of people to the mails. */
import { expect } from 'chai';
import { SLOT_MS } from '../../../../src/use-cases/administration/campaigns/carry-out.ts';
import type { Yaml } from '../../../support/app.ts';
import { eventually } from '../../../support/time/eventually.ts';
import type { InteractionContext } from '../../oidc/story.ts';
import { member } from '../members.ts';
import { addressOf, consoleConfig, openConsole } from './console.ts';

const CONFIRMED = { email_confirmed: true };
const STAFF = ['admin', 'second', 'manager', 'helpdesk'];
export const CROWD = 30;
export const crowd = Array.from({ length: CROWD }, (_, index) => `crowd${String(index).padStart(2, '0')}`);
/** Nobody has given this person a password. */
const IMPORTED = { email: 'imported@acme.test', tenant: 'acme', name: 'Imported', groups: ['sales'] };

const isStaff = (email: string) => STAFF.some((name) => email.startsWith(`${name}@`));

/** In `acme` all but the staff and one member wait for a confirmation: `ann`, `ben`, `carl`, one without a password, a crowd. */
export function mailingsConfig(): Yaml {
  const config = consoleConfig(
    {},
    member('carl', 'acme', { groups: ['sales'] }),
    member('confirmed', 'acme', { groups: ['sales'], ...CONFIRMED }),
    IMPORTED,
    ...crowd.map((name) => member(name, 'acme', { groups: ['crowd'] })),
  );
  const accounts = (config.accounts as { email: string }[]).map((account) =>
    isStaff(account.email) ? { ...account, ...CONFIRMED } : account,
  );
  return { ...config, accounts };
}

/** The server makes most accounts of its configuration after its start. */
export async function allThere({ app }: Pick<InteractionContext, 'app'>): Promise<void> {
  const { accounts } = app.parts.stores;
  await eventually(async () =>
    expect(await accounts.pageByTenant('acme', null, 500)).to.have.lengthOf(CROWD + 9),
  );
}

export function mailings(s: InteractionContext) {
  const runSlot = () => s.app.parts.campaigns.carryOut();

  async function runAll(): Promise<void> {
    for (let slots = 0; slots < 10; slots += 1) {
      s.clock.nextStep(SLOT_MS);
      await runSlot();
    }
  }

  /** The addresses that have had such a mail since. Staff gets notices of sign-ins. */
  async function mailedSince(before: number): Promise<string[]> {
    const messages = await s.app.parts.stores.outbox.list(1000);
    return messages
      .filter(({ sentAt, to }) => sentAt > before && !isStaff(to))
      .map(({ to }) => to)
      .sort();
  }

  async function previewOf(name: string, query = '', tenant = 'acme') {
    const { visitor, page } = await openConsole(s, addressOf(name, tenant), `/admin/users${query}`);
    const asked = await visitor.submit(page, {}, 'resend-confirmations');
    expect(asked.status).to.equal(303);
    return { visitor, page: await visitor.follow(asked) };
  }

  async function begin(name: string, query = '', tenant = 'acme') {
    const { visitor, page } = await previewOf(name, query, tenant);
    const sent = await visitor.submit(page, {}, 'send');
    expect(sent.status).to.equal(303);
    return { visitor, page: await visitor.follow(sent) };
  }

  return { mailedSince, runSlot, runAll, previewOf, begin };
}
