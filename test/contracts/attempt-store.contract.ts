/** The contract of a store of counted attempts. */
import { expect } from 'chai';
import type { AttemptStore, CountedAttempt } from '../../src/ports/stores.ts';
import { MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

const WINDOW = 15 * MINUTE;
const ACCOUNT = { counter: 'account', limit: 3, windowMs: WINDOW };
const SIGN_IN = { counter: 'sign-in', limit: 2, windowMs: WINDOW };

function anAttempt(id: string, changes: Partial<CountedAttempt> = {}): CountedAttempt {
  return { owner: 'account-1', id, bucket: 'totp', atMs: NOW, limits: [ACCOUNT], ...changes };
}

export function attemptStoreContract(name: string, makeStore: MakeStore<AttemptStore>): void {
  describe(`${name}: store of attempts`, () => {
    const store = freshStore(makeStore);
    const takeAll = async (attempts: readonly CountedAttempt[]) => {
      for (const attempt of attempts) expect((await store().take(attempt)).ok, attempt.id).to.equal(true);
    };

    it('counts attempts up to the limit and tells how many are left', async () => {
      for (const left of [2, 1, 0]) {
        const verdict = await store().take(anAttempt(`attempt-${left}`));
        expect(verdict).to.deep.equal({ ok: true, left: { account: left } });
      }
      const verdict = await store().take(anAttempt('one too many', { atMs: NOW + 1 }));
      expect(verdict).to.deep.equal({ ok: false, counter: 'account', retryAt: NOW + WINDOW });
    });

    it('lets exactly as many of 200 parallel attempts pass as the limit says [A20]', async () => {
      const limits = [{ ...ACCOUNT, limit: 10 }];
      const verdicts = await together(200, (index) =>
        store().take(anAttempt(`attempt-${index}`, { limits })),
      );
      const left = verdicts.flatMap((verdict) => (verdict.ok ? [verdict.left.account] : []));
      expect(left.sort()).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('counts one attempt once, however often it is recorded', async () => {
      const verdicts = await together(50, () => store().take(anAttempt('same')));
      for (const verdict of verdicts) expect(verdict).to.deep.equal({ ok: true, left: { account: 2 } });
      await takeAll([anAttempt('second'), anAttempt('third')]);
      expect(await store().take(anAttempt('same'))).to.deep.equal({ ok: true, left: { account: 0 } });
      expect((await store().take(anAttempt('fourth'))).ok).to.equal(false);
    });

    it('counts in every counter, or in none when one of them is full', async () => {
      const both = { limits: [ACCOUNT, SIGN_IN] };
      expect(await store().take(anAttempt('1', both))).to.deep.equal({
        ok: true,
        left: { account: 2, 'sign-in': 1 },
      });
      await takeAll([anAttempt('2', both)]);
      const refused = await store().take(anAttempt('3', both));
      expect(refused).to.deep.equal({ ok: false, counter: 'sign-in', retryAt: NOW + WINDOW });
      expect(await store().take(anAttempt('4'))).to.deep.equal({ ok: true, left: { account: 0 } });
    });

    it('names the first full counter in the order given', async () => {
      await takeAll([anAttempt('1', { limits: [SIGN_IN] }), anAttempt('2', { limits: [SIGN_IN] })]);
      await takeAll(['3', '4', '5'].map((id) => anAttempt(id)));
      const counterOf = async (limits: CountedAttempt['limits']) => {
        const verdict = await store().take(anAttempt('6', { limits }));
        return verdict.ok ? null : verdict.counter;
      };
      expect(await counterOf([ACCOUNT, SIGN_IN])).to.equal('account');
      expect(await counterOf([SIGN_IN, ACCOUNT])).to.equal('sign-in');
    });

    it('counts an attempt until it is one window old', async () => {
      await takeAll([0, 10, 20].map((offset) => anAttempt(`attempt-${offset}`, { atMs: NOW + offset })));
      const before = await store().take(anAttempt('before', { atMs: NOW + WINDOW - 1 }));
      expect(before).to.deep.equal({ ok: false, counter: 'account', retryAt: NOW + WINDOW });
      const then = await store().take(anAttempt('then', { atMs: NOW + WINDOW }));
      expect(then).to.deep.equal({ ok: true, left: { account: 0 } });
      const next = await store().take(anAttempt('next', { atMs: NOW + WINDOW + 1 }));
      expect(next).to.deep.equal({ ok: false, counter: 'account', retryAt: NOW + 10 + WINDOW });
    });

    it('counts attempts that are ahead of a clock that was set back', async () => {
      await takeAll(['1', '2', '3'].map((id) => anAttempt(id, { atMs: NOW + MINUTE })));
      expect((await store().take(anAttempt('4'))).ok).to.equal(false);
    });

    it('refuses everything under a limit of zero', async () => {
      const verdict = await store().take(anAttempt('1', { limits: [{ ...ACCOUNT, limit: 0 }] }));
      expect(verdict).to.deep.equal({ ok: false, counter: 'account', retryAt: NOW + WINDOW });
    });

    it('names the full counters of an owner, until their window ends, and counts nothing by that [A19]', async () => {
      const limits = [ACCOUNT, SIGN_IN, { ...SIGN_IN, counter: 'another' }];
      const fullAt = async (atMs: number, owner = 'account-1') => [
        ...(await store().full(owner, limits, atMs)),
      ];
      await takeAll(['1', '2'].map((id) => anAttempt(id, { limits: [ACCOUNT, SIGN_IN] })));
      expect(await fullAt(NOW)).to.deep.equal(['sign-in']);
      expect(await fullAt(NOW)).to.deep.equal(['sign-in']);
      await takeAll([anAttempt('3')]);
      expect(await fullAt(NOW + WINDOW - 1)).to.deep.equal(['account', 'sign-in']);
      expect(await fullAt(NOW + WINDOW)).to.deep.equal([]);
      expect(await fullAt(NOW, 'account-2')).to.deep.equal([]);
      expect(await store().full('account-1', [], NOW)).to.deep.equal(new Set());
      await store().forget('account-1', ['sign-in'], 'totp');
      expect(await fullAt(NOW)).to.deep.equal(['account']);
    });

    it('keeps owners apart', async () => {
      await takeAll(['1', '2', '3'].map((id) => anAttempt(id)));
      const verdict = await store().take(anAttempt('1', { owner: 'account-2' }));
      expect(verdict).to.deep.equal({ ok: true, left: { account: 2 } });
    });

    it('resets one bucket in the named counters, of that owner only [A31]', async () => {
      const both = { limits: [ACCOUNT, { ...SIGN_IN, limit: 9 }] };
      await takeAll([
        anAttempt('1', both),
        anAttempt('2', both),
        anAttempt('3', { ...both, bucket: 'email' }),
      ]);
      await takeAll([anAttempt('1', { ...both, owner: 'account-2' })]);
      await store().forget('account-1', ['account'], 'totp');
      expect(await store().take(anAttempt('4', both))).to.deep.equal({
        ok: true,
        left: { account: 1, 'sign-in': 5 },
      });
      expect(await store().take(anAttempt('2', { ...both, owner: 'account-2' }))).to.deep.equal({
        ok: true,
        left: { account: 1, 'sign-in': 7 },
      });
    });

    it('gives an attempt back by its own id', async () => {
      await takeAll(['1', '2', '3'].map((id) => anAttempt(id, { bucket: id })));
      await store().forget('account-1', ['account'], '2');
      expect(await store().take(anAttempt('4'))).to.deep.equal({ ok: true, left: { account: 0 } });
    });
  });
}
