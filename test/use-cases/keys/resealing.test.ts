/** What an older key has sealed is sealed anew, all of it, once, and beside whatever else happens to it. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { createSecretBox } from '../../../src/adapters/system/cipher.ts';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';
import { providerPurpose } from '../../../src/domain/keys.ts';
import { createResealing, type Pace } from '../../../src/use-cases/keys/resealing.ts';
import { anEnrolment, MINUTE, NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';

const key = (id: string) => ({ id, key: id.padEnd(32, '-') });
const old = createSecretBox([key('old')]);
const box = createSecretBox([key('new'), key('old')]);
const gone = createSecretBox([key('gone')]);
const toTheEnd: Pace = async () => true;
/** More than a page. */
const MANY = 450;

describe('sealing anew', () => {
  const dataDir = freshDataDir();
  let stores: EmbeddedStores;
  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
  });
  afterEach(() => stores.close());

  const resealing = (over: Partial<EmbeddedStores> = {}) =>
    createResealing({ ...stores, ...over, box, clock: createSettableClock(NOW) });
  const counts = async () => Object.fromEntries(await resealing().count());

  async function enrol(id: string, by = old): Promise<void> {
    const enrolment = anEnrolment({ id, accountId: `of ${id}` });
    await stores.enrolments.insert({
      ...enrolment,
      secret: by.seal(`secret ${id}`, enrolmentPurpose(enrolment)),
    });
  }
  async function secretOf(id: string): Promise<string> {
    const [found] = await stores.enrolments.listByAccount(`of ${id}`);
    return found?.secret ? box.open(found.secret, enrolmentPurpose(found)) : 'none';
  }
  const grant = (text: string, by = old) => ({
    sealed: by.seal(text, providerPurpose('Grant')),
    grantId: 'g',
  });

  it('R35 reaches everything once, over many pages, and a second round finds nothing to do', async () => {
    for (let n = 0; n < MANY; n += 1) await enrol(`e${n}`);
    await stores.enrolments.insert(anEnrolment({ id: 'mail', method: 'email', secret: null }));
    await stores.providerDurable.upsert('Grant', 'one', grant('granted'), NOW + MINUTE);
    await stores.providerDurable.upsert('Grant', 'expired', grant('expired'), NOW - 1);
    expect(await counts()).to.deep.equal({ old: { factors: MANY, tokens: 1 } });

    expect(await resealing().round(toTheEnd)).to.deep.equal({ resealed: MANY + 1, unreadable: 0 });
    expect(await counts()).to.deep.equal({ new: { factors: MANY, tokens: 1 } });
    expect(await secretOf('e7')).to.equal('secret e7');
    const stored = await stores.providerDurable.find('Grant', 'one', NOW);
    expect(box.open(String(stored?.sealed), providerPurpose('Grant'))).to.equal('granted');
    expect(stored?.grantId).to.equal('g');
    expect(await resealing().round(toTheEnd)).to.deep.equal({ resealed: 0, unreadable: 0 });
  });

  it('R35 is done once between several instances at it', async () => {
    for (let n = 0; n < 20; n += 1) await enrol(`e${n}`);
    const rounds = await together(4, () => resealing().round(toTheEnd));
    expect(rounds.reduce((sum, { resealed }) => sum + resealed, 0)).to.equal(20);
    expect(await counts()).to.deep.equal({ new: { factors: 20, tokens: 0 } });
  });

  it('R35 overwrites nothing that changed, and brings nothing back that went, in the meantime', async () => {
    await enrol('e1');
    await enrol('e2');
    await stores.providerDurable.upsert('Grant', 'one', grant('granted'), NOW + MINUTE);
    const { enrolments, providerDurable } = stores;
    const racing = resealing({
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
          await providerDurable.upsert('Grant', 'one', grant('granted more', box), NOW + MINUTE);
          return providerDurable.replacePayload(model, previous, next);
        },
      },
    });
    expect(await racing.round(toTheEnd)).to.deep.equal({ resealed: 1, unreadable: 0 });
    expect([await secretOf('e1'), await secretOf('e2')]).to.deep.equal(['none', 'secret e2']);
    const stored = await stores.providerDurable.find('Grant', 'one', NOW);
    expect(box.open(String(stored?.sealed), providerPurpose('Grant'))).to.equal('granted more');
  });

  it('R35 leaves what it cannot read as it is', async () => {
    await enrol('lost', gone);
    await enrol('e1');
    const [before] = await stores.enrolments.listByAccount('of lost');
    expect(await resealing().round(toTheEnd)).to.deep.equal({ resealed: 1, unreadable: 1 });
    expect(await stores.enrolments.listByAccount('of lost')).to.deep.equal([before]);
  });

  it('goes as slowly as it is told, and stops when it is', async () => {
    for (let n = 0; n < MANY; n += 1) await enrol(`e${n}`);
    const told: number[] = [];
    const { resealed } = await resealing().round(async (written) => told.push(written) < 2);
    expect(told).to.deep.equal([200, 200]);
    expect(resealed).to.equal(400);
    expect(await resealing().round(toTheEnd)).to.include({ resealed: MANY - 400 });
  });

  it('R35 happens to what is used, too, and never to what is sealed already', async () => {
    await enrol('e1');
    const [before] = await stores.enrolments.listByAccount('of e1');
    if (!before) throw new Error('it was not stored');
    const after = await resealing().onUse(before);
    expect(box.keyIdOf(after.secret ?? '')).to.equal('new');
    expect(await stores.enrolments.listByAccount('of e1')).to.deep.equal([after]);
    expect(await resealing().onUse(after)).to.equal(after);
    expect((await resealing().onUse(before)).secret, 'somebody else was first').to.equal(before.secret);
  });
});
