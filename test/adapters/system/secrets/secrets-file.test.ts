/** Development's secrets: made once, kept for their owner alone, and never instead of what is configured. */
import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { systemRandom } from '../../../../src/adapters/system/random.ts';
import { completeSecrets } from '../../../../src/adapters/system/secrets/secrets-file.ts';
import { freshDataDir } from '../../../support/stores/embedded.ts';

const SCRIPT = fileURLToPath(new URL('../../../support/process/secrets-process.ts', import.meta.url));
const NONE = { encryption: [], cookies: [], signing: [] };
const GIVEN = {
  encryption: [{ id: 'given', key: 'an encryption key of 32 characters' }],
  cookies: ['a cookie key that has 32 characters'],
  signing: [{ kty: 'EC', kid: 'given' }],
};

describe('the secrets file', () => {
  const dataDir = freshDataDir();
  const file = () => join(dataDir(), 'secrets.json');
  const complete = (secrets: Parameters<typeof completeSecrets>[0]) =>
    completeSecrets(secrets, dataDir(), systemRandom);

  it('creates missing secrets for its owner only, and gives the same at every later start', () => {
    const made = complete(NONE);
    expect(complete(NONE)).to.deep.equal(made);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).to.deep.equal(made);
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
    expect(readdirSync(dataDir()), 'nothing is left beside it').to.deep.equal(['secrets.json']);
  });

  it('has keys of 256 bits, different in each directory', () => {
    const one = complete(NONE);
    const two = completeSecrets(NONE, join(dataDir(), 'other'), systemRandom);
    const keys = [one, two].flatMap(({ encryption, cookies }) => [
      ...encryption.map(({ key }) => key),
      ...cookies,
    ]);
    expect(new Set(keys).size).to.equal(4);
    for (const key of keys) expect(Buffer.from(key, 'base64url')).to.have.length(32);
    expect(one.encryption[0]?.id).to.match(/^[0-9a-f]{32}$/);
    expect(statSync(join(dataDir(), 'other')).mode & 0o777).to.equal(0o700);
  });

  it('has a working ES256 and RS256 key, each under its own id', () => {
    const { signing } = complete(NONE);
    expect(signing.map(({ alg, use }) => [alg, use])).to.deep.equal([
      ['ES256', 'sig'],
      ['RS256', 'sig'],
    ]);
    expect(new Set(signing.map(({ kid }) => kid)).size).to.equal(2);
    for (const jwk of signing) {
      const key = createPrivateKey({ key: { ...jwk }, format: 'jwk' });
      const signature = sign('sha256', Buffer.from('text'), key);
      expect(verify('sha256', Buffer.from('text'), createPublicKey(key), signature)).to.equal(true);
    }
    const rsa = createPrivateKey({ key: { ...signing[1] }, format: 'jwk' });
    expect(rsa.asymmetricKeyDetails?.modulusLength).to.equal(2048);
  });

  it('names a key by its RFC 7638 thumbprint', () => {
    const [ec, rsa] = complete(NONE).signing;
    const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
    expect(ec?.kid).to.equal(digest(`{"crv":"P-256","kty":"EC","x":"${ec?.x}","y":"${ec?.y}"}`));
    expect(rsa?.kid).to.equal(digest(`{"e":"AQAB","kty":"RSA","n":"${rsa?.n}"}`));
  });

  it('is not created where everything is configured', () => {
    expect(complete(GIVEN)).to.deep.equal(GIVEN);
    expect(existsSync(file())).to.equal(false);
  });

  it('yields to the configuration, list by list', () => {
    const made = complete(NONE);
    expect(complete({ ...NONE, cookies: GIVEN.cookies })).to.deep.equal({ ...made, cookies: GIVEN.cookies });
    expect(complete({ ...GIVEN, signing: [] })).to.deep.equal({ ...GIVEN, signing: made.signing });
    expect(complete(NONE), 'and changes nothing in the file').to.deep.equal(made);
  });

  it('stops the start when it is damaged, and is not quoted', () => {
    const made = complete(NONE);
    const [secret = ''] = made.cookies;
    const whole = readFileSync(file(), 'utf8');
    const texts = [
      '',
      '{',
      'null',
      '[]',
      '{}',
      whole.slice(0, -20),
      `{"cookies":["${secret}"]}`,
      `"${secret}" oops`,
    ];
    for (const text of texts) {
      writeFileSync(file(), text);
      expect(() => complete(NONE), text)
        .to.throw(/secrets\.json is damaged/)
        .and.not.match(new RegExp(secret));
      expect(readFileSync(file(), 'utf8'), 'left as it was').to.equal(text);
    }
  });

  it('is one file after four processes start for the first time at once [R25]', async () => {
    const run = promisify(execFile);
    const starts = Array.from({ length: 4 }, () => run(process.execPath, [SCRIPT, dataDir()]));
    const told = (await Promise.all(starts)).map(({ stdout }) => stdout);
    expect(new Set(told).size).to.equal(1);
    expect(JSON.parse(told[0] ?? '')).to.deep.equal(complete(NONE));
    expect(readdirSync(dataDir())).to.deep.equal(['secrets.json']);
  });
});
