/** SIGHUP: a good configuration acts at once, a faulty one changes nothing and is told without its secrets. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { PASSWORD, standardConfig, type Yaml } from '../../support/app.ts';
import { freePort } from '../../support/process/free-port.ts';
import { freshDataDir } from '../../support/stores/embedded.ts';
import { partyAt } from '../forms.ts';
import { configAt, PATIENCE_MS, type Program, programs, ROOT } from '../program.ts';

const WEAK = 'hunter2hunter2';
const standard = standardConfig();

/** The contents of the file, and the name that the refusal gives. */
const FAULTS: Readonly<Record<string, readonly [change: Yaml | string, names: RegExp]>> = {
  'no YAML': ['tenants: [\n  - id: "open\n', /line \d+/],
  'JSON that is cut off': ['{"tenants": [{"id": "open"', /line \d+/],
  'nothing at all': ['', /empty|nothing|tenants|map/i],
  'an unknown key': [{ sesion: { absolute_hours: 1 } }, /sesion/],
  'a tenant twice': [{ tenants: [...standard.tenants, standard.tenants[0]] }, /tenants\[3\]\.id.*"open"/],
  'a client twice': [
    { clients: [...standard.clients, standard.clients[0]] },
    /clients\[6\]\.client_id.*"rp"/,
  ],
  'an address twice': [
    { accounts: [...standard.accounts, { ...standard.accounts[0], email: 'NEW@open.test ' }] },
    /accounts\[9\]\.email/,
  ],
  'an account of no tenant': [
    { accounts: [{ ...standard.accounts[0], tenant: 'nobody' }] },
    /accounts\[0\]\.tenant.*"nobody"/,
  ],
  'a weak secret': [{ secrets: { cookies: [WEAK] } }, /secrets\.cookies\[0\].*32/],
  "a client's weak secret": [
    { clients: [{ client_id: 'rp', client_secret: WEAK, redirect_uris: ['http://rp.test/'] }] },
    /clients\[0\]\.client_secret.*32/,
  ],
  'http in production': [{ environment: 'production' }, /issuer.*https/],
};

describe('reloading the configuration of the running program', function () {
  this.timeout(PATIENCE_MS);
  const { start } = programs(after);
  const folder = freshDataDir();
  let program: Program;
  before(async () => {
    program = await start();
  });

  for (const [what, [change, names]] of Object.entries(FAULTS)) {
    it(`keeps the running configuration when the file has ${what} [R36]`, async () => {
      const text = typeof change === 'string' ? change : stringify(configAt(program.port, change));
      const before = count('config.refused');
      program.configure(text);
      program.signal('SIGHUP');
      const { level, reason } = await program.logged('config.refused', before + 1);
      expect(level).to.equal('error');
      expect(reason).to.match(names);
      const { out, err } = program.output();
      expect(out + err)
        .not.to.include(WEAK)
        .and.not.to.include(PASSWORD);

      expect((await program.visitor().get('/health/ready')).status).to.equal(200);
      const page = await program.visitor().open(await (await partyAt(program)).authorizationUrl());
      expect(page.name).to.equal('sign-in');

      const checked = checkConfig(text);
      expect(checked.status).to.equal(1);
      expect(checked.stderr).to.match(names);
      expect(checked.stdout + checked.stderr)
        .not.to.include(WEAK)
        .and.not.to.include(PASSWORD);
    });
  }

  it('applies a stricter policy at once to a live session [R36 B.2]', async () => {
    await reload(configAt(program.port));
    const rp = await partyAt(program);
    const visitor = program.visitor();
    await visitor.open(await rp.authorizationUrl());
    expect((await visitor.signIn('new@open.test', PASSWORD)).location).to.include('code=');
    const silent = async () => (await visitor.open(await rp.authorizationUrl({ prompt: 'none' }))).location;
    expect(await silent()).to.include('code=');

    const [open, ...others] = standard.tenants;
    const required = {
      ...open,
      second_factor: { methods: ['totp'], enforcement: 'required', set_up_proof: 'none' },
    };
    await reload(configAt(program.port, { tenants: [required, ...others] }));

    expect(await silent()).to.include('error=interaction_required');
    expect((await visitor.open(await rp.authorizationUrl())).name).to.be.oneOf([
      'set-up-choose',
      'set-up-totp',
    ]);
  });

  it('merges a hundred signals into a few reloads, the last of which reads the final file [R36]', async () => {
    const before = count('config.reloaded');
    for (let each = 0; each < 100; each += 1) program.signal('SIGHUP');
    await program.logged('config.reloaded', before + 1);
    const refused = count('config.refused');
    program.configure('');
    program.signal('SIGHUP');
    await program.logged('config.refused', refused + 1);
    expect(count('config.reloaded') - before).to.be.below(50);
  });

  it('waits until the program has started [R36]', async () => {
    const path = join(folder(), 'pipe.yaml');
    const text = join(folder(), 'text.yaml');
    const port = await freePort();
    writeFileSync(text, stringify(configAt(port)));
    // The pipe can be opened once the program reads, which goes on until the pipe is closed.
    const told = `mkfifo "${path}"; { kill -HUP $$; cat "${text}"; mv "${text}" "${path}"; } > "${path}" & exec "$@"`;
    const env = { DOUBLELOCK_CONFIG: path, PORT: String(port) };
    const early = await start({ by: ['sh', '-c', told, 'sh'], env });
    await early.logged('config.reloaded');
    expect((await early.stop()).code).to.equal(0);
  });

  it('keeps settings that need a restart, and logs which ones changed [R36]', async () => {
    await reload(configAt(program.port));
    const told = count('config.warning');
    const moved = { metrics: { port: await freePort() }, listen: { host: 'localhost', port: program.port } };
    await reload(configAt(program.port, moved));
    const reasons = program
      .log()
      .filter(({ event }) => event === 'config.warning')
      .slice(told)
      .map(({ reason }) => String(reason));
    for (const setting of ['metrics.port', 'listen.host'])
      expect(reasons.filter((reason) => reason.startsWith(`${setting} has changed`))).to.have.length(1);
    expect(reasons.join()).not.to.match(/storage|listen\.port|LOG_LEVEL/);
    expect((await program.visitor().get('/metrics')).status).to.equal(200);
  });

  async function reload(config: Yaml): Promise<void> {
    const before = count('config.reloaded');
    program.configure(config);
    program.signal('SIGHUP');
    await program.logged('config.reloaded', before + 1);
  }

  function count(event: string): number {
    return program.log().filter((line) => line.event === event).length;
  }

  function checkConfig(text: string) {
    const file = join(folder(), 'config.yaml');
    writeFileSync(file, text);
    return spawnSync(process.execPath, ['src/cli.ts', 'check-config', file], { cwd: ROOT, encoding: 'utf8' });
  }
});
