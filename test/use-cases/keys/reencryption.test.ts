/** Re-encryption moves every record of an older key to the active key, once, beside concurrent changes. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { providerPurpose } from '../../../src/domain/keys.ts';
import { createReencryption, type Pace } from '../../../src/use-cases/keys/reencryption.ts';
import { anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';

const key = (id: string) => ({ id, key: id.padEnd(32, '-') });
const old = createCipher([key('old')]);
const cipher = createCipher([key('new'), key('old')]);
const gone = createCipher([key('gone')]);
const toTheEnd: Pace = async () => true;
/** More than a page. */
const MANY = 450;

describe('re-encryption', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  const reencryption = (over: Partial<EmbeddedStores> = {}) =>
    createReencryption({ ...stores, ...over, cipher, clock: createSettableClock(NOW) });
  const counts = async () => Object.fromEntries(await reencryption().count());

  async function enrol(id: string, by = old): Promise<void> {
    const enrolment = anEnrolment({ id, accountId: `of ${id}` });
    await stores.enrolments.insert({
      ...enrolment,
      secret: by.encrypt(`secret ${id}`, enrolmentPurpose(enrolment)),
    });
  }
  async function secretOf(id: string): Promise<string> {
    const [found] = await stores.enrolments.listByAccount(`of ${id}`);
    return found?.secret ? cipher.decrypt(found.secret, enrolmentPurpose(found)) : 'none';
  }
  const grant = (text: string, by = old) => ({
    sealed: by.encrypt(text, providerPurpose('Grant')),
    grantId: 'g',
  });

  it('reaches every record once, over many pages, and leaves nothing for a second round [R35]', async () => {
    for (let n = 0; n < MANY; n += 1) await enrol(`e${n}`);
    await stores.enrolments.insert(anEnrolment({ id: 'mail', method: 'email', secret: null }));
    await stores.providerDurable.upsert('Grant', 'one', grant('granted'), NOW + MINUTE);
    await stores.providerDurable.upsert('Grant', 'expired', grant('expired'), NOW - 1);
    expect(await counts()).to.deep.equal({ old: { factors: MANY, tokens: 1 } });

    expect(await reencryption().round(toTheEnd)).to.deep.equal({ reencrypted: MANY + 1, unreadable: 0 });
    expect(await counts()).to.deep.equal({ new: { factors: MANY, tokens: 1 } });
    expect(await secretOf('e7')).to.equal('secret e7');
    const stored = await stores.providerDurable.find('Grant', 'one', NOW);
    expect(cipher.decrypt(String(stored?.sealed), providerPurpose('Grant'))).to.equal('granted');
    expect(stored?.grantId).to.equal('g');
    expect(await reencryption().round(toTheEnd)).to.deep.equal({ reencrypted: 0, unreadable: 0 });
  });

  it('happens once when several instances run it [R35]', async () => {
    for (let n = 0; n < 20; n += 1) await enrol(`e${n}`);
    const rounds = await together(4, () => reencryption().round(toTheEnd));
    expect(rounds.reduce((sum, { reencrypted }) => sum + reencrypted, 0)).to.equal(20);
    expect(await counts()).to.deep.equal({ new: { factors: 20, tokens: 0 } });
  });

  it('overwrites no concurrent change, and restores no removed record [R35]', async () => {
    await enrol('e1');
    await enrol('e2');
    await stores.providerDurable.upsert('Grant', 'one', grant('granted'), NOW + MINUTE);
    const { enrolments, providerDurable } = stores;
    const racing = reencryption({
      enrolments: {
        ...enrolments,
        async replaceSecret(id, previous, next) {
          if (id === 'e1') await enrolments.remove('of e1', 'e1');
          return enrolments.replaceSecret(id, previous, next);
        },
      },
      providerDurable: {
        ...providerDurable,
        async replacePayload(model, previous, next) {
          await providerDurable.upsert('Grant', 'one', grant('granted more', cipher), NOW + MINUTE);
          return providerDurable.replacePayload(model, previous, next);
        },
      },
    });
    expect(await racing.round(toTheEnd)).to.deep.equal({ reencrypted: 1, unreadable: 0 });
    expect([await secretOf('e1'), await secretOf('e2')]).to.deep.equal(['none', 'secret e2']);
    const stored = await stores.providerDurable.find('Grant', 'one', NOW);
    expect(cipher.decrypt(String(stored?.sealed), providerPurpose('Grant'))).to.equal('granted more');
  });

  it('does not change unreadable records [R35]', async () => {
    await enrol('lost', gone);
    await enrol('e1');
    const [before] = await stores.enrolments.listByAccount('of lost');
    expect(await reencryption().round(toTheEnd)).to.deep.equal({ reencrypted: 1, unreadable: 1 });
    expect(await stores.enrolments.listByAccount('of lost')).to.deep.equal([before]);
  });

  it('keeps to its configured pace, and stops on request', async () => {
    for (let n = 0; n < MANY; n += 1) await enrol(`e${n}`);
    const told: number[] = [];
    const { reencrypted } = await reencryption().round(async (written) => told.push(written) < 2);
    expect(told).to.deep.equal([200, 200]);
    expect(reencrypted).to.equal(400);
    expect(await reencryption().round(toTheEnd)).to.include({ reencrypted: MANY - 400 });
  });

  it('also happens when a record is used, and never to a record of the newest key [R35]', async () => {
    await enrol('e1');
    const [before] = await stores.enrolments.listByAccount('of e1');
    if (!before) throw new Error('it was not stored');
    const after = await reencryption().onUse(before);
    expect(cipher.keyIdOf(after.secret ?? '')).to.equal('new');
    expect(await stores.enrolments.listByAccount('of e1')).to.deep.equal([after]);
    expect(await reencryption().onUse(after)).to.equal(after);
    expect((await reencryption().onUse(before)).secret, 'somebody else was first').to.equal(before.secret);
  });
});
