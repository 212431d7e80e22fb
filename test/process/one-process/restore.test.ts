/** A program whose store is restored from a backup that was made while people signed in. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import * as client from 'openid-client';
import { Cookie } from 'tough-cookie';
import { stringify } from 'yaml';
import { type MachineClock, moveMachine } from '../../http/oidc/machine-clock.ts';
import { PASSWORD, standardConfig } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { runCommand } from '../../support/process/command.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { stepClocks, WITH_STEPPING_CLOCK } from '../instances/clock-steps.ts';
import { configAt, PATIENCE_MS, type Program, programs } from '../program.ts';

const EMAIL = 'new@strict.test';
const OFFLINE = { scope: 'openid offline_access' };

/** Browsers are trusted by the tenant of the person. */
const config = {
  tenants: standardConfig().tenants.map((tenant) =>
    tenant.id === 'strict'
      ? { ...tenant, second_factor: { ...Object(tenant.second_factor), trusted_devices: true } }
      : tenant,
  ),
};

describe('the program on a restored store', function () {
  this.timeout(3 * PATIENCE_MS);
  const { start } = programs();
  const dataDir = freshDataDir();
  let clock: MachineClock;
  beforeEach(() => {
    clock = moveMachine();
  });
  afterEach(() => clock.restore());

  /** The command beside the program, with its configuration. */
  async function doublelock(program: Program, line: string): Promise<string> {
    const file = join(dataDir(), 'config.yaml');
    writeFileSync(file, stringify(configAt(program.port, config)));
    const env = { DATA_DIR: dataDir(), DOUBLELOCK_CONFIG: file };
    const { code, out, err } = await runCommand(line.split(' '), { cwd: dataDir(), env });
    expect([code, err], line).to.deep.equal([0, '']);
    return out;
  }

  async function atPassword(program: Program, visitor: Visitor, party?: RelyingParty): Promise<Page> {
    const rp = party ?? (await partyAt(program));
    await visitor.open(await rp.authorizationUrl(OFFLINE));
    return visitor.signIn(EMAIL, PASSWORD);
  }

  /** A browser that keeps its cookies while the server moves to another port. */
  function moved(visitor: Visitor, program: Program): Visitor {
    const later = program.visitor();
    for (const kept of visitor.jar.serializeSync()?.cookies ?? []) {
      const cookie = Cookie.fromJSON(kept);
      if (cookie) later.jar.setCookieSync(cookie, `${program.origin}${cookie.path ?? '/'}`);
    }
    return later;
  }

  const isSignedIn = async (program: Program, visitor: Visitor) => {
    const url = await (await partyAt(program)).authorizationUrl({ prompt: 'none' });
    return new URL((await visitor.open(url)).location ?? '').searchParams.has('code');
  };

  it('accepts nothing from before, and shows new recovery codes after the next factor [R42 B.11]', async () => {
    const first = await start({ dataDir: dataDir(), config });
    const browser = first.visitor();
    const setUp = await atPassword(first, browser);
    const secret = setUp.mark('secret');
    const shown = await browser.follow(await browser.submit(setUp, { code: totpCode(secret, Date.now()) }));
    const codes = shown.marks('recovery-code');
    expect(codes).to.have.length(10);
    await browser.follow(await browser.submit(shown, {}, 'saved'));

    // Somebody signs in while the backup is made.
    const other = first.visitor();
    const rp = await partyAt(first);
    await atPassword(first, other, rp);
    const [signedIn] = await Promise.all([
      other.submit(other.page, { code: totpCode(secret, Date.now() + STEP_MS), trust_device: '1' }),
      doublelock(first, 'backup backup.sqlite'),
    ]);
    const end = await other.follow(signedIn);
    const tokens = await rp.exchange(end.location ?? '');
    await doublelock(first, 'backup later.sqlite');
    const paper = first.visitor();
    await atPassword(first, paper);
    const [usedCode = ''] = codes;
    await paper.chooseMethod('recovery');
    expect((await paper.enterCode(usedCode)).location).to.include('code=');
    const underWay = first.visitor();
    const halfWay = await atPassword(first, underWay);
    await first.stop();

    // The same on the store as it was: all of it lives.
    const second = await start({ dataDir: dataDir(), config });
    expect(await isSignedIn(second, moved(other, second))).to.equal(true);
    const refreshed = await client.refreshTokenGrant(
      (await partyAt(second)).configuration,
      tokens.refresh_token ?? '',
    );
    expect(refreshed.access_token).to.be.a('string');
    await second.stop();

    const restored = JSON.parse(await doublelock(first, 'restore later.sqlite --json'));
    expect(restored.lost.map(({ event }: { event: string }) => event)).to.include('recovery.used');
    rmSync(join(dataDir(), 'later.sqlite'));
    const third = await start({ dataDir: dataDir(), config, env: WITH_STEPPING_CLOCK });
    expect(await isSignedIn(third, moved(other, third))).to.equal(false);
    const grant = await client
      .refreshTokenGrant(
        (await partyAt(third)).configuration,
        refreshed.refresh_token ?? tokens.refresh_token ?? '',
      )
      .catch((error: unknown) => error);
    expect(grant).to.include({ error: 'invalid_grant' });
    const resumed = moved(underWay, third);
    const address = new URL(halfWay.url);
    expect((await resumed.open(`${third.origin}${address.pathname}`)).name).to.equal('error');

    // Trusted before: asked for the code again.
    const later = moved(other, third);
    expect((await atPassword(third, later)).name).to.equal('enter-code');
    const at = Date.parse(restored.restored_at);
    for (const step of [0, 1]) {
      const refused = await later.submit(later.page, { code: totpCode(secret, at + step * STEP_MS) });
      expect([refused.status, refused.error]).to.deep.equal([422, 'code_used'], `step ${step}`);
    }
    const base = later.page.url.replace(/\/verify\/.*$/, '');
    expect((await later.get(`${base}/verify/recovery`)).location, 'no recovery code is accepted').to.equal(
      base,
    );
    await later.open(`${base}/verify/totp`);
    await stepClocks([third], clock);
    const next = await later.follow(
      await later.submit(later.page, { code: totpCode(secret, clock.now() + STEP_MS) }),
    );
    expect(next.name).to.equal('recovery-codes');
    const fresh = next.marks('recovery-code');
    expect(fresh).to.have.length(10);
    for (const code of fresh) expect(codes).not.to.include(code);
    expect((await later.follow(await later.submit(next, {}, 'saved'))).location).to.include('code=');

    const again = third.visitor();
    await atPassword(third, again);
    await again.chooseMethod('recovery');
    expect((await again.enterCode(fresh[0] ?? '')).location, 'not shown again').to.include('code=');
  });
});
