/** Single use, attempt limits and refusals hold across two processes, whichever gets the request. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { type MachineClock, moveMachine } from '../../http/oidc/machine-clock.ts';
import { CALLBACK, CLIENT_SECRET, PASSWORD, SECRET, standardConfig, type Yaml } from '../../support/app.ts';
import type { RelyingParty, Tokens } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { configAt, type Program } from '../program.ts';
import { stepClocks, WITH_STEPPING_CLOCK } from './clock-steps.ts';
import { instances } from './instances.ts';

const WRONG = '000000';
const OFFLINE = { scope: 'openid offline_access' };

describe('two processes on MongoDB and Redis under attack', function () {
  this.timeout(240_000);
  const at = instances(21);
  const { accounts: standard, clients: usual, tenants } = standardConfig();
  const rotating = {
    client_id: 'rotating',
    client_secret: CLIENT_SECRET,
    redirect_uris: [CALLBACK],
    first_party: true,
    rotate_refresh_tokens: true,
  };
  const clients = [...usual, rotating];
  const accounts = [
    ...standard,
    ...['ann', 'ben', 'cat', 'dan', 'eve'].map((name) => ({
      email: `${name}@open.test`,
      tenant: 'open',
      name,
      password: PASSWORD,
      factors: [{ method: 'totp', secret: SECRET }],
    })),
  ];
  let both: readonly [Program, Program];
  let rp: RelyingParty;
  let clock: MachineClock;

  before(async () => {
    clock = moveMachine();
    both = [
      await at().start({ accounts, clients }, WITH_STEPPING_CLOCK),
      await at().start({ accounts, clients }, WITH_STEPPING_CLOCK),
    ];
    at().balancer.leadTo(both.map(({ port }) => port));
    rp = await partyAt(at().balancer);
  });
  after(() => clock?.restore());

  /** A code that nobody has used. */
  async function nextCode(): Promise<string> {
    await stepClocks(both, clock);
    return totpCode(SECRET, clock.now());
  }

  async function arrive(visitor: Visitor, parameters: Record<string, string> = {}): Promise<Page> {
    return visitor.open(await rp.authorizationUrl(parameters));
  }

  /** On the page that asks for the code. */
  async function atCode(name: string, visitor = at().visitor()): Promise<{ visitor: Visitor; page: Page }> {
    await arrive(visitor, OFFLINE);
    return { visitor, page: await visitor.signIn(`${name}@open.test`, PASSWORD) };
  }

  /** The address at which a sign-in ends. */
  async function endOf(name: string): Promise<string> {
    const { visitor } = await atCode(name);
    return (await visitor.enterCode(await nextCode())).location ?? '';
  }

  async function isRefused(asked: Promise<unknown>, error: string): Promise<void> {
    const refusal = await asked.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(refusal).to.be.instanceOf(Error);
    expect(JSON.stringify((refusal as Error).cause)).to.include(error);
  }

  const userInfo = (tokens: Tokens) =>
    client.fetchUserInfo(rp.configuration, tokens.access_token, tokens.claims()?.sub ?? '');
  const refresh = (tokens: Tokens) => client.refreshTokenGrant(rp.configuration, tokens.refresh_token ?? '');

  it('refuse at either a TOTP code that one of them accepted, and any older code [A32 A34]', async () => {
    const { visitor } = await atCode('ann');
    const older = await nextCode();
    const code = await nextCode();
    expect((await visitor.enterCode(code)).location).to.include('code=');
    for (const program of both) {
      const later = await atCode('ann', at().visitor(program));
      for (const used of [code, older]) {
        const { status, error } = await later.visitor.submit(later.page, { code: used });
        expect([status, error]).to.deep.equal([422, 'code_used']);
      }
    }
  });

  it('accept a TOTP code once when both receive it at the same moment [A32]', async () => {
    const sides = await Promise.all(both.map((program) => atCode('ben', at().visitor(program))));
    const code = await nextCode();
    const answers = await Promise.all(sides.map(({ visitor, page }) => visitor.submit(page, { code })));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([303, 422]);
  });

  it('complete a sign-in once when both resume it at the same moment [A11]', async () => {
    const { visitor, page } = await atCode('cat');
    const { location } = await visitor.submit(page, { code: await nextCode() });
    const cookies = visitor.jar.getCookieStringSync(location ?? '');
    const answers = await Promise.all(
      both.map((program) =>
        at()
          .visitor(program)
          .get(location ?? '', { cookie: cookies }),
      ),
    );
    expect(answers.filter((answer) => answer.location?.includes('code='))).to.have.length(1);
  });

  it('accept one of twenty exchanges of an authorization code, and revoke its tokens when the code is used again [A44]', async () => {
    const end = await endOf('cat');
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => rp.exchange(end)));
    const [won, ...more] = answers.filter((answer) => answer.status === 'fulfilled');
    expect(more).to.deep.equal([]);
    for (const answer of answers) {
      if (answer.status === 'rejected') await isRefused(Promise.reject(answer.reason), 'invalid_grant');
    }
    if (!won) throw new Error('nobody won');
    await isRefused(userInfo(won.value), 'invalid_token');
    await isRefused(refresh(won.value), 'invalid_grant');
  });

  it('rotate to one successor when both receive a refresh token at once, and end its family when either receives it later [A46 A119]', async () => {
    const party = await partyAt(at().balancer, 'rotating');
    const visitor = at().visitor();
    await visitor.open(await party.authorizationUrl());
    await visitor.signIn('cat@open.test', PASSWORD);
    const first = await party.exchange((await visitor.enterCode(await nextCode())).location ?? '');
    const use = (tokens: Tokens) => client.refreshTokenGrant(party.configuration, tokens.refresh_token ?? '');
    const [second, ...others] = await Promise.all(Array.from({ length: 20 }, () => use(first)));
    if (!second) throw new Error('nobody was answered');
    for (const other of others) expect(other.refresh_token).to.equal(second.refresh_token);
    // The second step is a whole one, which is longer than the overlap.
    await stepClocks(both, clock);
    await stepClocks(both, clock);
    await isRefused(use(first), 'invalid_grant');
    await isRefused(use(second), 'invalid_grant');
    await isRefused(userInfo(first), 'invalid_token');
    await isRefused(userInfo(second), 'invalid_token');
  });

  it('check ten of two hundred wrong codes sent at once over fifty open sign-ins [A20 A21]', async () => {
    const opened = await Promise.all(Array.from({ length: 50 }, () => atCode('dan')));
    const tries = [...opened, ...opened, ...opened, ...opened];
    const answers = await Promise.all(
      tries.map(({ visitor, page }) => visitor.submit(page, { code: WRONG })),
    );
    const answered = (code: string) => answers.filter(({ error }) => error === code).length;
    // A store that is out of breath answers nothing for some of them: that is no look either.
    const unanswered = answers.filter(({ status }) => status === 503).length;
    // The tenth is told by the page that says until when.
    expect(answered('code_invalid')).to.be.at.most(9);
    expect(answered('code_invalid') + answered('too_many_attempts') + unanswered).to.equal(200);
    const code = await nextCode();
    for (const { visitor, page } of opened.slice(-4)) {
      expect((await visitor.submit(page, { code })).status).to.equal(429);
    }
  });

  it('lock an account at both after ten wrong passwords, except for browsers that signed in before [A28]', async () => {
    const known = at().visitor();
    await atCode('eve', known);
    await known.enterCode(await nextCode());
    const stranger = at().visitor();
    const page = await arrive(stranger);
    for (let each = 0; each < 10; each += 1) {
      const refused = await stranger.submit(page, { email: 'eve@open.test', password: WRONG });
      expect(refused.error).to.equal('credentials_invalid');
    }
    for (const program of both) {
      const elsewhere = await atCode('eve', at().visitor(program));
      expect([elsewhere.page.status, elsewhere.page.error]).to.deep.equal([429, 'too_many_attempts']);
    }
    known.jar.setCookieSync('_session=; Path=/; Max-Age=0', at().balancer.origin);
    expect((await atCode('eve', known)).page.name).to.equal('enter-code');
  });

  it('apply a tightened policy at once to sessions and tokens that either issued [R36 B.2]', async () => {
    const visitor = at().visitor();
    await arrive(visitor, OFFLINE);
    const end = await visitor.signIn('new@open.test', PASSWORD);
    const tokens = await rp.exchange(end.location ?? '');
    const silent = async () => (await arrive(visitor, { prompt: 'none' })).location;
    expect(await silent()).to.include('code=');

    const [open, ...others] = tenants;
    const second_factor = { methods: ['totp'], enforcement: 'required', set_up_proof: 'none' };
    await reload({ accounts, tenants: [{ ...open, second_factor }, ...others] });
    // More often than either could be passed over by chance.
    for (let each = 0; each < 8; each += 1) {
      expect(await silent()).to.include('error=interaction_required');
      await isRefused(userInfo(tokens), 'invalid_token');
    }
    await isRefused(refresh(tokens), 'invalid_grant');
  });

  /** As an operator does it: the same file everywhere, then SIGHUP everywhere. */
  async function reload(change: Yaml): Promise<void> {
    const reloaded = both.map((program) => {
      program.configure(configAt(program.port, at().config(change)));
      program.signal('SIGHUP');
      return program.logged('config.reloaded');
    });
    await Promise.all(reloaded);
  }
});
