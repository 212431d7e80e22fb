/** The answer to a right code waits for every write that the code causes. */
import { expect } from 'chai';
import type { Stores } from '../../../src/compose/parts.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { eventually } from '../../support/time/eventually.ts';
import { accounts, givePassword, hasCode, withApp } from '../flow/members.ts';
import { interaction, nextCode } from '../oidc/story.ts';

type Forget = Stores['attempts']['forget'];
type RaiseLastStep = Stores['enrolments']['raiseLastStep'];

async function away(): Promise<never> {
  throw new StoreUnavailable('the store is away');
}

describe('the answer to a right code', () => {
  let isAuditAway = false;
  let isEndAway = false;
  let isStepAway = false;
  /** The counted attempts are forgotten once it has resolved. */
  let held = Promise.resolve();

  function around(stores: Stores): Stores {
    const { enrolments, attempts } = stores;
    const raiseLastStep: RaiseLastStep = (...given) =>
      isStepAway ? away() : enrolments.raiseLastStep(...given);
    const forget: Forget = async (...given) => {
      await held;
      return attempts.forget(...given);
    };
    const { audit, providerShortLived } = stores;
    const appendAll: Stores['audit']['appendAll'] = (events) =>
      isAuditAway ? away() : audit.appendAll(events);
    const upsert: Stores['providerShortLived']['upsert'] = (...given) =>
      isEndAway && given[0] === 'Interaction' ? away() : providerShortLived.upsert(...given);
    return {
      ...stores,
      enrolments: { ...enrolments, raiseLastStep },
      attempts: { ...attempts, forget },
      audit: { ...audit, appendAll },
      providerShortLived: { ...providerShortLived, upsert },
    };
  }

  const s = interaction(
    () => accounts(...['ann', 'ben', 'cat', 'dan'].map((name) => withApp(name, 'strict'))),
    { around },
  );

  afterEach(() => {
    isStepAway = false;
    held = Promise.resolve();
    isAuditAway = false;
    isEndAway = false;
  });

  it('waits until the attempts are forgotten, beside which the interaction has ended already', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    held = released;
    let isAnswered = false;
    const answer = visitor.submit(page, { code: nextCode(s.app) }).then((reached) => {
      isAnswered = true;
      return reached;
    });
    await eventually(async () => {
      const [newest] = await s.app.parts.stores.audit.list({ limit: 1 });
      expect(newest?.event).to.equal('sign_in.completed');
    });
    expect(isAnswered).to.equal(false);
    release();
    expect(hasCode(await visitor.follow(await answer))).to.equal(true);
  });

  it('is 503 when the audit trail takes neither the code nor the end of the sign-in', async () => {
    const { visitor, page } = await givePassword(s, 'cat@strict.test');
    isAuditAway = true;
    expect((await visitor.submit(page, { code: nextCode(s.app) })).status).to.equal(503);
    const [newest] = await s.app.parts.stores.audit.list({ limit: 1 });
    expect(newest?.event).to.equal('sign_in.password_accepted');
  });

  it('leaves the accepted code in the audit trail when the interaction cannot be ended', async () => {
    const { visitor, page } = await givePassword(s, 'dan@strict.test');
    isEndAway = true;
    expect((await visitor.submit(page, { code: nextCode(s.app) })).status).to.equal(503);
    const [newest] = await s.app.parts.stores.audit.list({ limit: 1 });
    expect(newest?.event).to.equal('second_factor.accepted');
  });

  it('is 503 when the time step cannot be stored, with a code that is good for no other sign-in [A32 A34]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    const code = nextCode(s.app);
    isStepAway = true;
    expect((await visitor.submit(page, { code })).status).to.equal(503);
    // The sign-in is not saved before the step is.
    expect((await visitor.open(page.url)).name).to.equal('enter-code');
    isStepAway = false;
    const second = await givePassword(s, 'ben@strict.test');
    expect((await second.visitor.submit(second.page, { code })).error).to.equal('code_used');
  });
});
