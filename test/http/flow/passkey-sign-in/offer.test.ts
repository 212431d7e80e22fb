/** A passkey is offered after a sign-in with another second factor: when, how often, and what the answers do. */
import { expect } from 'chai';
import { createAuthenticator } from '../../../support/authenticator.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, MFA, nextCode, PHR, redeem } from '../../oidc/story.ts';
import { givePassword, hasCode, withApp } from '../members.ts';
import { optionsOf, passkeyPeople, tenantsFor, withMembers } from './holder.ts';

const DAY = 24 * 60 * 60 * 1000;
const ABLE = { can_use_passkeys: '1' };

describe('the offer of a passkey', () => {
  const s = interaction(
    () => {
      const { accounts, ...more } = withMembers() as { accounts: object[] };
      const people = 'amy bea cal dee eli fin gil'.split(' ').map((name) => withApp(name, 'open'));
      return { ...more, accounts: [...accounts, ...people] };
    },
    { hostname: 'localhost' },
  );

  /** To where the code of the app leads, in a browser that says what it can. */
  async function giveCode(
    name: string,
    more: Readonly<Record<string, string>> = ABLE,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await givePassword(s, `${name}@open.test`, s.app.visitor(), parameters);
    expect(page.$('input[type=hidden][name=can_use_passkeys]')).to.have.lengthOf(1);
    const answer = await visitor.submit(page, { code: nextCode(s.app), ...more });
    return { visitor, page: await visitor.follow(answer) };
  }

  it('comes before the end of the sign-in, and sets a passkey up that signs in alone', async () => {
    const { visitor, page } = await giveCode('amy');
    expect([page.status, page.name]).to.deep.equal([200, 'offer-passkey']);
    const setUp = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    expect(setUp.name).to.equal('set-up-passkey');
    const key = createAuthenticator({ origin: s.app.origin });
    const response = key.create(optionsOf(setUp));
    const end = await visitor.putAway(await visitor.submit(setUp, { response, label: '' }));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(PHR);
    const { end: alone } = await passkeyPeople({ app: s.app, rp: s.rp }).signInWith(key);
    expect((await redeem(s.rp, alone)).claims.acr).to.equal(PHR);
    // The account has one now.
    const again = await givePassword(s, 'amy@open.test');
    const code = await again.visitor.chooseMethod('totp');
    expect(code.$('[name=can_use_passkeys], script')).to.have.lengthOf(0);
  });

  it('is made again thirty days after "later", and not a day before', async () => {
    const { visitor, page } = await giveCode('bea');
    const end = await visitor.follow(await visitor.submit(page, {}, 'later'));
    expect((await redeem(s.rp, end)).claims.acr).to.equal(MFA);
    s.clock.nextStep(29 * DAY);
    expect(hasCode((await giveCode('bea')).page)).to.equal(true);
    s.clock.nextStep(DAY);
    expect((await giveCode('bea')).page.name).to.equal('offer-passkey');
  });

  it('is never made again after "never"', async () => {
    const { visitor, page } = await giveCode('cal');
    expect(hasCode(await visitor.follow(await visitor.submit(page, {}, 'never')))).to.equal(true);
    s.clock.nextStep(400 * DAY);
    expect(hasCode((await giveCode('cal')).page)).to.equal(true);
  });

  it('can be left half-way, and the sign-in goes on', async () => {
    const { visitor, page } = await giveCode('dee');
    const setUp = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
    const skip = setUp.$('p.way a').attr('href') ?? '';
    expect(hasCode(await visitor.open(new URL(skip, setUp.url).href))).to.equal(true);
    expect(hasCode((await giveCode('dee')).page)).to.equal(true);
  });

  it('is made only where the script has said that the browser can, and never in the way of prompt', async () => {
    expect(hasCode((await giveCode('eli', {})).page)).to.equal(true);
    expect(hasCode((await giveCode('eli', ABLE, { prompt: 'login' })).page)).to.equal(true);
    expect((await giveCode('eli')).page.name).to.equal('offer-passkey');
  });

  it('is not made to a person who opens its page by hand in the way of prompt', async () => {
    const { visitor, page } = await givePassword(s, 'eli@open.test', s.app.visitor(), { prompt: 'login' });
    await visitor.submit(page, { code: nextCode(s.app), ...ABLE });
    const offer = await visitor.open(page.url.replace(/\/verify\/.*/, '/offer-passkey'));
    expect(offer.name).not.to.equal('offer-passkey');
  });

  it('has no page and no enrolment before the code [A47]', async () => {
    const { visitor, page } = await givePassword(s, 'fin@open.test');
    const offer = page.url.replace(/\/verify\/.*/, '/offer-passkey');
    expect((await visitor.open(offer)).name).to.equal('enter-code');
    const setUp = await visitor.open(page.url.replace(/\/verify\/.*/, '/set-up/passkey'));
    expect(setUp.name).to.equal('enter-code');
  });

  it('is not made where the tenant allows no passkeys', async () => {
    await s.app.reload({ tenants: tenantsFor({ open: { methods: ['totp'] } }) });
    const { page } = await givePassword(s, 'gil@open.test');
    expect(page.name).to.equal('enter-code');
    expect(page.$('[name=can_use_passkeys], script')).to.have.lengthOf(0);
  });
});
