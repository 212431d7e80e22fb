/** The keys of secrets.json in rotation: one step at a time, whole or not at all, and nothing lost. */
import { chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { systemRandom } from '../../../../src/adapters/system/random.ts';
import {
  keysOf,
  removeKept,
  rotateKept,
  writeNewKeys,
} from '../../../../src/adapters/system/secrets/key-rotation.ts';
import {
  changeSecrets,
  completeSecrets,
  type KeptSecrets,
} from '../../../../src/adapters/system/secrets/secrets-file.ts';
import { inspectSigningKey } from '../../../../src/config/build/signing-key.ts';
import { KEY_USES, type KeyUse } from '../../../../src/domain/keys.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

const NOW = 1_750_000_000_000;
/** A user of each Linux; only root may give a file away. */
const NOBODY = 65_534;
const NONE = { encryption: [], cookies: [], signing: [] };

describe('key rotation', () => {
  const dataDir = freshDataDir();
  const file = () => join(dataDir(), 'secrets.json');
  const kept = (): KeptSecrets => JSON.parse(readFileSync(file(), 'utf8'));
  const rotate = (
    now: number,
    { uses = KEY_USES, atOnce = false }: { uses?: readonly KeyUse[]; atOnce?: boolean } = {},
  ) => rotateKept(dataDir(), systemRandom, { uses, atOnce, now });
  const ids = (secrets: KeptSecrets) =>
    KEY_USES.map((use) =>
      keysOf(use, secrets[use], secrets.history).map(({ id, state }) => `${state} ${id}`),
    );

  it('first adds keys behind those in use, and activates them the next time [R34 R35]', () => {
    const before = completeSecrets(NONE, dataDir(), systemRandom);
    const added = rotate(NOW);
    expect(added.map(({ family, did }) => `${family} ${did}`)).to.deep.equal([
      'encryption added',
      'cookies added',
      'ES256 added',
      'RS256 added',
    ]);
    const between = kept();
    for (const use of KEY_USES) expect(between[use].slice(0, before[use].length)).to.deep.equal(before[use]);
    expect(completeSecrets(NONE, dataDir(), systemRandom).cookies).to.have.length(2);

    const used = rotate(NOW + 1);
    expect(used.map(({ id }) => id)).to.deep.equal(added.map(({ id }) => id));
    const after = kept();
    expect(after.signing.map(({ alg }) => alg)).to.deep.equal(['ES256', 'RS256', 'ES256', 'RS256']);
    expect(after.encryption).to.deep.equal(between.encryption.toReversed());
    expect(ids(after).map((list) => list.map((text) => text.split(' ')[0]))).to.deep.equal([
      ['current', 'older'],
      ['current', 'older'],
      ['current', 'current', 'older', 'older'],
    ]);
    const [encryption] = keysOf('encryption', after.encryption, after.history);
    expect(encryption).to.include({ madeAt: NOW, usedAt: NOW + 1 });
  });

  it('makes valid signing keys, whose ids cannot be read as command options [R34]', () => {
    for (let times = 0; times < 3; times += 1) rotate(NOW + times, { atOnce: true });
    for (const jwk of kept().signing) {
      expect(inspectSigningKey(jwk)).to.have.property('algorithm', jwk.alg);
      expect(jwk.kid).to.match(/^[^-]/);
    }
  });

  it('activates new keys at once for the named uses when one has leaked', () => {
    const before = completeSecrets(NONE, dataDir(), systemRandom);
    rotate(NOW, { uses: ['cookies'] });
    const steps = rotate(NOW + 1, { uses: ['cookies'], atOnce: true });
    expect(steps.map(({ use, did }) => `${use} ${did}`)).to.deep.equal(['cookies put in use']);
    const { cookies, encryption, signing } = kept();
    expect(cookies).to.have.length(3);
    expect(cookies[1]).to.equal(before.cookies[0]);
    expect({ encryption, signing }).to.deep.equal({
      encryption: before.encryption,
      signing: before.signing,
    });
  });

  it('writes for the owner only, and leaves no other file', () => {
    rotate(NOW);
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
    expect(readdirSync(dataDir())).to.deep.equal(['secrets.json']);
  });

  it('changes nothing when it is interrupted, or when another process rotates [R35]', () => {
    completeSecrets(NONE, dataDir(), systemRandom);
    const before = readFileSync(file(), 'utf8');
    const broken = () =>
      changeSecrets(dataDir(), systemRandom, () => {
        throw new Error('the disk is full');
      });
    expect(broken).to.throw('the disk is full');
    expect(readdirSync(dataDir())).to.deep.equal(['secrets.json']);
    writeFileSync(`${file()}.new`, '');
    expect(() => rotate(NOW)).to.throw(/secrets\.json\.new is there: .* remove it$/);
    expect(readFileSync(file(), 'utf8')).to.equal(before);
  });

  it('keeps the owner of the file when root rotates', () => {
    rotate(NOW);
    const { uid, gid } = statSync(file());
    const owner = uid === 0 ? { uid: NOBODY, gid: NOBODY } : { uid, gid };
    chownSync(file(), owner.uid, owner.gid);
    rotate(NOW);
    expect(statSync(file())).to.include(owner);
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
  });

  it('removes one key and its metadata', () => {
    rotate(NOW);
    const [, next] = keysOf('signing', kept().signing, kept().history).filter(
      ({ family }) => family === 'RS256',
    );
    removeKept(dataDir(), systemRandom, { use: 'signing', id: next?.id ?? '' });
    expect(kept().signing.map(({ alg }) => alg)).to.deep.equal(['ES256', 'RS256', 'ES256']);
    expect(kept().history).not.to.have.property(next?.id ?? '');
  });

  it('writes the keys of a configuration to a new file, in the form of the configuration', () => {
    const path = join(dataDir(), 'new-keys.yaml');
    const steps = writeNewKeys(path, systemRandom, KEY_USES);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    const { secrets } = parse(readFileSync(path, 'utf8'));
    expect(secrets.encryption).to.have.length(1);
    expect(secrets.encryption[0]).to.have.keys('id', 'key');
    expect(secrets.cookies[0]).to.have.length.at.least(32);
    expect(secrets.signing.map((jwk: Record<string, unknown>) => inspectSigningKey(jwk))).to.deep.equal([
      { algorithm: 'ES256' },
      { algorithm: 'RS256' },
    ]);
    const inSet = readFileSync(path, 'utf8').match(/\{"kty".*\}/g) ?? [];
    expect(inSet.map((line) => JSON.parse(line))).to.deep.equal(secrets.signing);
    expect(steps.map(({ id }) => id)).to.include(secrets.encryption[0].id);
    expect(() => writeNewKeys(path, systemRandom, KEY_USES)).to.throw(/is there already/);
    expect(existsSync(file())).to.equal(false);
  });
});
