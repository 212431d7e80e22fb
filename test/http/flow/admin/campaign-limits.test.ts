/** The limits on confirmation mails of administrators: by person, by administrator and by day. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY, HOUR } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { addressOf, idOf, linesBy, openConsole } from './console.ts';
import { allThere, crowd, mailings, mailingsConfig } from './mailings.ts';

describe('confirmation mails of administrators', () => {
  const s = interaction(mailingsConfig);
  const { mailedSince, runAll, previewOf, begin } = mailings(s);

  before(() => allThere(s));
  // The counted mails of one test are none of another one's business.
  beforeEach(() => s.clock.nextStep(DAY));

  it('have limits by person, by administrator and by day [A64]', async () => {
    const before = s.clock.now();
    for (let times = 0; times < 5; times += 1) {
      await begin('admin', '?q=ben');
      await runAll();
    }
    expect(await mailedSince(before)).to.have.lengthOf(5);
    const { visitor, page } = await previewOf('admin', '?q=ben');
    const refused = await visitor.submit(page, {}, 'send');
    expect([refused.status, refused.error]).to.deep.equal([429, 'resend_too_soon']);
    const again = await begin('second', '?q=ben');
    await runAll();
    expect(await mailedSince(before)).to.have.lengthOf(5);
    const id = again.page.$('[data-mark=campaign]').attr('data-id') ?? '';
    expect((await s.app.parts.stores.campaigns.find(id))?.counts).to.deep.equal({ limited: 1 });
    expect(await linesBy(s, 'admin', 'campaign.refused')).to.have.lengthOf(1);
  });

  describe('to one person after the other', () => {
    async function press(visitor: Visitor, name: string): Promise<Page> {
      const page = await visitor.open(`/admin/users/${await idOf(s, addressOf(name))}`);
      return visitor.submit(page, {}, 'resend-confirmation');
    }

    it('stop after a few mails to the same person within a day [A64 2.3]', async () => {
      const before = s.clock.now();
      const { visitor } = await openConsole(s, addressOf('admin'), '/admin/users');
      const statuses: number[] = [];
      for (let times = 0; times < 8; times += 1) statuses.push((await press(visitor, 'ben')).status);
      expect(statuses).to.deep.equal([303, 303, 303, 303, 303, 429, 429, 429]);
      s.clock.nextStep(HOUR);
      const { visitor: other } = await openConsole(s, addressOf('second'), '/admin/users');
      expect((await press(other, 'ben')).status).to.equal(429);
      expect(await mailedSince(before)).to.have.lengthOf(5);
    });

    it('stop after a number of people for one administrator within an hour [A64]', async () => {
      const before = s.clock.now();
      const { visitor } = await openConsole(s, addressOf('helpdesk'), '/admin/users');
      const names = ['ann', 'ben', ...crowd.slice(2)];
      const statuses: number[] = [];
      for (const name of [...names, 'ann', 'ben']) statuses.push((await press(visitor, name)).status);
      expect((await mailedSince(before)).length).to.equal(30);
      expect(statuses.at(-1)).to.equal(429);
      const { visitor: other } = await openConsole(s, addressOf('second'), '/admin/users');
      expect((await press(other, 'ann')).status).to.equal(303);
    });

    it('go out by the tick on the page of the person too [2.3]', async () => {
      const before = s.clock.now();
      const { visitor } = await openConsole(s, addressOf('admin'), '/admin/users');
      const page = await visitor.open(`/admin/users/${await idOf(s, addressOf('ben'))}`);
      expect((await visitor.submit(page, { send_activation: '1' }, 'save')).status).to.equal(303);
      expect(await mailedSince(before)).to.deep.equal(['ben@acme.test']);
    });
  });
});
