/** Decisions about requests for a reset by each role, whatever form the browser has sent. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../../src/adapters/embedded/open.ts';
import { resetDecisionsOf } from '../../../../src/compose/people/resets.ts';
import type { Account } from '../../../../src/domain/account.ts';
import { mayAct } from '../../../../src/domain/administration/may-act.ts';
import {
  createResetReview,
  type ResetReview,
  type ReviewPage,
  type ReviewPlace,
} from '../../../../src/use-cases/administration/requests/review-resets.ts';
import { createEventLog } from '../../../../src/use-cases/events/event-log.ts';
import {
  anAccount,
  anEnrolment,
  aResetRequest,
  aResetStep,
  MINUTE,
  NOW,
} from '../../../contracts/examples.ts';
import { makeDataDir, removeDataDir } from '../../../support/stores/embedded.ts';
import { createSettableClock } from '../../../support/time/clock.ts';
import { aTenant, random } from '../../setting.ts';

const ID = 'bob.1';

const person = (id: string, more: Partial<Account>): Account =>
  anAccount({ id, email: `${id}@acme.test`, name: id, ...more });

const BOB = person('bob', { groups: ['sales'] });
const PEOPLE = {
  admin: person('admin', { role: 'admin' }),
  second: person('second', { role: 'admin' }),
  manager: person('manager', { role: 'manager', manages: ['sales'] }),
  'manager of another group': person('stranger', { role: 'manager', manages: ['research'] }),
  'help desk': person('helpdesk', { role: 'helpdesk' }),
  member: person('member', { role: 'member', groups: ['sales'] }),
  'administrator of another tenant': person('foreign', { role: 'admin', tenantId: 'other' }),
} as const;

describe('the review of requests for a reset', () => {
  let stores: EmbeddedStores;
  let dataDir: string;
  let review: ResetReview;
  const clock = createSettableClock(NOW);

  beforeEach(async () => {
    dataDir = makeDataDir();
    stores = openEmbedded({ dataDir });
    clock.set(NOW + 1);
    const { audit, accounts, administration, resetRequests } = stores;
    const events = createEventLog({ audit, subscribers: [], clock, random, log: () => {} });
    const tenants = [aTenant('acme'), aTenant('other')];
    const endSessions = { all: async () => ({ before: null, at: NOW }) };
    const { decisions } = resetDecisionsOf({
      tenants,
      parts: { stores: storesOf(), clock },
      endSessions,
      events,
    });
    review = createResetReview({ resetRequests, administration, decisions, events, clock });
    for (const account of [BOB, ...Object.values(PEOPLE)]) await accounts.insert(account);
    await stores.enrolments.insert(anEnrolment({ accountId: 'bob' }));
    await resetRequests.insert(aResetRequest({ id: ID, accountId: 'bob' }));
  });
  afterEach(() => {
    stores.close();
    removeDataDir(dataDir);
  });

  const storesOf = () => stores as unknown as Parameters<typeof resetDecisionsOf>[0]['parts']['stores'];
  const decide = (actor: Account, act: 'approve' | 'refuse' = 'approve', version = '0', id = ID) =>
    review.decide(actor, id, { act, note: '', version });
  const lines = async () =>
    (await stores.audit.list({ accountId: 'bob', limit: 9 })).map(({ event, reason, actor }) =>
      [event, reason, actor].join(' '),
    );
  const methods = async () => (await stores.enrolments.listByAccount('bob')).map(({ method }) => method);

  for (const [name, actor] of Object.entries(PEOPLE)) {
    const permission = mayAct(actor, 'decide-reset', BOB);
    it(`gives the ${name} what the rules of roles say, with a line in the audit log [A61] [A125]`, async () => {
      const outcome = await decide(actor);
      if (permission === 'allowed') {
        expect(outcome).to.deep.equal({ kind: 'decided', as: 'approved' });
        expect(await methods()).to.deep.equal([]);
        return;
      }
      expect(outcome).to.deep.equal({ kind: permission });
      expect((await decide(actor, 'refuse')).kind).to.equal(permission);
      const because = permission === 'hidden' ? 'out_of_scope' : 'forbidden';
      expect(await lines()).to.have.members([
        `reset.approved ${because} ${actor.id}`,
        `reset.refused ${because} ${actor.id}`,
      ]);
      expect(await methods()).to.deep.equal(['totp']);
      const seen = mayAct(actor, 'view', BOB) === 'allowed';
      expect((await review.find(actor, ID)) !== null).to.equal(seen);
      expect((await review.list(actor, null, false)).requests).to.have.lengthOf(seen ? 1 : 0);
    });
  }

  for (const [waiting, closed, sizes] of [
    [3, 60, [50, 13]],
    [50, 60, [50, 50, 10]],
    [60, 3, [50, 13]],
  ] as const)
    it(`counts ${waiting} that wait beside ${closed} others on each page of the list`, async () => {
      const { accounts, resetRequests } = stores;
      for (let number = 1; number < waiting + closed; number += 1) {
        const accountId = `p${number}`;
        const expiresAt = number < waiting ? NOW + MINUTE : NOW;
        await accounts.insert(person(accountId, { groups: ['sales'] }));
        await resetRequests.insert(aResetRequest({ id: `${accountId}.1`, accountId, expiresAt }));
      }
      const seen: [number, number][] = [];
      let after: ReviewPlace | null = null;
      do {
        const page: ReviewPage = await review.list(PEOPLE.admin, after, false);
        seen.push([page.requests.length, page.waiting]);
        after = page.next;
      } while (after !== null);
      expect(seen).to.deep.equal(sizes.map((size) => [size, waiting]));
      expect((await review.list(PEOPLE.admin, null, true)).waiting).to.equal(waiting);
    });

  it('refuses a decision about the own account, with a line in the audit log [A59] [A125]', async () => {
    await stores.resetRequests.insert(aResetRequest({ id: 'admin.1', accountId: 'admin' }));
    for (const act of ['approve', 'refuse'] as const)
      expect(await decide(PEOPLE.admin, act, '0', 'admin.1')).to.deep.equal({ kind: 'forbidden' });
    const found = await stores.audit.list({ accountId: 'admin', limit: 9 });
    expect(found.map(({ event, reason }) => `${event} ${reason}`)).to.have.members([
      'reset.approved own_account',
      'reset.refused own_account',
    ]);
  });

  it('refuses an approval after expiry, and one that another administrator has refused, with a line for each [A59]', async () => {
    clock.set(NOW + MINUTE);
    expect(await decide(PEOPLE.admin)).to.deep.equal({ kind: 'refused', refusal: { code: 'conflict' } });
    expect(await lines()).to.deep.equal(['reset.approved request_expired admin']);
    clock.set(NOW + 1);
    await stores.resetRequests.take(
      aResetStep({ requestId: ID, outcome: 'refused', by: 'second', dueAt: null }),
    );
    expect(await decide(PEOPLE.admin)).to.deep.equal({ kind: 'refused', refusal: { code: 'conflict' } });
    expect((await lines()).toSorted()[1]).to.equal('reset.approved request_refused admin');
    expect(await methods()).to.deep.equal(['totp']);
  });

  it('knows no request by an id that is not stored', async () => {
    expect(await decide(PEOPLE.admin, 'approve', '0', 'bob.2')).to.deep.equal({ kind: 'hidden' });
    expect(await review.find(PEOPLE.admin, 'bob.2')).to.equal(null);
  });

  it('names those who acted, and says so when an account is gone', async () => {
    await stores.resetRequests.take(
      aResetStep({ requestId: ID, stage: 'first-approval', by: 'gone', dueAt: null }),
    );
    await stores.resetRequests.take(
      aResetStep({ requestId: ID, outcome: 'refused', by: 'second', dueAt: null }),
    );
    const found = await review.find(PEOPLE.admin, ID);
    expect(found?.history.map(({ who, name }) => [who, name])).to.deep.equal([
      ['person', null],
      ['person', 'second'],
    ]);
    expect(found).to.include({ mayApprove: false, mayRefuse: false, obstacle: null });
  });
});
