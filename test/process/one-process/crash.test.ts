/** Killed without a warning, locked out of its files, out of room: what was acknowledged stays, and nobody slips in. */
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { type MachineClock, moveMachine } from '../../http/oidc/machine-clock.ts';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { withoutNamedServers } from '../../support/stores/named-servers.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { stepClocks, WITH_STEPPING_CLOCK } from '../instances/clock-steps.ts';
import { PATIENCE_MS, type Program, programs } from '../program.ts';

/** 1 MiB in a mount namespace of its own, gone with the process; needs no more than user namespaces. */
const MOUNTED = 'mkdir -p "$DATA_DIR" && mount -t tmpfs -o size=1m tmpfs "$DATA_DIR" && exec "$@"';
/** No file beyond 400 KiB (RLIMIT_FSIZE in blocks of 512 bytes), which needs no privilege anywhere. */
const LIMITED = 'ulimit -f 800 && exec "$@"';

describe('the program when something breaks', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs();
  const dataDir = freshDataDir();
  let clock: MachineClock;
  beforeEach(() => {
    clock = moveMachine();
  });
  afterEach(() => clock.restore());

  it('keeps a confirmed enrolment when it is killed right after its answer [R24]', async () => {
    const before = await start({ dataDir: dataDir() });
    const visitor = before.visitor();
    const setUp = await signIn(before, visitor, 'new@strict.test');
    const secret = setUp.mark('secret');
    // The next step's, which is good for long enough to be refused for being used, however slow the machine is.
    const code = totpCode(secret, Date.now() + STEP_MS);
    const confirmed = await visitor.submit(setUp, { code });
    await before.stop('SIGKILL');
    expect(confirmed.status).to.equal(303);

    const after = await start({ dataDir: dataDir(), env: WITH_STEPPING_CLOCK });
    const later = after.visitor();
    expect((await signIn(after, later, 'new@strict.test')).name).to.equal('enter-code');
    expect((await later.enterCode(code)).error).to.equal('code_used');
    await stepClocks([after], clock);
    const end = await later.enterCode(totpCode(secret, clock.now() + STEP_MS));
    expect(end.location).to.match(/^http:\/\/rp\.test\/callback\?code=/);
  });

  for (const file of ['accounts.sqlite', 'short-lived.sqlite']) {
    it(`answers 503 while another process holds the lock of ${file}, and serves again afterwards [R30]`, async () => {
      const program = await start({ dataDir: dataDir() });
      const visitor = program.visitor();
      const page = await visitor.open(await (await partyAt(program)).authorizationUrl());
      const lock = new DatabaseSync(join(dataDir(), file));
      lock.exec('BEGIN IMMEDIATE');

      const [refused, ready, live] = await Promise.all([
        visitor.submit(page, { email: 'app@strict.test', password: PASSWORD }),
        program.visitor().get('/health/ready'),
        program.visitor().get('/health/live'),
      ]);
      expect(refused).to.include({ status: 503, name: 'error' });
      expect(refused.headers['retry-after']).to.match(/^\d+$/);
      expect(JSON.parse(ready.text)).to.deep.equal({
        status: 'not ready',
        reason: 'a store does not answer',
      });
      expect([ready.status, live.status]).to.deep.equal([503, 200]);

      lock.exec('ROLLBACK');
      lock.close();
      const retried = await visitor.follow(
        await visitor.submit(page, { email: 'app@strict.test', password: PASSWORD }),
      );
      expect(retried.name).to.equal('enter-code');
      expect((await program.visitor().get('/health/ready')).status).to.equal(200);
    });
  }

  const ways = {
    'a file can grow no more': ['sh', '-c', LIMITED, 'sh'],
    'the disk of 1 MiB is full': ['unshare', '-Urm', 'sh', '-c', MOUNTED, 'sh'],
  };
  for (const [what, by] of Object.entries(ways)) {
    it(`refuses writes when ${what}, and keeps everything acknowledged before [R29]`, async function () {
      // A container may forbid mounting; then only the other test can run.
      if (!runs(by, dataDir())) this.skip();
      const program = await start({ by });
      const [known, unknown] = [program.visitor(), program.visitor()];
      const codePage = await signIn(program, known, 'app@strict.test');
      const signInPage = await unknown.open(await (await partyAt(program)).authorizationUrl());
      const refused = await fill(program);
      expect(refused).to.include({ status: 503, name: 'error' });
      expect(refused.headers['retry-after']).to.match(/^\d+$/);

      const wrong = { email: 'new@open.test', password: 'wrong' };
      expectCounted(await repeat(20, () => unknown.submit(signInPage, wrong)), 10);
      expectCounted(await repeat(20, () => known.submit(codePage, { code: '000000' })), 5);
      const right = await known.submit(codePage, { code: totpCode(SECRET, Date.now()) });
      expect(right).to.include({ status: 503, location: null });

      const copy = join(dataDir(), 'copy');
      cpSync(`/proc/${program.pid}/root${program.dataDir}`, copy, { recursive: true });
      for (const file of ['accounts.sqlite', 'short-lived.sqlite'])
        expect(integrityOf(join(copy, file)), file).to.equal('ok');
      expect((await program.visitor().get('/health/live')).status).to.equal(200);
      expect((await program.stop()).code).to.equal(0);
    });
  }

  it('serves again with everything acknowledged once the disk has room [R29]', async () => {
    const full = await start({ dataDir: dataDir(), by: ['sh', '-c', LIMITED, 'sh'] });
    const visitor = full.visitor();
    const setUp = await signIn(full, visitor, 'new@strict.test');
    const secret = setUp.mark('secret');
    expect((await visitor.submit(setUp, { code: totpCode(secret, Date.now()) })).status).to.equal(303);
    await fill(full);
    await full.stop('SIGKILL');

    const roomy = await start({ dataDir: dataDir() });
    const again = roomy.visitor();
    expect((await signIn(roomy, again, 'new@strict.test')).name).to.equal('enter-code');
    const end = await again.enterCode(totpCode(secret, Date.now() + STEP_MS));
    expect(end.location).to.match(/^http:\/\/rp\.test\/callback\?code=/);
  });
});

function runs([command = '', ...words]: readonly string[], dataDir: string): boolean {
  const env = { ...withoutNamedServers(process.env), DATA_DIR: join(dataDir, 'tried') };
  return spawnSync(command, [...words, 'true'], { env }).status === 0;
}

async function repeat<T>(times: number, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let time = 0; time < times; time += 1) results.push(await act());
  return results;
}

/** Every request that got a refusal was counted; the others got no answer. */
function expectCounted(answers: readonly Page[], limit: number): void {
  const told = answers.filter(({ status }) => status === 422);
  expect(told.length).to.be.at.most(limit);
  for (const { status } of answers.slice(told.length)) expect(status).to.be.oneOf([429, 503]);
}

/** Begins sign-ins until twenty in a row are refused; gives the last refusal. */
async function fill(program: Program): Promise<Page> {
  const url = await (await partyAt(program)).authorizationUrl();
  for (let refusals = 0; ; ) {
    const page = await program.visitor().get(url);
    refusals = page.status === 503 ? refusals + 1 : 0;
    if (refusals === 20) return page;
  }
}

function integrityOf(path: string): unknown {
  const db = new DatabaseSync(path);
  const answer = db.prepare('PRAGMA integrity_check').get()?.integrity_check;
  db.close();
  return answer;
}

/** Up to the page that comes after the password. */
async function signIn(program: Program, visitor: Visitor, email: string): Promise<Page> {
  await visitor.open(await (await partyAt(program)).authorizationUrl());
  return visitor.signIn(email, PASSWORD);
}
