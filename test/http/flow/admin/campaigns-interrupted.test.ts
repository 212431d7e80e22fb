/** A process dies within a mailing, after each of its writes: another one goes on, and nobody gets two mails or none. */
import { expect } from 'chai';
import type { Stores } from '../../../../src/compose/parts.ts';
import type { Campaign } from '../../../../src/domain/administration/campaign.ts';
import { SLOT_MS } from '../../../../src/use-cases/administration/campaigns/carry-out.ts';
import { DAY } from '../../oidc/machine-clock.ts';
import { interaction } from '../../oidc/story.ts';
import { member } from '../members.ts';
import { addressOf, consoleConfig, idOf } from './console.ts';

class Died extends Error {
  override name = 'Died';
}

const READS =
  /^(?:find|list|page|read|peek|held|is|count|recipients|full|accounts|methods|lockouts|values|totals)/;

/** Two people with a password get a link, and a third one an invitation. */
const RECIPIENTS = ['ann@acme.test', 'ben@acme.test', 'imported@acme.test'];

describe('a mailing whose process dies', () => {
  let writesLeft = Number.POSITIVE_INFINITY;

  function around(stores: Stores): Stores {
    const entries = Object.entries<unknown>({ ...stores }).map(([name, store]) => {
      if (typeof store !== 'object' || store === null || Array.isArray(store)) return [name, store];
      const acts = Object.entries(store as Record<string, (...given: unknown[]) => Promise<unknown>>);
      return [name, Object.fromEntries(acts.map(([act, run]) => [act, mortal(act, run)]))];
    });
    return Object.fromEntries(entries);
  }

  function mortal(act: string, run: (...given: unknown[]) => Promise<unknown>) {
    if (READS.test(act)) return run;
    return async (...given: unknown[]) => {
      if (writesLeft <= 0) throw new Died();
      writesLeft -= 1;
      return run(...given);
    };
  }

  const s = interaction(
    () =>
      consoleConfig({}, member('confirmed', 'acme', { email_confirmed: true }), {
        email: 'imported@acme.test',
        tenant: 'acme',
        name: 'Imported',
      }),
    { around },
  );

  async function insertCampaign(number: number): Promise<Campaign> {
    const campaign = {
      id: `interrupted-mailing-${number}`,
      tenantId: 'acme',
      groups: null,
      by: await idOf(s, addressOf('admin')),
      search: { q: '', filter: 'unconfirmed', group: '' },
      expected: RECIPIENTS.length,
      createdAt: s.clock.now(),
    } as const;
    await s.app.parts.stores.campaigns.insert(campaign);
    return campaign;
  }

  async function expectWhole({ id, createdAt }: Campaign, died: number): Promise<void> {
    const { audit, campaigns, outbox } = s.app.parts.stores;
    const mails = (await outbox.list(100)).filter(({ sentAt }) => sentAt > createdAt);
    expect(mails.map(({ to }) => to).sort(), `mails after ${died}`).to.deep.equal(RECIPIENTS);
    const lines = (await audit.list({ limit: 100, since: createdAt })).filter(({ event }) =>
      ['contact.link_asked', 'account.invited', 'campaign.ended'].includes(event),
    );
    expect(lines, `lines after ${died}`).to.have.lengthOf(RECIPIENTS.length + 1);
    const { counts, endedAt } = (await campaigns.find(id)) ?? {};
    expect(counts, `outcomes after ${died}`).to.deep.equal({ sent: 2, invited: 1 });
    expect(endedAt).to.be.a('number');
  }

  it('goes on in another one, and mails each person once [2.4 R24]', async () => {
    const { accounts } = s.app.parts.stores;
    for (const name of ['admin', 'second', 'manager', 'helpdesk'])
      await accounts.confirmEmail(await idOf(s, addressOf(name)), addressOf(name), s.clock.now());
    let died = 0;
    for (; ; died += 1) {
      // The limits of a day are those of another day.
      s.clock.nextStep(2 * DAY);
      const campaign = await insertCampaign(died);
      s.clock.nextStep(SLOT_MS);
      writesLeft = died;
      const error = await s.app.parts.campaigns.carryOut().then(
        () => null,
        (reason: unknown) => reason,
      );
      writesLeft = Number.POSITIVE_INFINITY;
      if (error !== null) expect(error).to.be.instanceOf(Died);
      for (let slots = 0; slots < 2; slots += 1) {
        s.clock.nextStep(SLOT_MS);
        await s.app.parts.campaigns.carryOut();
      }
      await expectWhole(campaign, died);
      if (error === null) break;
    }
    expect(died).to.be.above(15);
  });
});
