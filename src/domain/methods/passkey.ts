/** Passkeys as a second factor: what the browser is asked for, and whether what came back is enough. Pure. */
import { rank } from '../policy/acr.ts';
import type { RequestedAssurance } from '../policy/policy.ts';
import type { Challenge, Purpose } from '../sign-in/challenge.ts';
import { METHOD_TRAITS } from './method.ts';
import type { PasskeyCredential, PasskeySite, UsedPasskey } from './webauthn.ts';

/** WebAuthn, 13.4.3, asks for 16 bytes at least. */
const CHALLENGE_BYTES = 32;
/** Ed25519, ES256 and RS256 (IANA, "COSE Algorithms"): what authenticators can do, best first. */
export const PASSKEY_ALGORITHMS: readonly number[] = [-8, -7, -257];
/** Milliseconds. WebAuthn, 15.1: between five and ten minutes, for people who need time. */
const TIMEOUT_MS = 5 * 60 * 1000;

interface Descriptor {
  readonly type: 'public-key';
  readonly id: string;
  readonly transports: readonly string[];
}

/** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn, 5.1.9). */
export interface PasskeyRequest {
  readonly rpId: string;
  readonly challenge: string;
  readonly timeout: number;
  readonly userVerification: 'required' | 'preferred';
  readonly allowCredentials: readonly Descriptor[];
}

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn, 5.1.8). */
export interface PasskeyCreation {
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly timeout: number;
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  readonly excludeCredentials: readonly Descriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: 'discouraged';
    readonly requireResidentKey: false;
    readonly userVerification: 'preferred';
  };
  readonly attestation: 'none';
}

/** Why an answer that is authentic is not enough. */
export type PasskeyVerdict = 'accepted' | 'unverified' | 'counter_behind';

export interface PasskeyMethod {
  readonly name: 'passkey';
  /** Good as long as the visit, once. */
  newChallenge(
    purpose: Purpose,
    from: {
      readonly id: string;
      readonly random: (length: number) => Uint8Array;
      readonly now: number;
      readonly expiresAt: number;
    },
  ): Challenge;
  creation(of: {
    readonly site: PasskeySite;
    readonly siteName: string;
    readonly challenge: string;
    readonly user: PasskeyCreation['user'];
    readonly existing: readonly PasskeyCredential[];
  }): PasskeyCreation;
  request(of: {
    readonly site: PasskeySite;
    readonly challenge: string;
    readonly credentials: readonly PasskeyCredential[];
    readonly mustVerify: boolean;
  }): PasskeyRequest;
  /** `lastCounter`: the highest seen. One that does not rise was copied (WebAuthn, 6.1.1); 0 means that none is kept. */
  check(
    used: UsedPasskey,
    than: { readonly lastCounter: number; readonly mustVerify: boolean },
  ): PasskeyVerdict;
}

export function createPasskey(): PasskeyMethod {
  return {
    name: 'passkey',

    newChallenge(purpose, { id, random, now, expiresAt }) {
      const digest = Buffer.from(random(CHALLENGE_BYTES)).toString('base64url');
      return { id, method: 'passkey', purpose, digest, sentAt: now, expiresAt };
    },

    creation({ site, siteName, challenge, user, existing }) {
      return {
        rp: { id: site.rpId, name: siteName },
        user,
        challenge,
        timeout: TIMEOUT_MS,
        pubKeyCredParams: PASSKEY_ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: existing.map(descriptor),
        // It comes after the password, so that the authenticator need not know by itself whose it is.
        authenticatorSelection: {
          residentKey: 'discouraged',
          requireResidentKey: false,
          userVerification: 'preferred',
        },
        attestation: 'none',
      };
    },

    request({ site, challenge, credentials, mustVerify }) {
      return {
        rpId: site.rpId,
        challenge,
        timeout: TIMEOUT_MS,
        userVerification: mustVerify ? 'required' : 'preferred',
        allowCredentials: credentials.map(descriptor),
      };
    },

    check({ userVerified, counter }, { lastCounter, mustVerify }) {
      if (mustVerify && !userVerified) return 'unverified';
      const isKept = counter > 0 || lastCounter > 0;
      return isKept && counter <= lastCounter ? 'counter_behind' : 'accepted';
    },
  };
}

/** Presence is always asked for; the person's own only where a level is demanded that it takes. */
export function mustVerify({ acrs }: Pick<RequestedAssurance, 'acrs'>): boolean {
  const level = rank(METHOD_TRAITS.passkey.acr);
  return acrs !== null && acrs.length > 0 && acrs.every((acr) => rank(acr) >= level);
}

function descriptor({ id, transports }: PasskeyCredential): Descriptor {
  return { type: 'public-key', id, transports };
}
