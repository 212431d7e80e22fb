/** Two processes behind a balancer that sends each request anywhere: one product, for honest people and for others. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { createPasswordHasher } from '../../src/adapters/system/password-hasher.ts';
import { type MachineClock, moveMachine } from '../http/oidc/machine-clock.ts';
import { PASSWORD, SECRET, type Yaml } from '../support/app.ts';
import type { RelyingParty } from '../support/relying-party.ts';
import { totpCode } from '../support/totp.ts';
import { partyAt } from './forms.ts';
import { instances } from './instances.ts';
import { LEAPING, LEAPT, leap, STEP_MS } from './leap.ts';
import type { Program } from './program.ts';

const SIGN_INS = 1000;
/** Each signs in again and again; more would make FerretDB slow, which looks through all for whatever is not an id. */
const PEOPLE = 12;
const AT_ONCE = 6;
const MFA = 'https://refeds.org/profile/mfa';

describe('two processes on MongoDB and Redis', function () {
  this.timeout(300_000);
  const at = instances(25);
  let both: readonly [Program, Program];
  let rp: RelyingParty;
  let clock: MachineClock;

  before(async () => {
    const config = { accounts: await people(PEOPLE) };
    clock = moveMachine();
    // Two lines of log for each request would be more work than the request.
    const env = { ...LEAPING, LOG_LEVEL: 'warn' };
    both = [await at().start(config, env), await at().start(config, env)];
    at().balancer.leadTo(both.map(({ port }) => port));
    rp = await partyAt(at().balancer);
  });
  after(() => clock?.restore());

  /** Everybody's next code is the first one that nobody has used, and good already before its time has come. */
  async function nextStep(): Promise<void> {
    await leap(both);
    clock.advance(STEP_MS);
  }

  it('R25 a thousand people sign in, wherever each of their requests goes, and nobody meets an error', async () => {
    const subjects = new Map<string, string>();
    let begun = 0;
    let leaping = Promise.resolve();

    async function signIn(email: string): Promise<void> {
      // Before anything else: the clock may leap while this one is under way.
      const code = totpCode(SECRET, clock.now() + STEP_MS);
      const visitor = at().visitor();
      await visitor.open(await rp.authorizationUrl());
      await visitor.signIn(email, PASSWORD);
      const end = await visitor.enterCode(code);
      if (end.location === null) throw new Error(`${end.name} (${end.status}, ${end.error}): ${end.text}`);
      const tokens = await rp.exchange(end.location);
      const claims = tokens.claims();
      expect(claims?.acr).to.equal(MFA);
      const sub = claims?.sub ?? '';
      expect(sub).to.equal(subjects.get(email) ?? sub);
      subjects.set(email, sub);
      await client.fetchUserInfo(rp.configuration, tokens.access_token, sub);
    }

    async function goOn(): Promise<void> {
      while (begun < SIGN_INS) {
        const turn = begun;
        begun += 1;
        if (turn > 0 && turn % PEOPLE === 0) leaping = leaping.then(nextStep);
        await leaping;
        await signIn(emailOf(turn % PEOPLE));
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, goOn));
    expect(new Set(subjects.values()).size).to.equal(PEOPLE);
    const shares = both.map(({ port }) => at().balancer.sentTo(port));
    // Eight requests or more each: the balancer's choices are even.
    for (const share of shares) expect(share).to.be.within(3.5 * SIGN_INS, 4.5 * SIGN_INS);
    for (const program of both) {
      expect(program.log().filter(({ event }) => event !== LEAPT)).to.deep.equal([]);
      expect(program.output().err).to.equal('');
    }
  });
});

function emailOf(number: number): string {
  return `person${number}@open.test`;
}

/** All with one password, hashed once, and one secret: it is the account that a code is good once for. */
async function people(count: number): Promise<readonly Yaml[]> {
  const password_hash = await createPasswordHasher({ concurrency: 1, queueLimit: 1 }).hash(PASSWORD);
  return Array.from({ length: count }, (_, number) => ({
    email: emailOf(number),
    tenant: 'open',
    name: `Person ${number}`,
    password_hash,
    factors: [{ method: 'totp', secret: SECRET }],
  }));
}
