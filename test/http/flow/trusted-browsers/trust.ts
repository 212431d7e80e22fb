/** Trusting a browser, for the tests of what comes of it. */
import { expect } from 'chai';
import { standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { type InteractionContext, nextCode, redeem, type SignedIn } from '../../oidc/story.ts';
import { givePassword } from '../members.ts';

/** The standard tenants; these of them allow browsers to be trusted. */
export function trusting(...allowed: readonly string[]): { readonly tenants: readonly Yaml[] } {
  const tenants = standardConfig().tenants.map((tenant) => {
    const secondFactor = tenant.second_factor as Yaml;
    const trusted = allowed.includes(String(tenant.id));
    return { ...tenant, second_factor: { ...secondFactor, trusted_devices: trusted } };
  });
  return { tenants };
}

/** From the start, in a browser that may be signed in: to where the password leads. */
export async function signInAgain(
  interaction: Pick<InteractionContext, 'app' | 'rp'>,
  email: string,
  visitor: Visitor,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Page> {
  return (await givePassword(interaction, email, visitor, { prompt: 'login', ...parameters })).page;
}

/** A sign-in with password and phone, in which the box is ticked. */
export async function trust(
  interaction: Pick<InteractionContext, 'app' | 'rp'>,
  email: string,
  visitor: Visitor = interaction.app.visitor(),
): Promise<{ visitor: Visitor; end: Page }> {
  const page = await signInAgain(interaction, email, visitor);
  const fields = { code: nextCode(interaction.app), trust_device: '1' };
  return { visitor, end: await visitor.follow(await visitor.submit(page, fields)) };
}

/** A browser that is trusted, with a session and tokens that were given since, for the password alone. */
export async function livingOnTrust(
  interaction: Pick<InteractionContext, 'app' | 'rp'>,
  email: string,
): Promise<SignedIn> {
  const { visitor } = await trust(interaction, email);
  const page = await signInAgain(interaction, email, visitor, { scope: 'openid offline_access' });
  expect(page.name, 'asked all the same').to.equal(null);
  return { visitor, ...(await redeem(interaction.rp, page)) };
}

/** The security page, in a browser that is signed in, with the code that it asks for. */
export async function openSecurity(
  { app }: Pick<InteractionContext, 'app'>,
  visitor: Visitor,
): Promise<Page> {
  const first = await visitor.open('/account/security');
  const page = first.name === 'enter-code' ? await visitor.enterCode(nextCode(app)) : first;
  expect([page.name, page.status]).to.deep.equal(['security', 200]);
  return page;
}

export async function signOut(visitor: Visitor): Promise<void> {
  const asked = await visitor.open('/session/end');
  const { name } = await visitor.follow(await visitor.submit(asked, {}, 'logout'));
  expect(name).to.equal('signed-out');
}
