/** The ending of an account: its effect, the session that it spares, and the beginnings after it. */
import { expect } from 'chai';
import fc from 'fast-check';
import {
  beganAt,
  beginningAt,
  endingAt,
  hasEnded,
  hasSignInEnded,
  hasTokenEnded,
  keptThrough,
} from '../../../src/domain/sign-in/ending.ts';
import {
  fromStoredAuthentication,
  toStoredAuthentication,
} from '../../../src/domain/sign-in/stored-authentication.ts';

const T = 1_750_000_000_000;
const LONG = 60_000;

/** Milliseconds around one moment. */
const moment = fc.integer({ min: T - LONG, max: T + LONG });
const momentOrNull = fc.option(moment);
const account = fc.record({
  endsBefore: momentOrNull,
  frozenAt: momentOrNull,
  disabledAt: fc.constant(null),
});
const signInAt = (...times: readonly number[]) =>
  times.map((atMs, index) =>
    index === 0
      ? ({ method: 'pwd', enrolmentId: null, atMs } as const)
      : ({ method: 'totp', enrolmentId: 'my-totp', atMs } as const),
  );
const signIn = fc.array(moment, { minLength: 1, maxLength: 3 }).map((times) => signInAt(...times));

describe('the ending of an account', () => {
  it('ends what was begun or issued before it, and nothing else [A117]', () => {
    for (const [atMs, endsBefore, frozenAt, expected] of [
      [T, null, null, false],
      [T, T, null, false],
      [T, T + 1, null, true],
      [T, T - 1, null, false],
      [T, null, T + 1, true],
      [T, null, T, false],
      [T, T - 1, T + 1, true],
      [T, T + 1, T - 1, true],
      [0, null, null, false],
    ] as const)
      expect(hasEnded(atMs, { endsBefore, frozenAt, disabledAt: null }), `${atMs - T}`).to.equal(expected);
  });

  it('ends what was begun in the same millisecond as the act', () => {
    expect(hasEnded(T, { endsBefore: endingAt(T), frozenAt: null, disabledAt: null })).to.equal(true);
  });

  it('decides by the beginning of a sign-in, however late its other factors came [A117]', () => {
    const reported = { endsBefore: T, frozenAt: null, disabledAt: null };
    for (const [times, expected] of [
      [[T - 1], true],
      [[T - 1, T + 1000], true],
      [[T + 1, T - 1], true],
      [[T], false],
      [[T, T + 1000], false],
      [[], true],
    ] as const)
      expect(hasSignInEnded(signInAt(...times), reported), times.join(' ')).to.equal(expected);
    expect(hasSignInEnded([], { endsBefore: null, frozenAt: null, disabledAt: null })).to.equal(false);
  });

  it('never lets anything live again, whatever is raised or unfrozen afterwards [A117]', () => {
    fc.assert(
      fc.property(signIn, account, moment, moment, (events, { endsBefore, frozenAt }, report, raise) => {
        const at = Math.max(endsBefore ?? 0, endingAt(report));
        fc.pre(hasSignInEnded(events, { endsBefore: at, frozenAt: frozenAt ?? report, disabledAt: null }));
        fc.pre(frozenAt === null || frozenAt <= at);
        const unfrozen = { endsBefore: Math.max(at, raise), frozenAt: null, disabledAt: null };
        expect(hasSignInEnded(events, unfrozen)).to.equal(true);
        expect(hasTokenEnded(undefined, events, unfrozen)).to.equal(true);
      }),
    );
  });

  it('leaves nothing of a disabled account, whenever it was begun, issued or spared', () => {
    fc.assert(
      fc.property(signIn, account, moment, (events, ending, issuedMs) => {
        const disabled = { ...ending, disabledAt: T - LONG };
        const { endsBefore: before } = ending;
        const spared = keptThrough(events, { before, at: Math.max(before ?? 0, T) }) ?? events;
        expect(hasEnded(beginningAt(issuedMs, disabled), disabled)).to.equal(true);
        for (const each of [events, spared, []]) {
          expect(hasSignInEnded(each, disabled)).to.equal(true);
          expect(hasTokenEnded(issuedMs / 1000, each, disabled)).to.equal(true);
        }
      }),
    );
  });

  it('lets begin anew at once, also on an instance whose clock is behind', () => {
    fc.assert(
      fc.property(moment, account, (now, ending) => {
        const atMs = beginningAt(now, ending);
        expect(atMs).to.be.at.least(now);
        expect(hasEnded(atMs, ending)).to.equal(false);
        expect(hasSignInEnded(signInAt(atMs, now + LONG * 2), ending)).to.equal(false);
      }),
    );
  });

  it('ends the tokens of an earlier sign-in in the same session, by whole seconds and 30 of difference', () => {
    const again = signInAt(T);
    const reported = { endsBefore: T, frozenAt: null, disabledAt: null };
    const seconds = T / 1000;
    for (const [issuedAt, expected] of [
      [seconds - 32, true],
      [seconds - 31, true],
      [seconds - 30, false],
      [seconds, false],
      [undefined, false],
    ] as const)
      expect(hasTokenEnded(issuedAt, again, reported), `${issuedAt}`).to.equal(expected);
    expect(hasTokenEnded(seconds, signInAt(T - 1), reported)).to.equal(true);
  });

  describe('that spares a session', () => {
    const before = T - LONG;
    const at = T;
    const events = signInAt(before + 5, before + 10);
    const spared = keptThrough(events, { before, at }) ?? [];
    const ended = (issuedMs: number, endsBefore: number) =>
      hasTokenEnded(issuedMs / 1000, spared, { endsBefore, frozenAt: null, disabledAt: null });

    it('leaves it and what was issued in it, until the next ending', () => {
      expect(hasSignInEnded(events, { endsBefore: at, frozenAt: null, disabledAt: null })).to.equal(true);
      expect(hasSignInEnded(spared, { endsBefore: at, frozenAt: null, disabledAt: null })).to.equal(false);
      expect(beganAt(spared)).to.equal(at);
      expect(ended(before + 1000, at)).to.equal(false);
      expect(hasSignInEnded(spared, { endsBefore: at + 1, frozenAt: null, disabledAt: null })).to.equal(true);
      expect(hasSignInEnded(spared, { endsBefore: at, frozenAt: at + 1, disabledAt: null })).to.equal(true);
      expect(ended(before + 1000, at + 1)).to.equal(true);
    });

    it('leaves nothing of it from before an earlier ending, however often it is spared', () => {
      const longAgo = before - LONG;
      expect(ended(longAgo, at)).to.equal(true);
      const again = keptThrough(spared, { before: at, at: at + LONG }) ?? [];
      const now = { endsBefore: at + LONG, frozenAt: null, disabledAt: null };
      expect(hasSignInEnded(again, now)).to.equal(false);
      expect(hasTokenEnded((before + 1000) / 1000, again, now)).to.equal(false);
      expect(hasTokenEnded(longAgo / 1000, again, now)).to.equal(true);
    });

    it('spares none that had ended already', () => {
      expect(keptThrough(signInAt(T - 2), { before: T - 1, at: T })).to.equal(null);
      expect(keptThrough(spared, { before: at + 1, at: at + 2 })).to.equal(null);
    });

    it('holds against an earlier ending of a clock that is ahead', () => {
      const ahead = keptThrough(signInAt(T + 5), { before: T + 2, at: T }) ?? [];
      expect(hasSignInEnded(ahead, { endsBefore: T + 2, frozenAt: null, disabledAt: null })).to.equal(false);
    });

    it('is stored with its events, and read by no other form', () => {
      for (const event of spared)
        expect(fromStoredAuthentication(toStoredAuthentication(event))).to.deep.equal(event);
      const [stored] = spared.map(toStoredAuthentication);
      for (const kept of [null, 'x', {}, { from: 1 }, { from: '1', at: 2 }])
        expect(fromStoredAuthentication({ ...stored, kept }), JSON.stringify(kept)).to.equal(null);
    });
  });
});
