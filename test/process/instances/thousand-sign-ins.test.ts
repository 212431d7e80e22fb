/** Two processes behind a balancer that sends each request anywhere: one product, for honest people and for others. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { createPasswordHasher } from '../../../src/adapters/system/password-hasher.ts';
import { type MachineClock, moveMachine } from '../../http/oidc/machine-clock.ts';
import { PASSWORD, SECRET, type Yaml } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import { totpCode } from '../../support/totp.ts';
import { partyAt } from '../forms.ts';
import type { Program } from '../program.ts';
import { CLOCK_STEPPED, stepClocks, WITH_STEPPING_CLOCK } from './clock-steps.ts';
import { instances } from './instances.ts';

/** Ten at once, a hundred times; more people would make FerretDB slow, which looks through all of them again and again. */
const PEOPLE = 10;
const ROUNDS = 100;
const SIGN_INS = PEOPLE * ROUNDS;
const EMAILS = Array.from({ length: PEOPLE }, (_, number) => `person${number}@open.test`);
/** The clock that the test moves, and a server that is in no replica set. */
const EXPECTED: readonly unknown[] = [CLOCK_STEPPED, 'store.warning'];
const MFA = 'https://refeds.org/profile/mfa';

describe('two processes on MongoDB and Redis', function () {
  // Milliseconds: a minute of a machine that has nothing else to do.
  this.timeout(900_000);
  const at = instances(25);
  let both: readonly [Program, Program];
  let rp: RelyingParty;
  let clock: MachineClock;

  before(async () => {
    const config = { accounts: await people() };
    clock = moveMachine();
    // Two lines of log for each request, or a count of what was run, would be more work than the request.
    const env = { ...WITH_STEPPING_CLOCK, LOG_LEVEL: 'warn', NODE_V8_COVERAGE: '' };
    both = [await at().start(config, env), await at().start(config, env)];
    at().balancer.leadTo(both.map(({ port }) => port));
    rp = await partyAt(at().balancer);
  });
  after(() => clock?.restore());

  it('sign in a thousand people without an error, whichever process receives each request [R25]', async () => {
    const subjects = new Map<string, string>();

    async function signIn(email: string): Promise<void> {
      const visitor = at().visitor();
      await visitor.open(await rp.authorizationUrl());
      await visitor.signIn(email, PASSWORD);
      const end = await visitor.enterCode(totpCode(SECRET, clock.now()));
      if (end.location === null) throw new Error(`${end.name} (${end.status}, ${end.error}): ${end.text}`);
      const tokens = await rp.exchange(end.location);
      const claims = tokens.claims();
      expect(claims?.acr).to.equal(MFA);
      const sub = claims?.sub ?? '';
      expect(sub).to.equal(subjects.get(email) ?? sub);
      subjects.set(email, sub);
      await client.fetchUserInfo(rp.configuration, tokens.access_token, sub);
    }

    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(EMAILS.map(signIn));
      // A code that nobody has used, for everybody.
      await stepClocks(both, clock);
    }
    expect(new Set(subjects.values()).size).to.equal(PEOPLE);
    const shares = both.map(({ port }) => at().balancer.sentTo(port));
    // Each sign-in makes eight requests, and both instances got about as many.
    for (const share of shares) expect(share).to.be.within(3.5 * SIGN_INS, 4.5 * SIGN_INS);
    for (const program of both) {
      expect(program.log().filter(({ event }) => !EXPECTED.includes(event))).to.deep.equal([]);
      expect(program.output().err).to.equal('');
    }
  });
});

/** All with one password, hashed once, and one secret: it is the account that a code is good once for. */
async function people(): Promise<readonly Yaml[]> {
  const password_hash = await createPasswordHasher({ concurrency: 1, queueLimit: 1 }).hash(PASSWORD);
  return EMAILS.map((email) => ({
    email,
    tenant: 'open',
    name: email,
    password_hash,
    factors: [{ method: 'totp', secret: SECRET }],
  }));
}
