/** Which lists of encryption keys a store can be opened with, and what never changes whatever stands on them. */
import { expect } from 'chai';
import { type EmbeddedStores, openEmbedded } from '../../../src/adapters/embedded/open.ts';
import { createCipher, digestKeyOf } from '../../../src/adapters/system/cipher.ts';
import { createKeyAdmission, KeysRefused, type ListedKey } from '../../../src/use-cases/keys/admission.ts';
import { NOW } from '../../contracts/examples.ts';
import { together } from '../../contracts/make-store.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { createSettableClock } from '../../support/time/clock.ts';

function listed(id: string, text = id): ListedKey {
  const key = text.padEnd(32, '-');
  return { id, cipher: createCipher([{ id, key }]), digestKey: digestKeyOf(key) };
}

describe('the admission of encryption keys', () => {
  const dataDir = freshDataDir();
  const clock = createSettableClock(NOW);
  let stores: EmbeddedStores;
  let inUse: Set<string>;
  beforeEach(() => {
    stores = openEmbedded({ dataDir: dataDir() });
    inUse = new Set();
  });
  afterEach(() => stores.close());

  const admit = (...keys: readonly ListedKey[]) =>
    createKeyAdmission({ keys: stores.keys, inUse: async () => inUse, clock })(keys);
  const [a, b, c] = [listed('a'), listed('b'), listed('c')];

  async function refusal(...keys: readonly ListedKey[]): Promise<string> {
    const before = await stores.keys.list();
    const error = await admit(...keys).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(KeysRefused);
    expect(await stores.keys.list(), 'nothing is changed by it').to.deep.equal(before);
    return String(error);
  }

  it('keeps the digests of the oldest key for a store without recorded keys [R35]', async () => {
    expect(await admit(b, a)).to.equal(a.digestKey);
  });

  it('keeps the digest key through any rotation, also after its encryption key was removed [R35]', async () => {
    for (const list of [[a], [a, b], [b, a], [b], [b, c], [c, b], [c]] as const)
      expect(await admit(...list)).to.equal(a.digestKey);
    expect(await stores.keys.list()).to.have.length(3);
  });

  it('gives the same result to 20 simultaneous first starts [R35]', async () => {
    const given = await together(20, () => admit(b, a));
    expect(new Set(given)).to.deep.equal(new Set([a.digestKey]));
    expect(await stores.keys.list()).to.have.length(2);
  });

  it('refuses a list without a key that stored records need, and names it [R35]', async () => {
    await admit(a);
    await admit(b, a);
    inUse = new Set(['a']);
    expect(await refusal(b))
      .to.include('"a"')
      .and.include('retire')
      .and.not.include('\n');
    inUse = new Set(['b']);
    expect(await admit(b)).to.equal(a.digestKey);
  });

  it('accepts a list without a key that was never in use [R35]', async () => {
    await admit(a);
    await admit(a, b);
    inUse = new Set(['b']);
    expect(await admit(a)).to.equal(a.digestKey);
  });

  it('refuses a list of unknown keys only, because every digest would be lost [R35]', async () => {
    await admit(a);
    expect(await refusal(b, c)).to.include('"a"');
    await stores.keys.remove('a');
    expect(await admit(b, c), 'given up').to.equal(c.digestKey);
  });

  it('refuses another key under an id that is known [R35]', async () => {
    await admit(a);
    const impostor = listed('a', 'another');
    expect(await refusal(impostor)).to.include('"a" is not the one');
    expect(await refusal(b, impostor)).to.include('"a" is not the one');
  });

  it('records when each key came into use', async () => {
    await admit(a);
    clock.set(NOW + 1);
    await admit(a, b);
    clock.set(NOW + 2);
    await admit(b, a);
    const seen = (await stores.keys.list()).map(({ id, addedAt, usedAt }) => [id, addedAt, usedAt]);
    expect(seen).to.deep.equal([
      ['a', NOW, NOW],
      ['b', NOW + 1, NOW + 2],
    ]);
    clock.set(NOW);
  });
});
