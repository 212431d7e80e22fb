/** Verifies the signed answers of authenticators, with @simplewebauthn/server (WebAuthn Level 3, 7.1 and 7.2). */
import { z } from 'zod';
import { PASSKEY_ALGORITHMS } from '../../domain/methods/passkey.ts';
import type { PasskeyVerifier } from '../../ports/system.ts';

/** Loaded when the first passkey comes: its certificates and ASN.1 take longer to load than all the rest of the server. */
const library = () =>
  Promise.all([import('@simplewebauthn/server'), import('@simplewebauthn/server/helpers')]);

/** WebAuthn, 4: a credential id has 1023 bytes at most; in base64url that is four characters for three. */
const LONGEST_ID = 1364;
const bytes = z.string().regex(/^[\w-]+$/);
const credential = { id: bytes.max(LONGEST_ID), rawId: bytes.max(LONGEST_ID), type: z.literal('public-key') };
const transport = z.string().regex(/^[a-z-]{1,20}$/);

/** Tells no kind of authenticator (WebAuthn, 5.4.7). */
const NO_AAGUID = '00000000-0000-0000-0000-000000000000';

const registration = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z.array(transport).max(10).optional().catch([]),
  }),
});

const assertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    userHandle: z.string().max(LONGEST_ID).nullish(),
  }),
});

/**
 * `crossOrigin`: the page stood in a frame of another site, where pages of this product never are (WebAuthn, 7.1 step 10
 * and 7.2 step 13).
 */
const clientData = z.object({
  crossOrigin: z.boolean().optional(),
  challenge: z.string().max(LONGEST_ID).optional(),
});

export function createPasskeyVerifier(): PasskeyVerifier {
  return {
    read(text) {
      const given = parsed(assertion, text);
      const data = given && parsed(clientData, decoded(given.response.clientDataJSON));
      if (!given || data?.challenge === undefined) return null;
      const { userHandle } = given.response;
      return { credentialId: given.id, userHandle: userHandle || null, challenge: data.challenge };
    },

    async registration(text, { challenge, origin, rpId, isSilent = false }) {
      const given = parsed(registration, text);
      if (!given || isFramed(given.response.clientDataJSON)) return null;
      const [{ verifyRegistrationResponse }, { isoBase64URL }] = await library();
      const { response } = given;
      try {
        const { registrationInfo: info } = await verifyRegistrationResponse({
          response: {
            ...given,
            response: {
              clientDataJSON: response.clientDataJSON,
              attestationObject: await withoutStatement(response.attestationObject),
            },
            clientExtensionResults: {},
          },
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpId,
          requireUserVerification: false,
          // Nobody is present when a browser makes a passkey by itself (WebAuthn, 7.1, `mediation` of `conditional`).
          requireUserPresence: !isSilent,
          supportedAlgorithmIDs: [...PASSKEY_ALGORITHMS],
        });
        if (!info) return null;
        return {
          id: info.credential.id,
          publicKey: isoBase64URL.fromBuffer(info.credential.publicKey),
          counter: info.credential.counter,
          transports: response.transports ?? [],
          userVerified: info.userVerified,
          deviceBound: info.credentialDeviceType === 'singleDevice',
          backedUp: info.credentialBackedUp,
          aaguid: info.aaguid === NO_AAGUID ? null : info.aaguid,
        };
      } catch {
        // It throws for whatever is not as it was asked: for a person that is a refusal, never a fault.
        return null;
      }
    },

    async assertion(text, { challenge, origin, rpId }, credentials) {
      const given = parsed(assertion, text);
      if (!given) return { kind: 'malformed' };
      const known = credentials.find((each) => each.id === given.id);
      if (!known) return { kind: 'unknown' };
      const { clientDataJSON, authenticatorData, signature, userHandle } = given.response;
      // Authenticators that know whose passkey it is say so (WebAuthn, 7.2 step 6).
      if (userHandle && userHandle !== known.userHandle) return { kind: 'unknown' };
      if (isFramed(clientDataJSON)) return { kind: 'unproven' };
      const [{ verifyAuthenticationResponse }, { isoBase64URL }] = await library();
      try {
        const { verified, authenticationInfo: info } = await verifyAuthenticationResponse({
          response: {
            ...given,
            response: { clientDataJSON, authenticatorData, signature },
            clientExtensionResults: {},
          },
          expectedChallenge: challenge,
          expectedOrigin: origin,
          expectedRPID: rpId,
          requireUserVerification: false,
          // The use case compares counters, to tell a copied passkey from a wrong answer.
          credential: { id: known.id, publicKey: isoBase64URL.toBuffer(known.publicKey), counter: 0 },
        });
        if (!verified) return { kind: 'unproven' };
        return {
          kind: 'proven',
          credentialId: known.id,
          counter: info.newCounter,
          userVerified: info.userVerified,
          deviceBound: info.credentialDeviceType === 'singleDevice',
        };
      } catch {
        return { kind: 'unproven' };
      }
    },
  };
}

function parsed<T>(shape: z.ZodType<T>, text: string): T | null {
  try {
    return shape.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function isFramed(clientDataJSON: string): boolean {
  return parsed(clientData, decoded(clientDataJSON))?.crossOrigin === true;
}

function decoded(bytes: string): string {
  return Buffer.from(bytes, 'base64url').toString();
}

/**
 * Attestation is neither requested nor checked where it comes all the same. To check a certificate the library would
 * fetch the addresses that it names.
 */
async function withoutStatement(attestationObject: string): Promise<string> {
  const [, { decodeAttestationObject, isoBase64URL, isoCBOR }] = await library();
  const authData = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject)).get('authData');
  const bare = new Map<string, string | Uint8Array | Map<string, string>>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', authData],
  ]);
  return isoBase64URL.fromBuffer(isoCBOR.encode(bare));
}
