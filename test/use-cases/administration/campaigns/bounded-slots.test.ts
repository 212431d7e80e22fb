/** A mailing to many people reads and holds a bounded number of them at a time, and mails at its pace. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../../src/adapters/embedded/open.ts';
import type { CampaignStore } from '../../../../src/ports/administration/campaign-store.ts';
import type { PeopleStore } from '../../../../src/ports/administration/people-store.ts';
import {
  createCampaignRun,
  MAILS_IN_SLOT,
  SLOT_MS,
} from '../../../../src/use-cases/administration/campaigns/carry-out.ts';
import { createPeopleLists } from '../../../../src/use-cases/administration/people/people-lists.ts';
import { aCampaign, anAccount, NOW } from '../../../contracts/examples.ts';
import { makeDataDir, removeDataDir } from '../../../support/stores/embedded.ts';
import { createSettableClock } from '../../../support/time/clock.ts';
import { aTenant } from '../../setting.ts';

const PEOPLE = 730;
/** People in one answer of a store. */
const MOST_AT_ONCE = 100;

describe('a mailing to many people', () => {
  const clock = createSettableClock(NOW);
  let dataDir: string;
  let stores: EmbeddedStores;
  let mailed: string[];
  let largest: number;

  before(async () => {
    dataDir = makeDataDir();
    stores = openEmbedded({ dataDir });
    const person = (n: number) =>
      anAccount({ id: `p${n}`, email: `p${n}@acme.test`, emailConfirmed: n % 10 === 0 });
    await Promise.all(Array.from({ length: PEOPLE }, (_, n) => stores.accounts.insert(person(n))));
    await stores.accounts.insert(anAccount({ id: 'boss', email: 'boss@acme.test', role: 'admin' }));
  });
  after(() => {
    stores.close();
    removeDataDir(dataDir);
  });
  beforeEach(() => {
    mailed = [];
    largest = 0;
  });

  const noting = <T extends readonly unknown[]>(found: T): T => {
    largest = Math.max(largest, found.length);
    return found;
  };

  function process() {
    const people: PeopleStore = {
      ...stores.people,
      page: async (...query) => noting(await stores.people.page(...query)),
    };
    const campaigns: CampaignStore = {
      ...stores.campaigns,
      addRecipients: (campaign, ids, upTo) => stores.campaigns.addRecipients(campaign, noting(ids), upTo),
      listWaiting: async (...query) => noting(await stores.campaigns.listWaiting(...query)),
    };
    return createCampaignRun({
      campaigns,
      accounts: stores.accounts,
      onceKeys: stores.onceKeys,
      peopleLists: createPeopleLists({ people, roster: { peopleOf: async () => [] }, tenants: [], clock }),
      activation: {
        async mail({ account }) {
          mailed.push(account.id);
          return 'sent';
        },
      },
      tenants: [aTenant('acme')],
      around: { events: { append: async () => {} }, clock },
    });
  }

  it('reads them part by part, and mails to no more in a slot than the pace allows, with several processes [2.4]', async () => {
    await stores.campaigns.insert(aCampaign({ by: 'boss', expected: PEOPLE }));
    const processes = [process(), process(), process()];
    for (let slots = 0; slots < 100; slots += 1) {
      const before = mailed.length;
      clock.set(clock.now() + SLOT_MS);
      await Promise.all(processes.map((run) => run()));
      expect(mailed.length - before).to.be.at.most(MAILS_IN_SLOT);
      if ((await stores.campaigns.find('campaign-1'))?.endedAt !== null) break;
    }
    expect(largest).to.be.at.most(MOST_AT_ONCE);
    const unconfirmed = PEOPLE - Math.ceil(PEOPLE / 10) + 1;
    expect([mailed.length, new Set(mailed).size]).to.deep.equal([unconfirmed, unconfirmed]);
    expect(await stores.campaigns.find('campaign-1')).to.deep.include({
      listed: unconfirmed,
      counts: { sent: unconfirmed },
    });
  });

  it('does nothing for a tenant that this process does not know, and ends none [2.4]', async () => {
    await stores.campaigns.insert(aCampaign({ id: 'elsewhere', tenantId: 'unknown' }));
    clock.set(clock.now() + SLOT_MS);
    await process()();
    expect(await stores.campaigns.find('elsewhere')).to.deep.include({ endedAt: null, listed: 0 });
  });
});
