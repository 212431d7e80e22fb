/** Two processes behind a balancer that sends each request anywhere: one product, for honest people and for others. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { createPasswordHasher } from '../../src/adapters/system/password-hasher.ts';
import { type MachineClock, moveMachine } from '../http/oidc/machine-clock.ts';
import { PASSWORD, SECRET, type Yaml } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import type { RelyingParty } from '../support/relying-party.ts';
import { totpCode } from '../support/totp.ts';
import { partyAt } from './forms.ts';
import { instances } from './instances.ts';
import { LEAPING, LEAPT, leap } from './leap.ts';
import type { LogLine, Program } from './program.ts';

/**
 * Ten at once, a hundred times; more people would make FerretDB slow, which looks through all of them again and again.
 */
const PEOPLE = 10;
const ROUNDS = 100;
const SIGN_INS = PEOPLE * ROUNDS;
/** Of them: where the machine has other things to do a store may be late, and whoever is told so comes again. */
const MOST_LATE = SIGN_INS / 100;
const EMAILS = Array.from({ length: PEOPLE }, (_, number) => `person${number}@open.test`);
const MFA = 'https://refeds.org/profile/mfa';

describe('two processes on MongoDB and Redis', function () {
  this.timeout(900_000);
  const at = instances(25);
  let both: readonly [Program, Program];
  let rp: RelyingParty;
  let clock: MachineClock;

  before(async () => {
    const config = { accounts: await people() };
    clock = moveMachine();
    // Two lines of log for each request, or a count of what was run, would be more work than the request.
    const env = { ...LEAPING, LOG_LEVEL: 'warn', NODE_V8_COVERAGE: '' };
    both = [await at().start(config, env), await at().start(config, env)];
    at().balancer.leadTo(both.map(({ port }) => port));
    rp = await partyAt(at().balancer);
  });
  after(() => clock?.restore());

  it('R25 a thousand people sign in, wherever each of their requests goes, and nobody meets an error of ours', async () => {
    const subjects = new Map<string, string>();
    let late = 0;

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

    async function arrives(email: string): Promise<boolean> {
      try {
        await signIn(email);
        return true;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        late += 1;
        return false;
      }
    }

    for (let arrived = 0; arrived < SIGN_INS; ) {
      arrived += (await Promise.all(EMAILS.map(arrives))).filter(Boolean).length;
      expect(late).to.be.at.most(MOST_LATE);
      // A code that nobody has used, for everybody.
      await leap(both, clock);
    }
    expect(new Set(subjects.values()).size).to.equal(PEOPLE);
    const shares = both.map(({ port }) => at().balancer.sentTo(port));
    // Of eight requests each, about as many came to one as to the other.
    for (const share of shares) expect(share).to.be.within(3.5 * SIGN_INS, 4.5 * SIGN_INS);
    // A line is written a moment after the answer.
    await eventually(async () => {
      const lines = both.flatMap((program) => program.log()).filter(({ event }) => event !== LEAPT);
      expect(lines.filter((line) => !tellsOfLateStore(line))).to.deep.equal([]);
      expect(lines).to.have.length(late);
    });
    for (const program of both) expect(program.output().err).to.equal('');
  });
});

/** Told by a page, or by an answer to the relying party. */
function isUnavailable(error: unknown): boolean {
  const { message, status, cause } = error as Error & { status?: number; cause?: { status?: number } };
  return /\b503\b/.test(message) || status === 503 || cause?.status === 503;
}

function tellsOfLateStore({ event, error }: LogLine): boolean {
  return event === 'request.unavailable' && /timed out|in time/i.test(JSON.stringify(error));
}

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
