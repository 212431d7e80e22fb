/** Parts of a record that somebody or something has damaged, or that no release of ours has written. */
import { aChallenge, NOW } from './examples.ts';

const PASSKEY = { method: 'passkey', enrolmentId: 'enrolment-1', at: NOW };

/** Unreadable authentications, which must not count. */
export const MALFORMED_AUTHENTICATIONS: readonly unknown[] = [
  [{ method: 'telepathy', enrolmentId: null, at: NOW }],
  [{ ...PASSKEY, at: String(NOW) }],
  [{ ...PASSKEY, enrolmentId: 7 }],
  [{ ...PASSKEY, passkey: null }],
  [{ ...PASSKEY, passkey: true }],
  [{ ...PASSKEY, passkey: {} }],
  [{ ...PASSKEY, passkey: { userVerified: true } }],
  [{ ...PASSKEY, passkey: { userVerified: 1, deviceBound: true } }],
  [{ ...PASSKEY, passkey: { userVerified: true, deviceBound: 'yes' } }],
];

/** The other fields of a transaction, each with one malformed part. */
export const MALFORMED_MORE: readonly Readonly<Record<string, unknown>>[] = [
  ...[
    null,
    'challenge',
    {},
    [null],
    [7],
    [{}],
    [{ ...aChallenge(), id: null }],
    [{ ...aChallenge(), method: 'telepathy' }],
    [{ ...aChallenge(), method: 'pwd' }],
    [{ ...aChallenge(), purpose: 'anything' }],
    [{ ...aChallenge(), digest: 7 }],
    [{ ...aChallenge(), sentAt: null }],
    [{ ...aChallenge(), expiresAt: 'never' }],
    [aChallenge(), { ...aChallenge(), expiresAt: null }],
  ].map((challenges) => ({ challenges })),
  { isSetUpProven: 1 },
  { isSetUpProven: 'true' },
  { newCodes: 7 },
  { newCodes: ['sealed'] },
  { trustBrowser: 'yes' },
  { trustBrowser: null },
  { canUsePasskeys: 'yes' },
];
