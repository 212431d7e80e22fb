/** The process is killed after each write to its stores, from an accepted code until the answer: nobody gets in by half. */
import { expect } from 'chai';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { killedServers, STORES } from './die-after.ts';
import { emails, hasCode, people } from './people.ts';

const MFA = 'https://refeds.org/profile/mfa';

for (const [name, storesOf] of Object.entries(STORES)) {
  describe(`a process on ${name} that is killed within a sign-in`, function () {
    this.timeout(300_000);
    const at = killedServers(storesOf, () => people([{ method: 'totp', secret: SECRET }]));
    let rp: RelyingParty;
    const free = emails();

    before(async () => {
      rp = await partyAt(at().balancer);
    });

    async function atCode(
      email: string,
      visitor = at().visitor(),
    ): Promise<{ visitor: Visitor; page: Page }> {
      await visitor.open(await rp.authorizationUrl());
      return { visitor, page: await visitor.signIn(email, PASSWORD) };
    }

    async function expectFull(end: Page): Promise<void> {
      const tokens = await rp.exchange(end.location ?? '');
      expect(tokens.claims()?.acr).to.equal(MFA);
    }

    for (const [what, killedIn] of [
      ['that accepts the code', 'code'],
      ['that ends the sign-in', 'resume'],
    ] as const) {
      it(`lets the person go on, accepts the code once and no older one, after each write of the request ${what} [R24 A32 A34 A11]`, async () => {
        let killed = 0;
        for (;;) {
          const email = free.shift() ?? '';
          const { visitor, page } = await atCode(email);
          const now = Date.now();
          const codeOf = (steps: number) => totpCode(SECRET, now + steps * STEP_MS);
          const [older, code, nextCode] = [codeOf(-1), codeOf(0), codeOf(1)];
          let request = (headers: Record<string, string>) =>
            visitor.submit(page, { code }, undefined, headers);
          if (killedIn === 'resume') {
            const { location } = await visitor.submit(page, { code });
            request = (headers) => visitor.get(location ?? '', headers);
          }
          const answer = await at().dyingAfter(killed + 1, request);
          if (answer) {
            expect(answer.status).to.equal(303);
            break;
          }
          killed += 1;
          const silent = await visitor.get(await rp.authorizationUrl({ prompt: 'none' }));
          if (hasCode(silent)) await expectFull(silent);
          else expect(silent.location).to.include('error=login_required');

          // The browser repeats the request that got no answer.
          const again = await visitor.follow(await request({}));
          if (hasCode(again)) await expectFull(again);
          else expect([again.status, again.name]).to.deep.equal([400, 'error']);
          const later = await atCode(email, hasCode(again) ? at().visitor() : visitor);
          expect((await later.visitor.enterCode(older)).status, `older, after ${killed}`).to.equal(422);
          const repeated = await later.visitor.enterCode(code);
          expect([repeated.status, repeated.error], `after ${killed}`).to.deep.equal([422, 'code_used']);
          await expectFull(await later.visitor.enterCode(nextCode));
          // One line for each code that was accepted, and for each sign-in that was completed.
          const lines = await at().auditOf(email);
          for (const line of ['second_factor.accepted', 'sign_in.completed'])
            expect(
              lines.filter((each) => each === line),
              `${line} after ${killed}`,
            ).to.have.lengthOf(2);
        }
        expect(killed).to.be.above(4);
      });
    }
  });
}
