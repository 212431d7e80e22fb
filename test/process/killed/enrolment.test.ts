/** The process is killed after each act of its stores while a first factor is confirmed: it is active or it is not. */
import { expect } from 'chai';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import { PASSWORD } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import { STEP_MS, totpCode } from '../../support/totp.ts';
import { partyAt } from '../forms.ts';
import { killedServers, STORES } from './die-after.ts';
import { emails, hasCode, people } from './people.ts';

for (const [name, storesOf] of Object.entries(STORES)) {
  describe(`a process on ${name} that is killed within an enrolment`, function () {
    this.timeout(300_000);
    const at = killedServers(storesOf, () => people([]));
    let rp: RelyingParty;
    const free = emails();

    before(async () => {
      rp = await partyAt(at().balancer);
    });

    it('has the factor active or not, lets the person go on, and honours the recovery codes that it showed, after each act [R23]', async () => {
      let killed = 0;
      for (;;) {
        const email = free.shift() ?? '';
        const visitor = at().visitor();
        await visitor.open(await rp.authorizationUrl());
        const setUp = await visitor.signIn(email, PASSWORD);
        const secret = setUp.mark('secret');
        let now = Date.now();
        const code = totpCode(secret, now);
        const answer = await at().dyingAfter(killed + 1, (headers) =>
          visitor.submit(setUp, { code }, undefined, headers),
        );
        if (answer) {
          expect(answer.status).to.equal(303);
          break;
        }
        killed += 1;
        // The browser repeats the form that got no answer.
        let shown = await visitor.follow(await visitor.submit(setUp, { code }));
        if (shown.name === 'enter-code') {
          // The factor is active: it is asked for, and this code has confirmed it.
          expect((await visitor.submit(shown, { code })).error, `after ${killed}`).to.equal('code_used');
          now += STEP_MS;
          shown = await visitor.follow(await visitor.submit(shown, { code: totpCode(secret, now) }));
        }
        const recovery = shown.marks('recovery-code');
        const end = recovery.length > 0 ? await visitor.putAway(shown) : shown;
        expect(hasCode(end), `${shown.name} after ${killed}`).to.equal(true);
        const stored = await at().enrolmentsOf(email);
        expect(stored.filter(isFactor)).to.have.lengthOf(1);
        const later = at().visitor();
        await later.open(await rp.authorizationUrl());
        expect((await later.signIn(email, PASSWORD)).name).to.equal('enter-code');
        const used = await later.enterCode(totpCode(secret, now));
        expect([used.status, used.error]).to.deep.equal([422, 'code_used']);
        if (recovery.length === 0) continue;
        await later.chooseMethod('recovery');
        expect(hasCode(await later.enterCode(recovery[0] ?? ''))).to.equal(true);
      }
      expect(killed).to.be.above(4);
    });
  });
}
