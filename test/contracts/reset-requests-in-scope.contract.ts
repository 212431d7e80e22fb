/** The contract of lists of reset requests, narrowed to the people whom an administrator sees. */
import { expect } from 'chai';
import type { Account } from '../../src/domain/account.ts';
import { isInScope, type Scope } from '../../src/domain/administration/may-act.ts';
import {
  RESET_LIFETIME_MS,
  type ResetCase,
  type ResetStep,
  resetStateOf,
  WAITING,
} from '../../src/domain/resets/reset-request.ts';
import type { ResetPlace, ResetRequestStore } from '../../src/ports/administration/reset-requests.ts';
import type { AccountStore } from '../../src/ports/stores.ts';
import { anAccount, aResetRequest, aResetStep, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore } from './make-store.ts';

interface Stores {
  readonly resetRequests: ResetRequestStore;
  readonly accounts: AccountStore;
}

const HOUR = 60 * MINUTE;
const EVERYBODY: Scope = { tenantId: 'acme', groups: null };
const PAGE = 7;

type Steps = readonly Omit<Partial<ResetStep>, 'requestId'>[];

/** Each way that the steps of a request can go. */
const STEPS: readonly Steps[] = [
  [],
  [{ stage: 'first-approval', dueAt: null }],
  [{ dueAt: NOW + 24 * HOUR }],
  [{ dueAt: NOW }],
  [{ outcome: 'refused', dueAt: null }],
  [{ outcome: 'cancelled', by: 'owner', dueAt: null }],
  [{ dueAt: null }, { stage: 'effect', outcome: 'done', dueAt: null }],
  [{ dueAt: null }, { stage: 'effect', outcome: 'cancelled', by: 'owner', dueAt: null }],
];
/** Milliseconds ago: within the lifetime, in two equal milliseconds, and after it. */
const AGES = [HOUR, HOUR, RESET_LIFETIME_MS - 1, RESET_LIFETIME_MS, RESET_LIFETIME_MS + HOUR];
const PEOPLE: readonly Partial<Account>[] = [
  { groups: ['sales'] },
  { groups: ['research', 'sales'] },
  { groups: ['research'] },
  { groups: [] },
  { groups: ['sales'], disabledAt: NOW - 2 * HOUR },
  { groups: ['sales'], endsBefore: NOW - HOUR },
  { groups: ['sales'], endsBefore: NOW - HOUR + 1 },
  { groups: ['sales'], frozenAt: NOW },
  { groups: ['sales'], tenantId: 'other' },
];
const SCOPES: readonly Scope[] = [
  EVERYBODY,
  { tenantId: 'acme', groups: ['sales'] },
  { tenantId: 'acme', groups: ['research', 'nowhere'] },
  { tenantId: 'acme', groups: [] },
  { tenantId: 'other', groups: null },
  { tenantId: 'nowhere', groups: null },
];

export function resetRequestsInScopeContract(name: string, makeStores: MakeStore<Stores>): void {
  describe(`${name}: reset requests within a scope`, () => {
    const stores = freshStore(makeStores);
    const store = () => stores().resetRequests;

    async function file(account: Account, age: number, steps: Steps): Promise<ResetCase> {
      const id = `${account.id}.1`;
      const createdAt = NOW - age;
      const request = aResetRequest({
        id,
        accountId: account.id,
        tenantId: account.tenantId,
        createdAt,
        expiresAt: createdAt + RESET_LIFETIME_MS,
      });
      await stores().accounts.insert(account);
      await store().insert(request);
      const taken = steps.map((step, n) => aResetStep({ requestId: id, atMs: createdAt + n, ...step }));
      for (const step of taken) await store().take(step);
      return { ...request, steps: taken };
    }

    /** Page after page. */
    async function all(scope: Scope, isWaiting: boolean): Promise<ResetCase[]> {
      const found: ResetCase[] = [];
      let after: ResetPlace | null = null;
      do {
        const page: ResetCase[] = await store().pageInScope(scope, isWaiting, after, PAGE, NOW);
        expect(page.length).to.be.at.most(PAGE);
        found.push(...page);
        after = page.length < PAGE ? null : (page.at(-1) ?? null);
      } while (after !== null);
      return found;
    }

    it('lists those that wait, and the others, as the rules of states and scopes say [A61] [A125]', async () => {
      const filed: { account: Account; request: ResetCase }[] = [];
      for (const [p, person] of PEOPLE.entries())
        for (const [a, age] of AGES.entries())
          for (const [s, steps] of STEPS.entries()) {
            const id = `account-${p}-${a}-${s}`;
            const account = anAccount({ id, email: `${id}@acme.test`, ...person });
            filed.push({ account, request: await file(account, age, steps) });
          }
      const newestFirst = filed.toSorted(
        ({ request: one }, { request: other }) =>
          other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1),
      );
      for (const scope of SCOPES) {
        for (const isWaiting of [true, false]) {
          const expected = newestFirst
            .filter(({ account }) => isInScope(scope, account))
            .filter(({ account, request }) => WAITING.has(resetStateOf(request, account, NOW)) === isWaiting);
          const found = await all(scope, isWaiting);
          expect(found.map(({ id }) => id)).to.deep.equal(expected.map(({ request }) => request.id));
          if (isWaiting) expect(await store().countWaiting(scope, NOW)).to.equal(expected.length);
        }
      }
    });

    it('gives back each request with its steps, and the account that filed it [A59]', async () => {
      const account = anAccount();
      await stores().accounts.insert(account);
      const request = aResetRequest({ filedBy: 'helpdesk-1' });
      await store().insert(request);
      const first = aResetStep({ stage: 'first-approval', dueAt: null });
      await store().take(first);
      expect(await all(EVERYBODY, true)).to.deep.equal([{ ...request, steps: [first] }]);
      expect(await store().find(request.id)).to.include({ filedBy: 'helpdesk-1' });
    });

    it('leaves out the requests of an account that is gone', async () => {
      await store().insert(aResetRequest());
      expect([...(await all(EVERYBODY, true)), ...(await all(EVERYBODY, false))]).to.deep.equal([]);
      expect(await store().countWaiting(EVERYBODY, NOW)).to.equal(0);
    });
  });
}
