/** The contract for re-encryption: the store passes every record, and keeps every change that is made meanwhile. */
import { expect } from 'chai';
import type { ReencryptableEnrolments, ReencryptableProviderStore } from '../../src/ports/keys.ts';
import { anEnrolment, MINUTE, NOW } from './examples.ts';
import { freshStore, type MakeStore, together } from './make-store.ts';

const PAGE = 2;

/** Page after page, until one is short. */
async function pass<T extends { id: string }>(next: (after: string | null) => Promise<T[]>): Promise<T[][]> {
  const pages: T[][] = [];
  let page: T[];
  do {
    page = await next(pages.at(-1)?.at(-1)?.id ?? null);
    pages.push(page);
  } while (page.length === PAGE);
  return pages;
}

export function reencryptableEnrolmentsContract(
  name: string,
  makeStore: MakeStore<ReencryptableEnrolments>,
): void {
  describe(`${name}: re-encryption of enrolments`, () => {
    const store = freshStore(makeStore);
    const secretOf = async (id: string) =>
      (await store().listByAccount('account-1')).find((one) => one.id === id)?.secret;

    it('lists every secret of all accounts once, page by page [R35]', async () => {
      for (const id of ['e', 'b', 'd', 'a']) {
        await store().insert(anEnrolment({ id, accountId: `account of ${id}`, secret: `sealed ${id}` }));
        await store().raiseLastStep(id, 7, `account of ${id}`, NOW);
      }
      await store().insert(anEnrolment({ id: 'c', method: 'email', secret: null }));
      const pages = await pass((after) => store().pageOfSecrets(after, PAGE));
      expect(pages.map((page) => page.map(({ id }) => id))).to.deep.equal([['a', 'b'], ['d', 'e'], []]);
      expect(pages[0]?.[0]).to.deep.equal({
        id: 'a',
        accountId: 'account of a',
        tenantId: 'acme',
        method: 'totp',
        secret: 'sealed a',
      });
    });

    it('replaces an unchanged secret, and nothing beside it [R35]', async () => {
      await store().insert(anEnrolment({ lastStep: 5, label: 'phone' }));
      await store().raiseLastStep('enrolment-1', 9, 'account-1', NOW);
      expect(await store().replaceSecret('enrolment-1', 'sealed', 'anew')).to.equal(true);
      expect(await store().listByAccount('account-1')).to.deep.equal([
        anEnrolment({ lastStep: 9, label: 'phone', secret: 'anew' }),
      ]);
      expect(await store().replaceSecret('enrolment-1', 'sealed', 'late')).to.equal(false);
      expect(await secretOf('enrolment-1')).to.equal('anew');
    });

    it('does not restore a removed enrolment [R35]', async () => {
      await store().insert(anEnrolment());
      await store().remove('account-1', 'enrolment-1');
      expect(await store().replaceSecret('enrolment-1', 'sealed', 'anew')).to.equal(false);
      expect(await store().listByAccount('account-1')).to.deep.equal([]);
    });

    it('keeps one of the new secrets after 50 simultaneous replacements [R35]', async () => {
      await store().insert(anEnrolment());
      await together(50, (index) => store().replaceSecret('enrolment-1', 'sealed', `anew ${index}`));
      expect(await secretOf('enrolment-1')).to.match(/^anew \d+$/);
    });
  });
}

export function reencryptableProviderContract(
  name: string,
  makeStore: MakeStore<ReencryptableProviderStore>,
): void {
  describe(`${name}: re-encryption of the provider's models`, () => {
    const store = freshStore(makeStore);
    const expiresAt = NOW + MINUTE;
    const first = async (model: string) => {
      const [found] = await store().page(model, null, 1, NOW);
      if (!found) throw new Error('nothing is there');
      return found;
    };

    it('lists every live payload of one model once, page by page [R35]', async () => {
      for (const id of ['e', 'b', 'd', 'a']) await store().upsert('Grant', id, { sealed: id }, expiresAt);
      await store().upsert('Grant', 'c', { sealed: 'c' }, NOW);
      await store().upsert('Grant', 'f', { sealed: 'f' }, null);
      await store().upsert('RefreshToken', 'b', { sealed: 'token' }, expiresAt);
      await store().consume('RefreshToken', 'b', NOW);
      const sealed = async (model: string) =>
        (await pass((after) => store().page(model, after, PAGE, NOW))).map((page) =>
          page.map(({ payload }) => payload.sealed),
        );
      expect(await sealed('Grant')).to.deep.equal([['a', 'b'], ['d', 'e'], ['f']]);
      expect(await sealed('RefreshToken')).to.deep.equal([['token']]);
      expect(await sealed('Session')).to.deep.equal([[]]);
    });

    it('replaces an unchanged payload, and nothing beside it [R35]', async () => {
      await store().upsert('RefreshToken', 'token', { sealed: 'old', grantId: 'g', n: 1.5 }, expiresAt);
      const before = await first('RefreshToken');
      await store().consume('RefreshToken', 'token', NOW);
      const next = { ...before.payload, sealed: 'new' };
      expect(await store().replacePayload('RefreshToken', before, next)).to.equal(true);
      expect(await store().find('RefreshToken', 'token', NOW)).to.deep.equal({
        ...next,
        consumed: NOW / 1000,
      });
      expect(await store().find('RefreshToken', 'token', expiresAt)).to.equal(null);
      expect(await store().consume('RefreshToken', 'token', NOW)).to.equal(false);
      await store().revokeByGrantId('RefreshToken', 'g');
      expect(await store().find('RefreshToken', 'token', NOW)).to.equal(null);
    });

    it('keeps a payload that changed meanwhile [R35]', async () => {
      await store().upsert('Grant', 'grant', { sealed: 'old' }, expiresAt);
      const before = await first('Grant');
      await store().upsert('Grant', 'grant', { sealed: 'changed' }, expiresAt);
      expect(await store().replacePayload('Grant', before, { sealed: 'new' })).to.equal(false);
      expect(await store().find('Grant', 'grant', NOW)).to.deep.equal({ sealed: 'changed' });
      await store().destroy('Grant', 'grant');
      expect(await store().replacePayload('Grant', before, { sealed: 'new' })).to.equal(false);
      expect(await store().find('Grant', 'grant', NOW)).to.equal(null);
    });
  });
}
