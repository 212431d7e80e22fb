/** `doublelock keys` at the machine: what it changes, what it refuses, and that it never shows a key. */
import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { parse, stringify } from 'yaml';
import { openEmbedded } from '../../src/adapters/embedded/open.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { enrolmentPurpose } from '../../src/domain/enrolment/enrolment.ts';
import { configFolder } from '../config/config-file.ts';
import { anEnrolment } from '../contracts/examples.ts';
import { type Run, runCommand } from '../support/process/command.ts';

const padded = (name: string) => name.padEnd(40, '-');

/** Milliseconds for mocha: each command is a process, and may share the processors with other work. */
const PATIENCE_MS = 120_000;

describe('doublelock keys', function () {
  this.timeout(PATIENCE_MS);
  const folder = configFolder();
  const env = () => ({ DATA_DIR: folder.path('data') });
  const keys = (line: string, more: Record<string, string> = {}) =>
    runCommand(['keys', ...line.split(' ')], { cwd: folder.path('.'), env: { ...env(), ...more } });
  const kept = () => JSON.parse(readFileSync(folder.path('data/secrets.json'), 'utf8'));
  const lines = ({ out }: Run) =>
    out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));

  /** An enrolment as the server with these keys would have made it. */
  async function enrol(encryption: readonly { id: string; key: string }[]): Promise<void> {
    const stores = openEmbedded({ dataDir: folder.path('data') });
    const cipher = createCipher(encryption);
    const enrolment = anEnrolment({ id: `of-${cipher.keyId}` });
    await stores.enrolments.insert({
      ...enrolment,
      secret: cipher.encrypt('secret', enrolmentPurpose(enrolment)),
    });
    stores.close();
  }

  function everyKey(): string[] {
    const { encryption, cookies, signing } = kept();
    return [
      ...encryption.map(({ key }: { key: string }) => key),
      ...cookies,
      ...signing.map(({ d }: { d: string }) => d),
    ];
  }

  it('lists, adds and activates keys, names the next step, and shows no key [R34 R35]', async () => {
    const first = await keys('list');
    expect(lines(first).map((cells) => cells[2])).to.deep.equal(['STATE', ...Array(4).fill('current')]);
    const added = await keys('rotate');
    expect(added.code).to.equal(0);
    expect(added.out)
      .to.match(/^encryption [0-9a-f]{32}: added\n/)
      .and.include('Send SIGHUP');
    expect(lines(await keys('list')).filter((cells) => cells.includes('next'))).to.have.length(4);
    const used = await keys('rotate');
    expect(used.out)
      .to.match(/^ES256 .*: put in use$/m)
      .and.include('keys retire');
    const last = await keys('list');
    expect(lines(last).filter((cells) => cells.includes('older'))).to.have.length(4);
    for (const { out, err } of [first, added, used, last])
      for (const key of everyKey()) expect(out + err).not.to.include(key);
  });

  it('counts the records of each encryption key, and refuses to retire a key in use [R35]', async () => {
    await keys('list');
    const [old] = kept().encryption;
    await enrol(kept().encryption);
    await keys('rotate --encryption --now');
    const status = lines(await keys('status'));
    expect(status.map((cells) => cells.slice(1, 4))).to.deep.equal([
      ['STATE', 'FACTORS', 'TOKENS'],
      ['current', '0', '0'],
      ['older', '1', '0'],
    ]);
    const refused = await keys(`retire ${old.id} --now`);
    expect(refused).to.include({ code: 1, out: '' });
    expect(refused.err).to.match(/must stay: 1 sealed under it.*\n$/);
    expect(kept().encryption).to.have.length(2);
  });

  it('lists keys and their states as JSON, and shows no key [R34]', async () => {
    const listed = await keys('list --json');
    expect(JSON.parse(listed.out).map(({ state }: { state: string }) => state)).to.deep.equal(
      Array(4).fill('current'),
    );
    await enrol(kept().encryption);
    await keys('rotate --encryption --now');
    const status = await keys('status --json');
    const [current, older] = JSON.parse(status.out);
    expect(current).to.include({ state: 'current', factors: 0, tokens: 0 });
    expect(current.hindrance).to.be.a('string');
    expect(older).to.include({ state: 'older', factors: 1 });
    for (const { out } of [listed, status]) for (const key of everyKey()) expect(out).not.to.include(key);
  });

  it('removes keys that are no longer needed [R35]', async () => {
    await keys('list');
    const { encryption, cookies } = kept();
    await keys('rotate --encryption --now');
    expect((await keys(`retire ${encryption[0].id}`)).out).to.match(/is removed\.\nSend SIGHUP/);
    expect(kept().encryption).to.have.length(1);
    expect(kept().cookies).to.deep.equal(cookies);
  });

  it('keeps an older signing key as long as a session lives that was made with it [R34]', async () => {
    await keys('list');
    const { kid } = kept().signing[0];
    await keys('rotate --signing --now');
    const early = await keys(`retire ${kid}`);
    expect(early.code).to.equal(1);
    expect(early.err).to.match(/must stay: what was issued with it may live until \d{4}-/);
    expect((await keys(`retire ${kid} --now`)).code).to.equal(0);
    expect(kept().signing).to.have.length(3);
  });

  describe('with keys in the configuration', () => {
    const config = {
      secrets: { encryption: [{ id: 'mine', key: padded('mine') }], cookies: [padded('cookie')] },
    };
    const mine = { DOUBLELOCK_CONFIG: 'mine.yaml' };
    beforeEach(() => folder.write('mine.yaml', stringify(config)));

    it('writes new keys to a file for its owner only, and does not print them [R35]', async () => {
      const { code, out } = await keys('rotate --encryption --cookies --out new.yaml', mine);
      expect(code).to.equal(0);
      const written = folder.path('new.yaml');
      expect(statSync(written).mode & 0o777).to.equal(0o600);
      const text = readFileSync(written, 'utf8');
      expect(text).to.match(/^# Made by "doublelock keys rotate".*END.*FRONT/s);
      const { secrets } = parse(text);
      expect(Object.keys(secrets)).to.deep.equal(['encryption', 'cookies']);
      expect(out).to.include(secrets.encryption[0].id);
      for (const key of [secrets.encryption[0].key, ...secrets.cookies]) expect(out).not.to.include(key);

      const next = {
        secrets: { ...config.secrets, encryption: [...config.secrets.encryption, ...secrets.encryption] },
      };
      folder.write('next.yaml', stringify(next));
      expect((await keys('list', { DOUBLELOCK_CONFIG: 'next.yaml' })).out).to.match(/encryption +listed/);
    });

    const REFUSED: readonly (readonly [line: string, said: RegExp])[] = [
      ['rotate --encryption', /^secrets\.encryption: stands in the configuration\. .*--out FILE\n$/],
      ['rotate', /^secrets\.encryption, secrets\.cookies: stands in/],
      ['rotate --signing --out new.yaml', /^these keys are in secrets\.json/],
      ['rotate --cookies --out mine.yaml', /^mine\.yaml is there already: name a new file\n$/],
      ['retire mine', /^mine must stay: it is in use\n$/],
      ['retire mine --lost', /^mine is listed, and so not lost\n$/],
      ['retire nobody', /^no key has the id nobody\n$/],
      ['retire', /^error: missing required argument 'id'\n$/],
    ];
    for (const [line, said] of REFUSED) {
      it(`explains the failure of ${line}`, async () => {
        const { code, out, err } = await keys(line, mine);
        expect([code, out]).to.deep.equal([1, '']);
        expect(err).to.match(said);
      });
    }
  });
});
