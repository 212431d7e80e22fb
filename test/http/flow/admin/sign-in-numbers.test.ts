/** The sign-ins of the last days on the overview. */
import { expect } from 'chai';
import { createSealing } from '../../../../src/use-cases/administration/audit/sealing.ts';
import { MINUTE } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { addressOf, consoleConfig, openConsole } from './console.ts';

describe('the overview of the console', () => {
  const s = interaction(() => consoleConfig());

  it('counts the sign-ins of the tenant once they are sealed, and links to their lines [A61]', async () => {
    const failing = s.app.visitor();
    await failing.open('/account');
    expect((await failing.signIn(addressOf('ann'), 'not the password')).status).to.equal(422);
    const { visitor, page } = await openConsole(s, addressOf('admin'));
    expect(page.text).to.include('Nothing has been counted yet');

    s.clock.nextStep(3 * MINUTE);
    const { stores, clock } = s.app.parts;
    await createSealing({ seals: stores.auditSeals, clock, retentionMs: 365 * 24 * 60 * MINUTE }).sealNew();
    const { $, text } = await visitor.open('/admin');
    const cells = (outcome: string) => $(`[data-mark=sign-ins] td[data-outcome="${outcome}"]`);
    const sum = (outcome: string) =>
      cells(outcome)
        .toArray()
        .reduce((total, cell) => total + Number($(cell).text()), 0);
    expect(cells('sign_in.completed')).to.have.lengthOf(7);
    expect([sum('sign_in.password_refused'), sum('sign_in.refused')]).to.deep.equal([1, 0]);
    expect($('svg.chart rect').length).to.be.at.least(1);
    expect($('[data-mark=failure-rates] tbody tr').first().text()).to.match(/Password\s+1\s+1\s+50%/);
    expect(text).to.include('New numbers come every five minutes');

    const href = cells('sign_in.password_refused').find('a').attr('href') ?? '';
    const lines = await visitor.open(href);
    expect([lines.name, lines.marks('person')]).to.deep.equal(['admin-audit', [addressOf('ann')]]);
  });

  it('shows the help desk the numbers without links, and a manager no number of the tenant [A61]', async () => {
    const helpdesk = await openConsole(s, addressOf('helpdesk'));
    expect(helpdesk.page.$('[data-mark=sign-ins] td')).to.have.lengthOf(35);
    expect(helpdesk.page.$('[data-mark=sign-ins] a')).to.have.lengthOf(0);
    const manager = await openConsole(s, addressOf('manager'));
    expect(manager.page.name).to.equal('admin-overview');
    expect(manager.page.$('[data-mark=sign-ins], [data-mark=failure-rates], svg.chart')).to.have.lengthOf(0);
  });
});
