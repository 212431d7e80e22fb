/** The steps that the tests of invitations have in common. */
import { expect } from 'chai';
import { withOperation } from '../../../../src/compose/operator/operation.ts';
import type { InvitationOutcome } from '../../../../src/use-cases/invitations/invite.ts';
import { standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { confidential, type InteractionContext, withClients } from '../../oidc/story.ts';
import { accounts } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';

export const SECRET_WORDS = 'seven purple otters in a teapot';

/** An account without a password. */
const invited = (name: string, tenant: string, more: Yaml = {}): Yaml => {
  return { email: `${name}@${tenant}.test`, tenant, name, ...more };
};

/** The standard tenants with passkeys, two applications to go on to, and people who wait. */
export const inviting = () => {
  const tenants = standardConfig().tenants.map((tenant) => {
    const secondFactor = { ...(tenant.second_factor as Yaml), methods: ['totp', 'passkey'] };
    return tenant.id === 'plain'
      ? tenant
      : {
          ...tenant,
          name: `The ${tenant.id} firm`,
          second_factor: { ...secondFactor, set_up_proof: 'email' },
        };
  });
  return {
    ...withClients(
      confidential('shop', { client_name: 'Shop', client_uri: 'http://rp.test/shop' }),
      confidential('wiki', { initiate_login_uri: 'http://rp.test/login' }),
    ),
    tenants,
    ...accounts(
      ...'ann ben cat dan eve fay gus hal ida jan kim'.split(' ').map((name) => invited(name, 'strict')),
      ...'ann ben cat dan'.split(' ').map((name) => invited(name, 'open')),
      invited('nel', 'strict', { locale: 'nl' }),
    ),
  };
};

export function invitationsIn(s: Pick<InteractionContext, 'app'>) {
  async function invite(email: string, clientId: string | null = null, isAgain = true): Promise<string> {
    const outcomes: InvitationOutcome[] = [];
    await withOperation(
      s.app.config,
      async (operation) => {
        const person = await operation.roster.find(email);
        const { invite } = await operation.inviting();
        outcomes.push(await invite(person?.account.id ?? '', { clientId, isAgain }));
      },
      () => {
        throw new Error('a mail could not be sent');
      },
    );
    return outcomes.join();
  }

  const linkTo = async (email: string) => linkIn((await sentTo(s.app, email))[0], 'invitation');

  async function opened(
    email: string,
    clientId: string | null = null,
  ): Promise<{ visitor: Visitor; page: Page; link: string }> {
    expect(await invite(email, clientId)).to.equal('invited');
    const link = await linkTo(email);
    const visitor = s.app.visitor();
    return { visitor, page: await visitor.open(link), link };
  }

  const save = async (visitor: Visitor, page: Page, password = SECRET_WORDS) =>
    visitor.follow(await visitor.submit(page, { password }, 'save'));

  async function stored(email: string) {
    const account = await s.app.parts.stores.accounts.findByEmail(email);
    const lines = await s.app.parts.stores.audit.list({ accountId: account?.id ?? '', limit: 100 });
    const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
    return {
      account,
      methods: factors.map(({ method }) => method),
      events: lines.map(({ event }) => event).toReversed(),
    };
  }

  return { invite, linkTo, opened, save, stored };
}
