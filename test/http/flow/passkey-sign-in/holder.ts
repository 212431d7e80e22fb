/** People with passkeys, and the steps of a sign-in with one. */
import { standardConfig, type Yaml } from '../../../support/app.ts';
import { type Authenticator, createAuthenticator, type Twist } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import type { InteractionContext } from '../../oidc/story.ts';
import { arrive, givePassword, member } from '../members.ts';

/** Both tenants allow passkeys; `strict` allows nothing else. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  open: ['totp', 'passkey'],
  strict: ['passkey'],
  plain: [],
};

export function tenantsFor(changes: Readonly<Record<string, Yaml>> = {}): Yaml[] {
  return standardConfig().tenants.map((tenant) => {
    const id = String(tenant.id);
    const secondFactor = { ...(tenant.second_factor as Yaml), methods: METHODS[id], ...changes[id] };
    return { ...tenant, second_factor: secondFactor };
  });
}

/** The standard configuration with these members of `strict`. */
export function withMembers(...names: readonly string[]): Yaml {
  const { accounts } = standardConfig();
  return { tenants: tenantsFor(), accounts: [...accounts, ...names.map((name) => member(name, 'strict'))] };
}

/** Reads the passkey options that a page gives the browser. */
export function optionsOf(page: Page) {
  const options = page.$('form[data-passkey]').attr('data-options');
  if (options === undefined) throw new Error(`${page.name} (${page.status} ${page.url}) asks for no passkey`);
  return JSON.parse(options);
}

export function passkeyPeople(s: Pick<InteractionContext, 'app' | 'rp'>) {
  /** A member of `strict` who has set a passkey up. */
  async function holder(name: string): Promise<{ visitor: Visitor; key: Authenticator; email: string }> {
    const email = `${name}@strict.test`;
    const key = createAuthenticator({ origin: s.app.origin });
    const { visitor, page } = await givePassword(s, email);
    await visitor.putAway(await visitor.submit(page, { response: key.create(optionsOf(page)), label: '' }));
    return { visitor, key, email };
  }

  /** Presses the button on the sign-in page; the answer is not followed. */
  function use(visitor: Visitor, page: Page, key: Authenticator, twist?: Twist): Promise<Page> {
    return visitor.submit(page, { response: key.get(optionsOf(page), twist) }, 'passkey');
  }

  /** From a relying party to where the passkey leads, in a new browser unless one is given. */
  async function signInWith(
    key: Authenticator,
    parameters: Readonly<Record<string, string>> = {},
    browser: Visitor = s.app.visitor(),
  ): Promise<{ visitor: Visitor; end: Page }> {
    const { visitor, page } = await arrive(s, browser, parameters);
    return { visitor, end: await visitor.follow(await use(visitor, page, key)) };
  }

  return { holder, use, signInWith };
}
