/** The cost of each request of the main flows: evaluations of the policy, and round trips to the stores. */
import { expect } from 'chai';
import { PASSWORD } from '../../support/app.ts';
import { createEvaluations } from '../../support/evaluations.ts';
import { createStoreActs, roundTrips } from '../../support/stores/store-acts.ts';
import { openAccount } from '../flow/account/own-account.ts';
import { accounts, arrive, givePassword, withApp } from '../flow/members.ts';
import { trust } from '../flow/trusted-browsers/trust.ts';
import {
  confidential,
  interaction,
  nextCode,
  refresh,
  signIn,
  tenantsWith,
  withClients,
} from '../oidc/story.ts';
import { signInBySteps } from './sign-in-steps.ts';

interface Cost {
  readonly evaluations: number;
  /** The longest chain of store acts in which each begins after the one before has ended. */
  readonly roundTrips: number;
}

/** A request that costs more reads something twice, or waits where it could do two things at once. */
const SIGN_IN: Readonly<Record<string, Cost>> = {
  authorization: { evaluations: 0, roundTrips: 1 },
  'password page': { evaluations: 0, roundTrips: 1 },
  password: { evaluations: 1, roundTrips: 6 },
  'code page': { evaluations: 1, roundTrips: 2 },
  // The state before the answer, and the state after it.
  code: { evaluations: 2, roundTrips: 8 },
  resume: { evaluations: 1, roundTrips: 5 },
  token: { evaluations: 1, roundTrips: 4 },
  userinfo: { evaluations: 1, roundTrips: 2 },
};

const REFRESHING = { 'stays the same': 'rp', 'ends with the session': 'rp2', rotates: 'rotating' };

/** Whether a family has ended is read together with its token. */
const REFRESH: Readonly<Record<string, Cost>> = {
  'stays the same: token': { evaluations: 1, roundTrips: 5 },
  'stays the same: refresh': { evaluations: 1, roundTrips: 3 },
  'ends with the session: token': { evaluations: 1, roundTrips: 5 },
  'ends with the session: refresh': { evaluations: 1, roundTrips: 3 },
  'rotates: token': { evaluations: 1, roundTrips: 5 },
  // The consumption of the presented token, and its successor.
  'rotates: refresh': { evaluations: 1, roundTrips: 5 },
  'rotates: refresh, asked again': { evaluations: 1, roundTrips: 4 },
};

/** The password of a sign-in in a trusted browser: it ends the interaction. */
const TRUSTED: Cost = { evaluations: 1, roundTrips: 11 };

const WRONG_CODE: Cost = { evaluations: 2, roundTrips: 6 };

