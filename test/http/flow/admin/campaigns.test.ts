/** Confirmation mails to many people: the preview, the mails, and the pages about them. */
import { expect } from 'chai';
import { MAILS_IN_SLOT, SLOT_MS } from '../../../../src/use-cases/administration/campaigns/carry-out.ts';
import { DAY } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { addressOf, idOf, linesBy, openConsole } from './console.ts';
import { allThere, CROWD, mailings, mailingsConfig } from './mailings.ts';

describe('confirmation mails to many people', () => {
  const s = interaction(mailingsConfig);
  const { mailedSince, runSlot, runAll, previewOf, begin } = mailings(s);

  before(() => allThere(s));
  // The counted mails of one test are none of another one's business.
  beforeEach(() => s.clock.nextStep(DAY));

  it('are counted first, and nothing is sent before *send* [2.4]', async () => {
    const before = s.clock.now();
    const { page } = await previewOf('admin');
    expect([page.status, page.name]).to.deep.equal([200, 'admin-campaign-preview']);
    // ann, ben, carl, the imported person and the crowd.
    expect(page.mark('count')).to.equal(String(CROWD + 4));
    expect(page.$('button[name=send]')).to.have.lengthOf(1);
    await runAll();
    expect(await mailedSince(before)).to.deep.equal([]);
  });

  it('reach each unconfirmed person on the list once, and nobody else [2.4 A61]', async () => {
    const before = s.clock.now();
    const { visitor, page } = await begin('manager');
    expect(page.name).to.equal('admin-campaigns');
    expect(page.mark('done')).to.equal('The mailing has begun.');
    await runAll();
    expect(await mailedSince(before)).to.deep.equal([
      'ann@acme.test',
      'carl@acme.test',
      'imported@acme.test',
    ]);
    const results = await visitor.open(page.$('[data-mark=campaign] a').attr('href') ?? '');
    expect([results.name, results.mark('sent'), results.mark('invited')]).to.deep.equal([
      'admin-campaign',
      '2',
      '1',
    ]);
    expect(results.mark('stage')).to.equal('Done');
    expect(results.marks('email').sort()).to.deep.equal(await mailedSince(before));
    const file = await visitor.get(results.$('a[href$=".csv"]').attr('href') ?? '');
    expect(file.status).to.equal(200);
    expect(file.text.split('\r\n').sort().filter(Boolean)).to.have.lengthOf(4);
    expect(file.text).to.match(/carl@acme\.test,carl,sent,\d{4}-/);
  });

  it('follow the search, the filter and the group of the list [2.4]', async () => {
    for (const [query, count] of [
      ['?q=carl', 1],
      ['?group=research', 1],
      ['?filter=protected', 1],
      ['?filter=unprotected&group=sales', 2],
      ['?filter=grace', 0],
      ['?filter=disabled', 0],
      ['?q=confirmed', 0],
    ] as const) {
      const { page } = await previewOf('admin', query);
      expect(page.mark('count'), query).to.equal(String(count));
      expect(page.$('button[name=send]').length, query).to.equal(count === 0 ? 0 : 1);
    }
  });

  it('confirm an address by the button behind the link, and invite people who have not joined [2.4]', async () => {
    await begin('admin', '?group=sales');
    await runAll();
    const mailTo = async (to: string) =>
      (await s.app.parts.stores.outbox.list(1000)).find((message) => message.to === to)?.text ?? '';
    const linkIn = (text: string) => /http\S+/.exec(text)?.[0] ?? '';
    const visitor = s.app.visitor();
    const page = await visitor.open(linkIn(await mailTo('carl@acme.test')));
    await visitor.follow(await visitor.submit(page, {}));
    const { accounts } = s.app.parts.stores;
    expect((await accounts.findByEmail('carl@acme.test'))?.emailConfirmed).to.equal(true);
    const invitation = await s.app.visitor().open(linkIn(await mailTo('imported@acme.test')));
    expect(invitation.name).to.equal('invitation');
  });

  it('reach people whom a file has brought [2.4]', async () => {
    const { visitor, page } = await openConsole(s, addressOf('admin'), '/admin/invite');
    const file = 'email,name,groups\nfiled1@acme.test,One,filed\nfiled2@acme.test,Two,filed\n';
    await visitor.submit(page, { file }, 'import');
    const before = s.clock.now();
    await begin('admin', '?group=filed');
    await runAll();
    expect(await mailedSince(before)).to.deep.equal(['filed1@acme.test', 'filed2@acme.test']);
  });

  it('are written into the audit log with the one who began them [2.4]', async () => {
    const before = s.clock.now();
    await begin('admin', '?q=ben');
    await runAll();
    const begun = await linesBy(s, 'admin', 'campaign.begun');
    const asked = (await linesBy(s, 'admin', 'contact.link_asked')).filter(({ atMs }) => atMs > before);
    expect(begun[0]).to.deep.include({ tenantId: 'acme', accountId: null });
    expect(asked).to.have.lengthOf(1);
    expect(asked[0]).to.deep.include({ accountId: await idOf(s, addressOf('ben')), reason: null });
    expect((await linesBy(s, 'admin', 'campaign.ended'))[0]?.reason).to.equal(begun[0]?.reason);
  });

  it('begin once, however often the same form is sent [2.4]', async () => {
    const before = s.clock.now();
    const { visitor, page } = await previewOf('admin', '?q=ben');
    for (let times = 0; times < 3; times += 1)
      expect((await visitor.submit(page, {}, 'send')).status).to.equal(303);
    await runAll();
    expect(await mailedSince(before)).to.deep.equal(['ben@acme.test']);
  });

  it('go out at a pace, rest when they are paused, and go on when they are resumed [2.4]', async () => {
    const before = s.clock.now();
    const { visitor, page } = await begin('admin', '?group=crowd');
    s.clock.nextStep(SLOT_MS);
    await Promise.all([runSlot(), runSlot(), runSlot()]);
    expect(await mailedSince(before)).to.have.lengthOf(MAILS_IN_SLOT);
    const refreshed = await visitor.open('/admin/campaigns');
    expect(refreshed.$('progress').first().attr('value')).to.equal(String(MAILS_IN_SLOT));
    expect(refreshed.$('progress').first().attr('max')).to.equal(String(CROWD));
    const paused = await visitor.follow(await visitor.submit(page, {}, 'pause'));
    expect(paused.mark('done')).to.contain('paused');
    await runAll();
    expect(await mailedSince(before)).to.have.lengthOf(MAILS_IN_SLOT);
    const resumed = await visitor.follow(await visitor.submit(paused, {}, 'resume'));
    expect(resumed.mark('done')).to.equal('The mailing goes on.');
    await runAll();
    const mailed = await mailedSince(before);
    expect([mailed.length, new Set(mailed).size]).to.deep.equal([CROWD, CROWD]);
    for (const event of ['campaign.paused', 'campaign.resumed'])
      expect(await linesBy(s, 'admin', event), event).to.have.lengthOf(1);
  });

  it('skip people who were confirmed, disabled or moved away meanwhile, and say so [2.4]', async () => {
    const before = s.clock.now();
    const { accounts } = s.app.parts.stores;
    const idAt = (n: number) => idOf(s, addressOf(`crowd0${n}`));
    const { visitor, page } = await begin('admin', '?q=crowd0');
    await visitor.submit(page, {}, 'pause');
    const id = page.$('[data-mark=campaign]').attr('data-id') ?? '';
    const { campaigns } = s.app.parts.stores;
    const campaign = await campaigns.find(id);
    if (!campaign) throw new Error('there is no mailing');
    const ids = await Promise.all([0, 1, 2, 3].map(idAt));
    await campaigns.addRecipients(campaign, [...ids, await idOf(s, addressOf('zoe', 'open')), 'gone'], null);
    const now = s.clock.now();
    await accounts.confirmEmail(ids[0] ?? '', addressOf('crowd00'), now);
    await accounts.update(ids[1] ?? '', { disabledAt: now }, now);
    await visitor.submit(await visitor.open('/admin/campaigns'), {}, 'resume');
    await runAll();
    expect(await mailedSince(before)).to.deep.equal([addressOf('crowd02'), addressOf('crowd03')]);
    const { counts } = (await campaigns.find(id)) ?? {};
    expect(counts).to.deep.equal({ sent: 2, confirmed: 1, disabled: 1, 'out-of-reach': 1, gone: 1 });
    const results = await visitor.open(`/admin/campaigns/${id}`);
    expect(results.marks('email')).not.to.include(addressOf('zoe', 'open'));
    const narrowed = await visitor.open(`/admin/campaigns/${id}?outcome=disabled`);
    expect(narrowed.marks('email')).to.deep.equal([addressOf('crowd01')]);
    await accounts.update(ids[1] ?? '', { disabledAt: null }, now);
  });

  it('end with the right of the one who began them [2.4 A61]', async () => {
    const before = s.clock.now();
    await begin('second', '?group=crowd');
    const second = await idOf(s, addressOf('second'));
    await s.app.parts.stores.accounts.update(second, { disabledAt: before }, before);
    await runAll();
    await s.app.parts.stores.accounts.update(second, { disabledAt: null }, before);
    expect(await mailedSince(before)).to.deep.equal([]);
  });

  it('are seen by administrators, by the manager who began them, and by nobody of another tenant [A61]', async () => {
    const { visitor: admin, page } = await begin('admin', '?q=ben');
    const id = page.$('[data-mark=campaign]').attr('data-id') ?? '';
    for (const [name, tenant] of [
      ['manager', 'acme'],
      ['admin', 'open'],
    ] as const) {
      const { visitor, page: list } = await begin(name, '', tenant);
      expect(list.$(`[data-id="${id}"]`), tenant).to.have.lengthOf(0);
      for (const path of [`/admin/campaigns/${id}`, `/admin/campaigns/${id}/recipients.csv`])
        expect((await visitor.get(path)).status, path).to.equal(404);
      const token = list.$('input[name=_token]').attr('value') ?? '';
      const tried = await visitor.post('/admin/campaigns', { _token: token, pause: id });
      expect(tried.status, tenant).to.equal(404);
      const told = await visitor.get(`/admin/campaigns/live?id=${id}`);
      expect(told.text).to.contain('data: []');
    }
    expect((await admin.open(`/admin/campaigns/${id}`)).mark('stage')).to.equal('Collecting the addresses');
    await runAll();
  });

  it('tell a script how far they are, and end the stream with the mailing [2.4]', async () => {
    const { visitor, page } = await begin('admin', '?q=ben');
    const address = page.$('[data-live]').attr('data-live') ?? '';
    await runAll();
    const told = await visitor.get(address);
    expect(told.headers['content-type']).to.match(/^text\/event-stream/);
    expect(told.text).to.match(
      /^event: progress\ndata: \[\{.*"stage":"ended","done":1,"total":1\}\]\n\nevent: end\n/,
    );
    expect(page.headers['content-security-policy']).to.contain("connect-src 'self'");
    expect((await visitor.open('/admin/users')).headers['content-security-policy']).not.to.contain(
      'connect-src',
    );
  });

  it('are no matter of the help desk [A61]', async () => {
    const { visitor, page } = await openConsole(s, addressOf('helpdesk'), '/admin/users');
    expect(page.$('button[name=resend-confirmations]')).to.have.lengthOf(0);
    expect((await visitor.get('/admin/campaigns/new')).status).to.equal(403);
  });
});
