/** Set-ups that a mailed code comes before: organisations that demand them, and the steps that they have in common. */
import { standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import type { InteractionContext } from '../../oidc/story.ts';
import { givePassword, member } from '../members.ts';
import { codeTo, sentTo } from '../outbox.ts';

/** `firm` allows three methods, `solo` an app alone, `post` mail alone; the standard ones are left as they are. */
export function proving(...people: readonly Yaml[]): Yaml {
  const { tenants, accounts } = standardConfig();
  const tenant = (id: string, ...methods: string[]): Yaml => ({
    id,
    name: `The ${id}`,
    support: { email: `help@${id}.test` },
    // `set_up_proof` is left to its default.
    second_factor: { enforcement: 'required', methods, message: { en: 'Because of the audit.' } },
  });
  return {
    tenants: [
      ...tenants,
      tenant('firm', 'totp', 'email', 'sms'),
      tenant('solo', 'totp'),
      tenant('post', 'email'),
    ],
    accounts: [...accounts, ...people],
  };
}

export const inFirm = (...names: readonly string[]): Yaml[] => names.map((name) => member(name, 'firm'));

export function provingIn(s: Pick<InteractionContext, 'app' | 'rp'>) {
  return {
    /** Gives the enrolments of the account with this e-mail address. */
    async stored(email: string) {
      const account = await s.app.parts.stores.accounts.findByEmail(email);
      const factors = await s.app.parts.stores.enrolments.listByAccount(account?.id ?? '');
      return { account, methods: factors.map(({ method }) => method) };
    },

    /** Opens the page of the mailed code, with the method chosen. */
    async atProof(name: string, method: string): Promise<{ visitor: Visitor; page: Page }> {
      const { visitor, page } = await givePassword(s, `${name}@firm.test`);
      if (page.name !== 'set-up-choose') throw new Error(`nothing to choose on ${page.name} (${page.url})`);
      return { visitor, page: await visitor.chooseMethod(method) };
    },

    /** Presses "send", and types what comes. */
    async prove(visitor: Visitor, page: Page, email: string): Promise<Page> {
      const asked = await visitor.follow(await visitor.submit(page, {}, 'send'));
      return visitor.follow(await visitor.submit(asked, { code: await codeTo(s.app, email) }));
    },

    /** How many messages went to a member of `firm`. */
    sent: async (name: string) => (await sentTo(s.app, `${name}@firm.test`)).length,
  };
}
