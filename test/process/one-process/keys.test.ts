/** The keys of a running program, rotated by the command and a signal, with people signed in all the while. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { RelyingParty, Tokens } from '../../support/hosts/relying-party.ts';
import { runCommand } from '../../support/process/command.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { configAt, PATIENCE_MS, type Program, programs } from '../program.ts';

const padded = (name: string) => name.padEnd(40, '-');
const encryption = (...ids: string[]) => ({
  secrets: { encryption: ids.map((id) => ({ id, key: padded(id) })) },
});

function kidOf({ id_token: token }: Tokens): unknown {
  return JSON.parse(Buffer.from(token?.split('.')[0] ?? '', 'base64url').toString()).kid;
}

describe('the keys of the running program', function () {
  this.timeout(PATIENCE_MS);
  const { start, refused } = programs();
  const dataDir = freshDataDir();

  const keys = (line: string) =>
    runCommand(['keys', ...line.split(' ')], { cwd: dataDir(), env: { DATA_DIR: dataDir() } });

  async function done(line: string): Promise<string> {
    const { code, out, err } = await keys(line);
    expect([code, err], line).to.deep.equal([0, '']);
    return out;
  }

  async function reload(program: Program): Promise<void> {
    const before = program.log().filter(({ event }) => event === 'config.reloaded').length;
    program.signal('SIGHUP');
    await program.logged('config.reloaded', before + 1);
  }

  async function signedIn(visitor: Visitor, rp: RelyingParty): Promise<Tokens> {
    await visitor.open(await rp.authorizationUrl({ scope: 'openid offline_access' }));
    await visitor.signIn('app@open.test', PASSWORD);
    const end = await visitor.enterCode(totpCode(SECRET, Date.now()));
    return rp.exchange(end.location ?? '');
  }

  const answer = async (visitor: Visitor, rp: RelyingParty, more: Record<string, string> = {}) =>
    (await visitor.open(await rp.authorizationUrl({ prompt: 'none', ...more }))).location ?? '';

  it('can be added, made current and removed while a session stays live [R34 R35]', async () => {
    const program = await start({ dataDir: dataDir() });
    const rp = await partyAt(program);
    const visitor = program.visitor();
    const tokens = await signedIn(visitor, rp);
    const before = JSON.parse(readFileSync(join(dataDir(), 'secrets.json'), 'utf8'));
    const [old, oldKid] = [
      before.encryption[0].id,
      before.signing.find(({ alg }: { alg: string }) => alg === 'RS256').kid,
    ];
    expect(kidOf(tokens)).to.equal(oldKid);

    await done('rotate');
    await reload(program);
    const published = JSON.parse((await visitor.get('/jwks')).text).keys;
    expect(published).to.have.length(4);
    expect(kidOf(await rp.exchange(await answer(visitor, rp))), 'published, not used').to.equal(oldKid);

    await done('rotate');
    await reload(program);
    await program.logged('keys.resealed');
    const hint = { id_token_hint: tokens.id_token ?? '' };
    const later = await rp.exchange(await answer(visitor, rp, hint));
    expect(kidOf(later)).not.to.equal(oldKid);
    expect(later.claims()?.auth_time).to.equal(tokens.claims()?.auth_time);
    const refreshed = await client.refreshTokenGrant(rp.configuration, tokens.refresh_token ?? '');

    expect((await keys(`retire ${old}`)).err).to.match(/must stay: what was issued/);
    expect((await keys(`retire ${oldKid}`)).err).to.match(/must stay: what was issued/);
    // The values that it encrypted and handed out become invalid; no stored record needs it.
    await done(`retire ${old} --now`);
    await done(`retire ${oldKid} --now`);
    await reload(program);
    expect(await done('status')).not.to.include(old);
    await client.refreshTokenGrant(rp.configuration, refreshed.refresh_token ?? '');
    expect(await answer(visitor, rp, hint)).to.include('error=invalid_request');
    expect(program.log().filter(({ level }) => level === 'error')).to.deep.equal([]);
  });

  it('stop a start and a reload when they are removed too early [R35]', async () => {
    const first = await start({ dataDir: dataDir(), config: encryption('old') });
    await first.stop();
    for (const config of [
      encryption('new'),
      { secrets: { encryption: [{ id: 'old', key: padded('x') }] } },
    ]) {
      const { code, out, err } = await refused({ dataDir: dataDir(), config });
      expect(code).to.equal(1);
      expect(out).not.to.include('Doublelock is at');
      expect(err).to.match(/^.*encryption key.*"old".*\n$/);
    }

    const program = await start({ dataDir: dataDir(), config: encryption('new', 'old') });
    program.configure(configAt(program.port, encryption('another')));
    program.signal('SIGHUP');
    const { reason } = await program.logged('config.refused');
    expect(reason).to.match(/encryption keys that are not listed: .*"new"/);
    expect((await signedIn(program.visitor(), await partyAt(program))).access_token).to.be.a('string');
  });

  it('can be declared lost: the program starts, and affected people see whom to ask [R35]', async () => {
    const first = await start({ dataDir: dataDir(), config: encryption('gone') });
    await first.stop();
    expect((await keys('retire gone')).err).to.equal('no key has the id gone\n');
    expect(await done('retire gone --lost')).to.match(/^gone is given up\..*factors remove/s);

    const program = await start({ dataDir: dataDir(), config: encryption('new') });
    const rp = await partyAt(program);
    const [visitor, other] = [program.visitor(), program.visitor()];
    await visitor.open(await rp.authorizationUrl());
    const page = await visitor.signIn('app@open.test', PASSWORD);
    expect([page.name, page.status]).to.deep.equal(['error', 403]);
    expect(page.text).to.include('help@open.test');
    await other.open(await rp.authorizationUrl());
    expect((await other.signIn('new@open.test', PASSWORD)).location).to.include('code=');
  });
});
