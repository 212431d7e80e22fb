/** Passkeys as a second factor: makes the request to the browser, and judges its verified answer. */
import { type Acr, rank } from '../policy/acr.ts';
import type { PasskeyFault, Refusal } from '../refusal.ts';
import type { Challenge, Purpose } from '../sign-in/challenge.ts';
import {
  type Assurance,
  type BrowserMethod,
  type CheckInput,
  type MethodDefinition,
  type MethodTraits,
  PLAIN_WORDS,
  type Rejection,
  type Verdict,
} from './contract.ts';
import {
  credentialOf,
  descriptor,
  type PasskeyCreation,
  type PasskeyCredential,
  type PasskeyRequest,
  type PasskeySite,
  type PasskeyUse,
  storedName,
  type UsedPasskey,
} from './webauthn.ts';

/** WebAuthn, 13.4.3, asks for 16 bytes at least. */
const CHALLENGE_BYTES = 32;
/** Ed25519, ES256 and RS256 (IANA, "COSE Algorithms"): what authenticators can do, best first. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-8, -7, -257];
/** Milliseconds. WebAuthn, 15.1: between five and ten minutes, for people who need time. */
const TIMEOUT_MS = 5 * 60 * 1000;
/** Milliseconds for which a used counter is claimed. By then the highest counter seen refuses it. */
const CLAIM_KEPT_MS = 60 * 60 * 1000;

const traits: MethodTraits = {
  acr: 'phr',
  amr: ['hwk', 'user'],
  guessable: false,
  sends: null,
  needsScript: true,
  isFactor: true,
  isRestricted: false,
  isAlternative: true,
  words: PLAIN_WORDS,
};

/** `counter_lags`: accepted, and noted. The others are reasons why an authentic answer is not enough. */
type PasskeyVerdict = 'accepted' | 'counter_lags' | 'unverified' | 'counter_behind';

interface ChallengeParts {
  readonly id: string;
  readonly random: (length: number) => Uint8Array;
  readonly now: number;
  readonly expiresAt: number;
}

interface CreationParts {
  readonly site: PasskeySite;
  readonly siteName: string;
  readonly challenge: string;
  readonly user: PasskeyCreation['user'];
  readonly existing: readonly PasskeyCredential[];
}

interface RequestParts {
  readonly site: PasskeySite;
  readonly challenge: string;
  readonly credentials: readonly PasskeyCredential[];
  readonly mustVerify: boolean;
}

/** The ceremonies of WebAuthn. */
export function createPasskey() {
  return {
    newChallenge(purpose: Purpose, { id, random, now, expiresAt }: ChallengeParts): Challenge {
      const digest = Buffer.from(random(CHALLENGE_BYTES)).toString('base64url');
      return { id, method: 'passkey', purpose, digest, sentAt: now, expiresAt };
    },

    creation({ site, siteName, challenge, user, existing }: CreationParts): PasskeyCreation {
      return {
        rp: { id: site.rpId, name: storedName(siteName) },
        user: { ...user, name: storedName(user.name), displayName: storedName(user.displayName) },
        challenge,
        timeout: TIMEOUT_MS,
        pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: existing.map(descriptor),
        authenticatorSelection: {
          // An authenticator that knows by itself whose passkey it is can sign in without a name or a password.
          residentKey: 'preferred',
          requireResidentKey: false,
          userVerification: 'preferred',
        },
        attestation: 'none',
      };
    },

    request({ site, challenge, credentials, mustVerify: isVerified }: RequestParts): PasskeyRequest {
      return {
        rpId: site.rpId,
        challenge,
        timeout: TIMEOUT_MS,
        userVerification: isVerified ? 'required' : 'preferred',
        allowCredentials: credentials.map(descriptor),
      };
    },

    /**
     * `lastCounter`: the highest seen; 0 means that none is kept. A device-bound passkey whose counter does not rise was
     * copied (WebAuthn, 6.1.1). The copies of a synced one are wanted, and each of them may count for itself.
     */
    check(
      { userVerified, counter, deviceBound }: UsedPasskey,
      than: { readonly lastCounter: number; readonly mustVerify: boolean },
    ): PasskeyVerdict {
      if (than.mustVerify && !userVerified) return 'unverified';
      const isKept = counter > 0 || than.lastCounter > 0;
      if (!isKept || counter > than.lastCounter) return 'accepted';
      return deviceBound ? 'counter_behind' : 'counter_lags';
    },
  };
}

