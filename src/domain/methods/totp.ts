/** Time-based one-time passwords of an authenticator app (RFC 6238). */

import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateURI, ScureBase32Plugin, verifySync } from 'otplib';
import { shownEmail } from '../account.ts';
import { readDigits } from '../codes/typed-code.ts';
import {
  type Candidate,
  type CheckInput,
  type MethodDefinition,
  type MethodTraits,
  TYPED_TRAITS,
  type TypedMethod,
  type Verdict,
  WRONG,
} from './contract.ts';

export interface TotpSettings {
  /** The name that the app shows above the account. */
  readonly issuer: string;
  readonly digits: number;
  readonly periodSeconds: number;
  /** Steps before and after the present one that are still accepted (RFC 6238, 5.2). */
  readonly driftSteps: number;
}

/** 160 bits, the length of the HMAC-SHA-1 output that apps use (RFC 4226, 4). */
const SECRET_BYTES = 20;
/** A code this many steps away is not accepted, but it tells that a clock is wrong: five minutes at 30 s. */
const NEAR_STEPS = 10;

/** Milliseconds for which a step is claimed after it could last be offered. By then the newest step refuses it. */
const CLAIM_KEPT_MS = 60 * 60 * 1000;

const traits: MethodTraits = {
  ...TYPED_TRAITS,
  acr: 'https://refeds.org/profile/mfa',
  amr: ['otp'],
  isAlternative: true,
};

/** The result of the comparison with the codes of all steps. */
export type TotpMatch =
  | { readonly kind: 'accepted' | 'used'; readonly enrolmentId: string; readonly step: number }
  /** Right at another time: `offSeconds` from now, ahead being positive. Never accepted. */
  | {
      readonly kind: 'near';
      readonly enrolmentId: string;
      readonly step: number;
      readonly offSeconds: number;
    }
  | { readonly kind: 'wrong' };

/** How codes are made and compared. */
interface TotpCodes {
  readonly name: 'totp';
  readonly digits: number;
  readonly periodSeconds: number;
  /** base32 (RFC 4648), made of the bytes that `random` gives. */
  newSecret(random: (length: number) => Uint8Array): string;
  /** The `otpauth:` address that an app reads from the QR code. */
  provisioningUri(secret: string, account: string): string;
  /** The newest step whose code is accepted at `now`: the present one, and those of a clock that is ahead. */
  newestStepAt(now: number): number;
  /** Never throws, whatever the code is. `now` in milliseconds since the epoch. */
  check(candidates: readonly Candidate[], code: string, now: number): TotpMatch;
}

const nodeCrypto = new NodeCryptoPlugin();
const base32 = new ScureBase32Plugin();

export function createTotp(settings: TotpSettings): TotpCodes {
  const { digits, periodSeconds, driftSteps } = settings;
  const shape = new RegExp(`^[0-9]{${digits}}$`);

  function stepOf(candidate: Candidate, code: string, epoch: number, steps: number): number | null {
    if (candidate.secret === null) return null;
    // otplib throws on a secret or a code that it dislikes: for a person that is a wrong code, never a fault.
    try {
      const found = verifySync({
        secret: candidate.secret,
        token: code,
        epoch,
        epochTolerance: steps * periodSeconds,
        digits: asDigits(digits),
        period: periodSeconds,
        crypto: nodeCrypto,
      });
      return found.valid && 'timeStep' in found ? found.timeStep : null;
    } catch {
      return null;
    }
  }

  return {
    name: 'totp',
    digits,
    periodSeconds,

    newSecret(random) {
      return base32.encode(random(SECRET_BYTES), { padding: false });
    },

    provisioningUri(secret, account) {
      return generateURI({
        issuer: settings.issuer,
        label: account,
        secret,
        digits: asDigits(digits),
        period: periodSeconds,
      });
    },

    newestStepAt: (now) => Math.floor(Math.floor(now / 1000) / periodSeconds) + driftSteps,

    check(candidates, code, now): TotpMatch {
      if (!shape.test(code)) return { kind: 'wrong' };
      const epoch = Math.floor(now / 1000);
      const current = Math.floor(epoch / periodSeconds);
      let used: TotpMatch | null = null;
      for (const candidate of candidates) {
        const step = stepOf(candidate, code, epoch, driftSteps);
        if (step === null) continue;
        const enrolmentId = candidate.id;
        if (step > (candidate.lastStep ?? -1)) return { kind: 'accepted', enrolmentId, step };
        used = { kind: 'used', enrolmentId, step };
      }
      if (used) return used;
      for (const candidate of candidates) {
        const step = stepOf(candidate, code, epoch, NEAR_STEPS);
        if (step !== null) {
          const offSeconds = (step - current) * periodSeconds;
          return { kind: 'near', enrolmentId: candidate.id, step, offSeconds };
        }
      }
      return { kind: 'wrong' };
    },
  };
}

function asDigits(digits: number): 6 | 7 | 8 {
  return digits === 8 ? 8 : digits === 7 ? 7 : 6;
}

/** A code from a nearby time step is burnt, so that the hint about clock drift helps no guesser. */
function verdictOf(found: TotpMatch, now: number): Verdict {
  if (found.kind === 'wrong') return WRONG;
  const { enrolmentId, step } = found;
  const key = `totp:${enrolmentId}:${step}`;
  const expiresAt = now + CLAIM_KEPT_MS;
  if (found.kind === 'near')
    return { kind: 'wrong', clockOffSeconds: found.offSeconds, burns: { key, expiresAt } };
  const accepted = { kind: 'accepted', enrolmentId, spendsChallenge: false, lastStep: step } as const;
  if (found.kind === 'used') return { kind: 'used-before', key, accepted };
  return { ...accepted, claim: { key, expiresAt, otherwise: { kind: 'used' } } };
}

function atWork(codes: TotpCodes): TypedMethod {
  const { digits, periodSeconds } = codes;
  const check = (candidates: readonly Candidate[], answer: string, now: number) =>
    verdictOf(codes.check(candidates, answer, now), now);
  return {
    kind: 'typed',
    name: 'totp',
    traits,
    digits,
    prompt: { page: 'enter-code', field: 'code' },
    enrolment: {
      page: 'set-up-totp',
      begin: (random) => codes.newSecret(random),
      show: (secret, { email }) => ({
        secret,
        uri: codes.provisioningUri(secret, shownEmail(email)),
        digits,
        periodSeconds,
      }),
      confirm: (candidate, answer, now) => check([candidate], answer, now),
    },
    read: (typed) => readDigits(typed, digits),
    check: ({ candidates, answer, now }: CheckInput) => check(candidates, answer, now),
    newestStepAt: codes.newestStepAt,
    isReachable: ({ isReadable }) => isReadable,
  };
}

export const totp: MethodDefinition = {
  name: 'totp',
  traits,
  isBuilt: true,
  create: ({ totp: settings }) => (settings ? atWork(createTotp(settings as TotpSettings)) : null),
};
