/** A set-up of which the stores took the factor, and nothing after it: the same form finishes it. */
import { expect } from 'chai';
import type { Stores } from '../../../../src/compose/parts.ts';
import { isFactor } from '../../../../src/domain/enrolment/enrolment.ts';
import { StoreUnavailable } from '../../../../src/ports/faults.ts';
import { PASSWORD } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, member } from '../members.ts';
import { sentTo } from '../outbox.ts';

describe('a set-up that a fault interrupts', () => {
  let isAway = false;

  function around(stores: Stores): Stores {
    const { trustedBrowsers } = stores;
    const removeAll: typeof trustedBrowsers.removeAll = async (accountId) => {
      if (isAway) throw new StoreUnavailable('the store is away');
      return trustedBrowsers.removeAll(accountId);
    };
    return { ...stores, trustedBrowsers: { ...trustedBrowsers, removeAll } };
  }

  const s = interaction(
    () =>
      accounts(
        ...['ann', 'ben'].map((name) => member(name, 'strict')),
        ...['cat', 'dan'].map((name) => member(name, 'open')),
      ),
    { around },
  );

  afterEach(() => {
    isAway = false;
  });

  /** Sends the code of a new app, which is answered with 503. Gives the request to repeat. */
  async function interrupt(visitor: Visitor, setUp: Page): Promise<() => Promise<Page>> {
    const code = nextCode(s.app, setUp.mark('secret'));
    isAway = true;
    expect((await visitor.submit(setUp, { code })).status).to.equal(503);
    isAway = false;
    return () => visitor.submit(setUp, { code });
  }

  async function expectWhole(email: string, page: Page): Promise<void> {
    expect([page.name, page.marks('recovery-code').length]).to.deep.equal(['recovery-codes', 10]);
    const { accounts: people, enrolments, audit } = s.app.parts.stores;
    const { id: accountId = '' } = (await people.findByEmail(email)) ?? {};
    expect((await enrolments.listByAccount(accountId)).map(isFactor)).to.deep.equal([true, false]);
    const lines = (await audit.list({ accountId, limit: 100 })).map(({ event }) => event);
    expect(lines.filter((line) => line === 'enrolment.created')).to.have.lengthOf(1);
    expect(await sentTo(s.app, email)).to.not.be.empty;
  }

  it('goes on at a sign-in when the form comes again, and shows the recovery codes [R23]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    const again = await interrupt(visitor, page);
    const shown = await visitor.follow(await again());
    await expectWhole('ann@strict.test', shown);
    expect(hasCode(await visitor.putAway(shown))).to.equal(true);
  });

  it('goes on at a sign-in whose person reloads the page and gives the next code [R23]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    const secret = page.mark('secret');
    await interrupt(visitor, page);
    expect((await visitor.open(page.url)).name).to.equal('enter-code');
    const shown = await visitor.follow(await visitor.submit(visitor.page, { code: nextCode(s.app, secret) }));
    await expectWhole('ben@strict.test', shown);
    expect(hasCode(await visitor.putAway(shown))).to.equal(true);
  });

  for (const [what, name] of [
    ['the form comes again', 'cat'],
    ['another set-up begins', 'dan'],
  ] as const)
    it(`goes on at the security page when ${what} [R23]`, async () => {
      const email = `${name}@open.test`;
      const visitor = s.app.visitor();
      await visitor.open('/account/security');
      const page = await visitor.signIn(email, PASSWORD);
      const setUp = await visitor.follow(await visitor.submit(page, {}, 'set-up'));
      const again = await interrupt(visitor, setUp);
      // The factor is enrolled, and the session has not proven it.
      expect((await visitor.follow(await again())).name).to.equal('enter-code');
      const security = await visitor.enterCode(nextCode(s.app, setUp.mark('secret')));
      const repeated = await (name === 'cat' ? again() : visitor.submit(security, {}, 'set-up'));
      const shown = await visitor.follow(repeated);
      await expectWhole(email, shown);
      expect((await visitor.putAway(shown)).name).to.equal('security');
    });
});
