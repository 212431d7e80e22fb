/** When a sign-in ends before its time. */
import { expect } from 'chai';
import { isEnded, withoutRemoved } from '../../../src/domain/sign-in/sign-in-record.ts';
import { given, NOW, password } from '../policy/policy-inputs.ts';

describe('isEnded', () => {
  const mine = [{ id: 'my-totp' }, { id: 'my-email' }];
  const [live, reported] = [
    { endsBefore: null, frozenAt: null, disabledAt: null },
    { endsBefore: NOW, frozenAt: null, disabledAt: null },
  ];

  it('is true once a used factor is no longer enrolled [A58]', () => {
    for (const [authentications, left] of [
      [[password(), given('totp')], [{ id: 'my-email' }]],
      [[password(), given('totp'), given('email')], [{ id: 'my-email' }]],
      [[password(), given('totp')], []],
    ] as const) {
      expect(isEnded(authentications, { account: live, enrolments: left })).to.equal(true);
    }
  });

  it('is true of every sign-in from before the report "it was not me" [A48]', () => {
    const before = password(1);
    expect(isEnded([before], { account: reported, enrolments: mine })).to.equal(true);
    expect(isEnded([before, given('totp')], { account: reported, enrolments: mine })).to.equal(true);
    expect(isEnded([password()], { account: reported, enrolments: mine })).to.equal(false);
    const withPasskey = [{ id: 'my-passkey' }];
    expect(isEnded([given('passkey', 1)], { account: reported, enrolments: withPasskey })).to.equal(true);
    expect(isEnded([given('passkey')], { account: reported, enrolments: withPasskey })).to.equal(false);
  });

  it('is false while all used factors are enrolled', () => {
    for (const authentications of [
      [password(), given('totp')],
      [password(), given('totp'), given('email')],
    ])
      expect(isEnded(authentications, { account: live, enrolments: mine })).to.equal(false);
  });

  it('is false after the password alone', () => {
    expect(isEnded([password()], { account: live, enrolments: [] })).to.equal(false);
    expect(isEnded([], { account: live, enrolments: mine })).to.equal(false);
  });
});

describe('withoutRemoved', () => {
  const events = [password(), given('totp'), given('email'), given('recovery')];
  const enrolments = (['totp', 'email', 'recovery'] as const).map((method) => ({
    id: `my-${method}`,
    method,
  }));
  const left = (...removed: string[]) =>
    withoutRemoved(events, enrolments, removed).map(({ method }) => method);

  it('keeps the events of every remaining factor', () => {
    expect(left('my-totp')).to.deep.equal(['pwd', 'email', 'recovery']);
    expect(left('another')).to.deep.equal(['pwd', 'totp', 'email', 'recovery']);
  });

  it('keeps the password only after the last factor and its recovery codes', () => {
    expect(left('my-totp', 'my-email')).to.deep.equal(['pwd']);
    expect(left('my-totp', 'my-email', 'my-recovery')).to.deep.equal(['pwd']);
  });
});