describe('the cost of a request', () => {
  const evaluations = createEvaluations();
  const acts = createStoreActs();
  const s = interaction(
    () => ({
      ...accounts(...['ann', 'ben'].map((name) => withApp(name, 'strict')), withApp('cat', 'open')),
      ...tenantsWith('open', { enforcement: 'required', grace_days: 7, trusted_devices: true }),
      ...withClients(
        confidential('told', { backchannel_logout_uri: 'http://127.0.0.1:9/told' }),
        confidential('rotating', { rotate_refresh_tokens: true, refresh_tokens: 'offline' }),
      ),
    }),
    { around: (stores) => acts.around(evaluations.around(stores)) },
  );

  /** Sends one request, and returns its answer and its cost. */
  async function measured<T>(request: () => Promise<T>): Promise<[answer: T, cost: Cost]> {
    acts.take();
    evaluations.take();
    const answer = await request();
    return [answer, { evaluations: evaluations.take(), roundTrips: roundTrips(acts.take()) }];
  }

  it('is fixed in each step of a sign-in, 29 round trips in all', async () => {
    const costs: Record<string, Cost> = {};
    async function step<T>(name: string, request: () => Promise<T>): Promise<T> {
      const [answer, cost] = await measured(request);
      costs[name] = cost;
      return answer;
    }
    await signInBySteps(s, 'ann@strict.test', step);
    expect(costs).to.deep.equal(SIGN_IN);
    const total = Object.values(costs).reduce((sum, cost) => sum + cost.roundTrips, 0);
    expect(total).to.equal(29);
  });

  it('is fixed in each refresh, whether the token rotates or ends with its session', async () => {
    const costs: Record<string, Cost> = {};
    for (const [name, clientId] of Object.entries(REFRESHING)) {
      const party = await s.app.relyingParty(clientId);
      const parameters = { scope: 'openid offline_access' };
      const end = await signIn(
        s.app,
        s.app.visitor(),
        await party.authorizationUrl(parameters),
        'app@open.test',
      );
      const [tokens, issued] = await measured(() => party.exchange(end.location ?? ''));
      costs[`${name}: token`] = issued;
      const [, first] = await measured(() => refresh(party, tokens.refresh_token));
      costs[`${name}: refresh`] = first;
      if (clientId !== 'rotating') continue;
      const [, again] = await measured(() => refresh(party, tokens.refresh_token));
      costs[`${name}: refresh, asked again`] = again;
    }
    expect(costs).to.deep.equal(REFRESH);
  });

  it('is the same for an application that asks to hear of the end of a session', async () => {
    const visitor = s.app.visitor();
    const told = await s.app.relyingParty('told');
    await visitor.open(await told.authorizationUrl());
    const page = await visitor.signIn('ann@strict.test', PASSWORD);
    const ended = await visitor.submit(page, { code: nextCode(s.app) });
    const [resumed, cost] = await measured(() => visitor.get(ended.location ?? ''));
    expect(new URL(resumed.location ?? '').searchParams.has('code')).to.equal(true);
    expect(cost).to.deep.equal(SIGN_IN.resume);
  });

  it('is fixed for a wrong code, after which the account is read again', async () => {
    const { visitor, page } = await givePassword(s, 'ben@strict.test');
    const [refused, cost] = await measured(() => visitor.submit(page, { code: '000000' }));
    expect(refused.error).to.equal('code_invalid');
    expect(cost).to.deep.equal(WRONG_CODE);
  });

  it('is fixed for a password that a trusted browser makes enough, with the rotation of its token [A116]', async () => {
    const { visitor } = await trust(s, 'cat@open.test');
    for (const time of ['first', 'later']) {
      const { page } = await arrive(s, visitor, { prompt: 'login' });
      const typed = { email: 'cat@open.test', password: PASSWORD };
      const [ended, cost] = await measured(() => visitor.submit(page, typed));
      expect(ended.location).to.include('/auth/');
      expect(cost, time).to.deep.equal(TRUSTED);
    }
  });

  it('is one evaluation for each state of a postponed enrolment', async () => {
    const { visitor, page } = await givePassword(s, 'new@open.test');
    expect(page.name).to.equal('set-up-choose');
    const [later, cost] = await measured(() => visitor.submit(page, {}, 'later'));
    expect(later.location).to.include('/auth/');
    expect(cost.evaluations).to.equal(2);
  });

  it('is one evaluation for a choice among the methods of an enrolment', async () => {
    const { visitor, page } = await givePassword(s, 'boss@open.test');
    const [chosen, cost] = await measured(() => visitor.submit(page, { method: 'totp' }));
    expect(chosen.location).to.include('/set-up/totp');
    expect(cost.evaluations).to.equal(1);
  });

  it('is one evaluation for a form of the account page that needs a fresh factor', async () => {
    const { visitor, page } = await openAccount(s, 'app@open.test');
    for (const [button, fields] of [
      ['save', { name: 'Anna' }],
      ['change-phone', { phone: '+31612345678' }],
    ] as const) {
      const [saved, cost] = await measured(() => visitor.submit(page, fields, button));
      expect(saved.location, button).to.include('/account?done=');
      expect(cost.evaluations, button).to.equal(1);
    }
  });
});
