/** The box that has a browser trusted stays as it was left: a refused code costs a code, and nothing else on the page. */
import { expect } from 'chai';
import type { Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, hasCode, withApp } from '../members.ts';
import { codeTo, desk, notThis, reachable } from '../outbox.ts';
import { signInAgain } from './trust.ts';

const BOX = '[name=trust_device]';

function trustingDesk(...people: readonly Yaml[]): Yaml {
  const { tenants, ...config } = desk(...people);
  const trusting = (tenants as readonly Yaml[]).map((tenant) => ({
    ...tenant,
    second_factor: { ...(tenant.second_factor as Yaml), trusted_devices: true },
  }));
  return { ...config, tenants: trusting };
}

function isTicked(page: Page): boolean {
  expect([page.name, page.$(BOX).length]).to.deep.equal(['enter-code', 1]);
  return page.$(BOX).attr('checked') !== undefined;
}

describe('the checkbox that trusts a browser', () => {
  const s = interaction(() =>
    trustingDesk(
      withApp('ann', 'desk'),
      ...['ben', 'cat', 'dan'].map((name) => reachable(name, 'desk', 'email')),
    ),
  );
  const mailed = (name: string) => codeTo(s.app, `${name}@desk.test`);

  it('stays ticked after a wrong code [3.8]', async () => {
    const { visitor, page } = await givePassword(s, 'ann@desk.test');
    const code = nextCode(s.app);
    const refused = await visitor.submit(page, { code: notThis(code), trust_device: '1' });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    expect(isTicked(refused)).to.equal(true);
    expect(hasCode(await visitor.follow(await visitor.submit(refused, { code })))).to.equal(true);
    expect(hasCode(await signInAgain(s, 'ann@desk.test', visitor)), 'trusted').to.equal(true);
  });

  it('stays ticked when another code is requested, and when none can be sent [3.6]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@desk.test');
    let shown = page;
    for (let times = 1; times < 5; times += 1) {
      s.clock.nextStep(10_000);
      shown = await visitor.follow(
        await visitor.submit(shown, times === 1 ? { trust_device: '1' } : {}, 'resend'),
      );
      expect(isTicked(shown)).to.equal(true);
    }
    const newest = await mailed('ben');
    s.clock.nextStep(20_000);
    const refused = await visitor.submit(shown, {}, 'resend');
    expect([refused.status, refused.error]).to.deep.equal([429, 'resend_too_soon']);
    expect(isTicked(refused)).to.equal(true);
    expect(hasCode(await visitor.follow(await visitor.submit(refused, { code: newest })))).to.equal(true);
    expect(hasCode(await signInAgain(s, 'ben@desk.test', visitor)), 'trusted').to.equal(true);
  });

  it('has no effect when it was unticked again [A86]', async () => {
    const { visitor, page } = await givePassword(s, 'cat@desk.test');
    const asked = await visitor.follow(await visitor.submit(page, { trust_device: '1' }, 'resend'));
    const refused = await visitor.submit(asked, { code: notThis(await mailed('cat')), trust_device: '1' });
    expect(isTicked(refused)).to.equal(true);
    // A box without its tick is not sent.
    const end = await visitor.submit(refused, { code: await mailed('cat'), trust_device: [] });
    expect(hasCode(await visitor.follow(end))).to.equal(true);
    expect((await signInAgain(s, 'cat@desk.test', visitor)).name).to.equal('enter-code');
  });

  it('is not ticked by an error', async () => {
    const { visitor, page } = await givePassword(s, 'dan@desk.test');
    expect(isTicked(page)).to.equal(false);
    const asked = await visitor.follow(await visitor.submit(page, {}, 'resend'));
    expect(isTicked(asked)).to.equal(false);
    const refused = await visitor.submit(asked, { code: notThis(await mailed('dan')) });
    expect(isTicked(refused)).to.equal(false);
  });
});
