/** The answer to a right code waits for every write that the code causes. */
import { expect } from 'chai';
import type { Stores } from '../../../src/compose/parts.ts';
import { StoreUnavailable } from '../../../src/ports/faults.ts';
import { eventually } from '../../support/time/eventually.ts';
import { accounts, givePassword, hasCode, withApp } from '../flow/members.ts';
import { interaction, nextCode } from '../oidc/story.ts';

type RaiseLastStep = Stores['enrolments']['raiseLastStep'];

async function away(): Promise<never> {
  throw new StoreUnavailable('the store is away');
}

describe('the answer to a right code', () => {
  let isAuditAway = false;
  let isEndAway = false;
  let raise: ((stored: RaiseLastStep, given: Parameters<RaiseLastStep>) => Promise<void>) | null = null;

  /** Puts `raise` in place of the write that makes a code's time step the last one. */
  function around(stores: Stores): Stores {
    const { enrolments } = stores;
    const raiseLastStep: RaiseLastStep = (...given) =>
      raise ? raise(enrolments.raiseLastStep, given) : enrolments.raiseLastStep(...given);
    const { audit, providerShortLived } = stores;
    const appendAll: Stores['audit']['appendAll'] = (events) =>
      isAuditAway ? away() : audit.appendAll(events);
    const upsert: Stores['providerShortLived']['upsert'] = (...given) =>
      isEndAway && given[0] === 'Interaction' ? away() : providerShortLived.upsert(...given);
    return {
      ...stores,
      enrolments: { ...enrolments, raiseLastStep },
      audit: { ...audit, appendAll },
      providerShortLived: { ...providerShortLived, upsert },
    };
  }

  const s = interaction(
    () => accounts(...['ann', 'ben', 'cat', 'dan'].map((name) => withApp(name, 'strict'))),
    { around },
  );

  afterEach(() => {
    raise = null;
    isAuditAway = false;
    isEndAway = false;
  });

  it('waits for the last step, beside which the interaction has ended already', async () => {
    const { visitor, page } = await givePassword(s, 'ann@strict.test');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    raise = async (stored, given) => {
      await released;
      await stored(...given);
    };
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

  it('is 503 when a write fails, and the code is good for no other sign-in [A32]', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    const code = nextCode(s.app);
    raise = async () => {
      throw new StoreUnavailable('the store is away');
    };
    expect((await visitor.submit(page, { code })).status).to.equal(503);
    raise = null;
    const second = await givePassword(s, 'ben@strict.test');
    expect((await second.visitor.submit(second.page, { code })).error).to.equal('code_used');
  });
});
