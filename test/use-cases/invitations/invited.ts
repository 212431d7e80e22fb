/** A person who waits for their first factor, the link that invites them, and the acceptance on the stores of a setting. */

import { createPasskeyVerifier } from '../../../src/adapters/system/passkey-verifier.ts';
import { createPasswordAdvisor } from '../../../src/adapters/system/passwords/advisor.ts';
import { createPasswordBlockList } from '../../../src/adapters/system/passwords/block-list.ts';
import { createCommonPasswords } from '../../../src/adapters/system/passwords/common-passwords.ts';
import type { Account } from '../../../src/domain/account.ts';
import { createPasswords } from '../../../src/use-cases/account/passwords/passwords.ts';
import { createAcceptance } from '../../../src/use-cases/invitations/accept.ts';
import { createFirstPasskeys } from '../../../src/use-cases/invitations/first-passkey.ts';
import { createVisitTickets } from '../../../src/use-cases/sign-in/visit-tickets.ts';
import { NOW } from '../../contracts/examples.ts';
import { authenticatorAt } from '../enrolment/passkey-holder.ts';
import type { Setting } from '../setting.ts';

export const WORDS = 'seven purple otters in a teapot';

const blockList = createPasswordBlockList({ common: createCommonPasswords(), breached: null });
const advisor = createPasswordAdvisor();

type Needs = Setting['needs'];

export function invitedBy(setting: () => Setting) {
  async function person(email = 'new@acme.test'): Promise<Account> {
    const { id } = await setting().person({ email, password: null });
    return update(id, { invitedAt: NOW });
  }

  async function update(id: string, changes: Partial<Account>): Promise<Account> {
    const { accounts } = setting().stores;
    await accounts.update(id, changes, setting().clock.now());
    const account = await accounts.findById(id);
    if (!account) throw new Error('the account is gone');
    return account;
  }

  function ticketsWith(change: Partial<Needs> = {}) {
    return createVisitTickets({ ...setting().needs, loadSnapshot: setting().loadSnapshot, ...change });
  }

  type FirstPasskeysDeps = Parameters<typeof createFirstPasskeys>[0];

  function firstPasskeysWith(change: Partial<FirstPasskeysDeps> = {}) {
    const { needs, loadSnapshot, passkeys } = setting();
    const { methods, random } = needs;
    return createFirstPasskeys({
      ...needs,
      method: methods.browser.name,
      passkeys,
      passkeyVerifier: createPasskeyVerifier(),
      newCodes: () => methods.paper.newCodes((count) => random.bytes(count)),
      loadSnapshot,
      ...change,
    });
  }

  /** With something in the place of what it stands on. */
  function acceptanceWith(change: Partial<Parameters<typeof createAcceptance>[0]> = {}) {
    const { needs } = setting();
    const passwords = createPasswords({ ...needs, blockList, advisor });
    const own = { passwords, firstPasskeys: firstPasskeysWith(), tickets: ticketsWith() };
    return createAcceptance({ ...needs, ...own, ...change });
  }

  const linkTo = (account: Account) => setting().linkTokens.tokenFor('invitation', account);

  /** The answer of a browser to the request of the page. */
  async function passkeyMade(account: Account, token: string, device = authenticatorAt()) {
    const asked = await firstPasskeysWith().ask(account, token);
    if (!asked) throw new Error('no passkey is on offer');
    return { nonce: asked.nonce, response: device.create(asked.creation) };
  }

  async function factors({ id }: Account): Promise<string[]> {
    return (await setting().stores.enrolments.listByAccount(id)).map(({ method }) => method);
  }

  const hashOf = async ({ id }: Account) =>
    (await setting().stores.accounts.findById(id))?.passwordHash ?? null;

  return {
    person,
    update,
    ticketsWith,
    firstPasskeysWith,
    acceptanceWith,
    linkTo,
    passkeyMade,
    factors,
    hashOf,
  };
}