/** Verification of the person is required only where a level is demanded that takes it. */
export function mustVerify({ acrs }: { readonly acrs: readonly Acr[] | null }): boolean {
  const level = rank(traits.acr);
  return acrs !== null && acrs.length > 0 && acrs.every((acr) => rank(acr) >= level);
}

/**
 * Phishing-resistant is a passkey only when it verified its owner. RFC 8176: `hwk` is a key that cannot leave its
 * hardware, `swk` one that can; `user` is the test of presence.
 */
function assuranceOf(use: PasskeyUse | undefined): Assurance {
  const standsAlone = use?.userVerified === true;
  return {
    acr: standsAlone ? traits.acr : 'https://refeds.org/profile/mfa',
    amr: [use?.deviceBound === true ? 'hwk' : 'swk', 'user'],
    standsAlone,
  };
}

const ceremony = createPasskey();

function check({ candidates, proof, acrs, now }: CheckInput): Verdict {
  if (proof === null) {
    const refusal = { code: 'code_expired', passkey: 'expired' } as const;
    return { kind: 'refused', refusal, reason: 'passkey_expired' };
  }
  if (proof.kind !== 'proven') return no(proof.kind);
  const found = candidates.find(({ secret }) => credentialIn(secret)?.id === proof.credentialId);
  if (!found) return no('unknown');
  const { counter, userVerified, deviceBound } = proof;
  // It never changes (WebAuthn, 7.2, step 18).
  if (credentialIn(found.secret)?.deviceBound !== deviceBound) return no('changed');
  const than = { lastCounter: found.lastStep ?? 0, mustVerify: mustVerify({ acrs }) };
  const verdict = ceremony.check(proof, than);
  if (verdict !== 'accepted' && verdict !== 'counter_lags') return no(verdict);
  // Two copies of a device-bound passkey count to the same number, and one of them is accepted.
  const key = `passkey:${found.id}:${counter}`;
  const claim = { key, expiresAt: now + CLAIM_KEPT_MS, otherwise: no('counter_behind') };
  return {
    kind: 'accepted',
    enrolmentId: found.id,
    passkey: { userVerified, deviceBound },
    spendsChallenge: true,
    lastStep: counter,
    claim: deviceBound && counter > 0 ? claim : null,
    ...(verdict === 'counter_lags' && { anomaly: 'counter_behind' }),
  };
}

function credentialIn(secret: string | null): PasskeyCredential | null {
  return secret === null ? null : credentialOf(secret);
}

const TOLD: Readonly<Record<string, PasskeyFault>> = { unverified: 'unverified', counter_behind: 'copied' };

function no(reason: string): Rejection {
  return { kind: 'refused', refusal: passkeyInvalid(TOLD[reason] ?? 'refused'), reason: `passkey_${reason}` };
}

export function passkeyInvalid(passkey: PasskeyFault) {
  return {
    code: 'code_invalid',
    attemptsLeft: null,
    clockOffSeconds: null,
    passkey,
  } as const satisfies Refusal;
}

export const passkey: MethodDefinition = {
  name: 'passkey',
  traits,
  assuranceOf,
  isBuilt: true,
  create: (): BrowserMethod => ({
    kind: 'browser',
    name: 'passkey',
    traits,
    digits: null,
    prompt: { page: 'use-passkey', field: 'response' },
    enrolment: { page: 'set-up-passkey' },
    newChallenge: ceremony.newChallenge,
    creation: ceremony.creation,
    request: ({ acrs, ...of }) => ceremony.request({ ...of, mustVerify: mustVerify({ acrs }) }),
    read: (response) => response,
    check,
    isReachable: ({ isReadable }) => isReadable,
  }),
};
