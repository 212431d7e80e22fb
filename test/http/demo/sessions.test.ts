import { expect } from 'chai';
import {
  awaitAnswer,
  createDemoSessions,
  type SignedIn,
  takeAwaited,
} from '../../../src/http/demo/sessions.ts';
import { createSettableClock } from '../../support/time/clock.ts';

const SIGNED_IN: SignedIn = {
  idToken: 'a.b.c',
  refreshToken: null,
  idTokenClaims: { sub: '1' },
  userInfo: {},
};

const pendingAs = (state: string) => ({ state, nonce: 'n', codeVerifier: 'v', isForApi: false });

describe('the sessions of the demo', () => {
  it('are found by their own party only', () => {
    const sessions = createDemoSessions(createSettableClock(0));
    const session = sessions.open('demo');

    expect(sessions.find('demo', session.id)).to.equal(session);
    expect(sessions.find('demo-two', session.id)).to.equal(null);
    expect(sessions.find('demo', undefined)).to.equal(null);
    expect(sessions.find('demo', '__proto__')).to.equal(null);
  });

  it('get a new id with the sign-in, and keep the pending requests of other tabs [A86]', () => {
    const sessions = createDemoSessions(createSettableClock(0));
    const session = sessions.open('demo');
    awaitAnswer(session, pendingAs('other tab'));

    const renewed = sessions.renew(session, SIGNED_IN);

    expect(renewed.id).not.to.equal(session.id);
    expect(sessions.find('demo', session.id)).to.equal(null);
    expect(sessions.find('demo', renewed.id)?.signedIn).to.equal(SIGNED_IN);
    expect(takeAwaited(renewed, 'other tab')).to.deep.equal(pendingAs('other tab'));
  });

  it('last an hour from the last sign-in', () => {
    const clock = createSettableClock(0);
    const sessions = createDemoSessions(clock);
    const session = sessions.open('demo');
    clock.set(3_599_999);
    const renewed = sessions.renew(session, SIGNED_IN);
    clock.set(2 * 3_599_999);
    expect(sessions.find('demo', renewed.id)).to.equal(renewed);
    clock.set(3_599_999 + 3_600_000);
    expect(sessions.find('demo', renewed.id)).to.equal(null);
  });

  it('are limited to a thousand, and the oldest ends first', () => {
    const sessions = createDemoSessions(createSettableClock(0));
    const opened = Array.from({ length: 1001 }, () => sessions.open('demo'));

    const kept = opened.filter(({ id }) => sessions.find('demo', id) !== null);

    expect(kept).to.deep.equal(opened.slice(1));
  });

  it('hold at most eight pending requests, each for one answer', () => {
    const session = createDemoSessions(createSettableClock(0)).open('demo');
    const states = Array.from({ length: 9 }, (_, index) => `state ${index}`);
    for (const state of states) awaitAnswer(session, pendingAs(state));

    expect(takeAwaited(session, null)).to.equal(null);
    expect(states.map((state) => takeAwaited(session, state)?.state ?? null)).to.deep.equal([
      null,
      ...states.slice(1),
    ]);
    expect(takeAwaited(session, 'state 8')).to.equal(null);
  });
});
