/** Time-based one-time passwords of an authenticator app (RFC 6238), checked without touching the world. */
import { NodeCryptoPlugin } from '@otplib/plugin-crypto-node';
import { generateURI, ScureBase32Plugin, verifySync } from 'otplib';
import type { Candidate, CodeMethod, Verdict } from './method.ts';

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

const nodeCrypto = new NodeCryptoPlugin();
const base32 = new ScureBase32Plugin();

export function createTotp(settings: TotpSettings): CodeMethod {
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

    check(candidates, typed, now): Verdict {
      // People copy "123 456" from the app; nothing else is forgiven (no full-width digits, no prefix).
      const code = typed.replaceAll(/[ \u00a0]/g, '');
      if (!shape.test(code)) return { kind: 'wrong' };
      const epoch = Math.floor(now / 1000);
      const current = Math.floor(epoch / periodSeconds);
      let used: Verdict | null = null;
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
