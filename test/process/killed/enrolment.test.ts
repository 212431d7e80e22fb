/** The process is killed after each write to its stores while a first factor is confirmed. */
import { expect } from 'chai';
import { isFactor } from '../../../src/domain/enrolment/enrolment.ts';
import { sentTo } from '../../http/flow/outbox.ts';
import { PASSWORD } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import { totpCode } from '../../support/totp.ts';
import { partyAt } from '../forms.ts';
import { killedServers, STORES } from './die-after.ts';
import { emails, hasCode, people } from './people.ts';

const NOTICE = 'A second step was added to your account';

for (const [name, storesOf] of Object.entries(STORES)) {
  describe(`a process on ${name} that is killed within an enrolment`, function () {
    this.timeout(300_000);
    const at = killedServers(storesOf, () => people([]));
    let rp: RelyingParty;
    const free = emails();

    before(async () => {
      rp = await partyAt(at().balancer);
    });

    it('finishes the set-up when the form comes again, tells the owner, and stores the recovery codes that it shows, after each write [R23]', async () => {
      let killed = 0;
      for (;;) {
        const email = free.shift() ?? '';
        const visitor = at().visitor();
        await visitor.open(await rp.authorizationUrl());
        const setUp = await visitor.signIn(email, PASSWORD);
        const secret = setUp.mark('secret');
        const code = totpCode(secret, Date.now());
        const answer = await at().dyingAfter(killed + 1, (headers) =>
          visitor.submit(setUp, { code }, undefined, headers),
        );
        if (answer) {
          expect(answer.status).to.equal(303);
          break;
        }
        killed += 1;
        const after = `after ${killed}`;
        const setsThen = (await at().enrolmentsOf(email)).filter((each) => !isFactor(each));
        // The browser repeats the form that got no answer.
        const shown = await visitor.follow(await visitor.submit(setUp, { code }));
        expect(shown.name, after).to.equal('recovery-codes');
        const recovery = shown.marks('recovery-code');
        expect(recovery, after).to.have.lengthOf(10);
        expect(hasCode(await visitor.putAway(shown)), after).to.equal(true);
        const stored = await at().enrolmentsOf(email);
        expect(stored.filter(isFactor), after).to.have.lengthOf(1);
        const sets = stored.filter((each) => !isFactor(each));
        expect(sets, after).to.have.lengthOf(1);
        // A set is stored once its visit can show it, and is never replaced by another.
        if (setsThen.length > 0) expect(sets, after).to.deep.equal(setsThen);
        const lines = await at().auditOf(email);
        for (const line of ['enrolment.created', 'recovery.created', 'sign_in.completed'])
          expect(
            lines.filter((each) => each === line),
            `${line} ${after}`,
          ).to.have.lengthOf(1);
        const notices = (await sentTo(at(), email)).filter(({ subject }) => subject.startsWith(NOTICE));
        expect(notices, after).to.not.be.empty;

        const later = at().visitor();
        await later.open(await rp.authorizationUrl());
        expect((await later.signIn(email, PASSWORD)).name).to.equal('enter-code');
        const used = await later.enterCode(code);
        expect([used.status, used.error]).to.deep.equal([422, 'code_used']);
        await later.chooseMethod('recovery');
        expect(hasCode(await later.enterCode(recovery[0] ?? '')), after).to.equal(true);
      }
      expect(killed).to.be.above(4);
    });
  });
}
