/** Data of passkeys: their site, the requests to browsers, and the stored credential (WebAuthn Level 3). */

import { isObject } from '../json.ts';

/** The site of passkeys: browsers bind each of them to one domain (WebAuthn, 5.1.2 and 13.4.9). */
export interface PasskeySite {
  /** The RP ID: a domain name. */
  readonly rpId: string;
  readonly origin: string;
}

const IPV4 = /^\d+(?:\.\d+){3}$/;

/** Null where browsers allow no passkeys: at an IP address, and without TLS anywhere but on the machine itself. */
export function passkeySiteOf(issuer: string): PasskeySite | null {
  const { hostname, origin, protocol } = new URL(issuer);
  const isAddress = IPV4.test(hostname) || hostname.startsWith('[');
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost');
  return isAddress || (protocol !== 'https:' && !isLocal) ? null : { rpId: hostname, origin };
}

/** An authenticator's report of one use. */
export interface PasskeyUse {
  /** By fingerprint, face or PIN; else its mere presence was shown (WebAuthn, 6.1, UV and UP). */
  readonly userVerified: boolean;
  /** The key never leaves its device; else it is one that is kept in sync (WebAuthn, 6.1, BE). */
  readonly deviceBound: boolean;
}

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
    readonly residentKey: 'preferred' | 'required';
    readonly requireResidentKey: boolean;
    readonly userVerification: 'preferred' | 'required';
  };
  readonly attestation: 'none';
}

/** The encrypted record of a passkey beside its counter (WebAuthn, 4, "credential record"). Bytes are base64url. */
export interface PasskeyCredential {
  readonly id: string;
  /** As COSE writes keys (RFC 9052, 7). */
  readonly publicKey: string;
  /** How its authenticator can be reached: a hint for browsers. */
  readonly transports: readonly string[];
  /** The account, as the authenticator knows it. */
  readonly userHandle: string;
  readonly deviceBound: boolean;
  readonly backedUp: boolean;
  /** The kind of its authenticator. Null where that tells none, and for a passkey that an older release stored. */
  readonly aaguid: string | null;
}

/** A passkey that was just made, as its authenticator tells of it. */
export interface NewPasskey extends PasskeyUse, Omit<PasskeyCredential, 'userHandle'> {
  readonly counter: number;
}

/** A passkey that has just signed. */
export interface UsedPasskey extends PasskeyUse {
  readonly credentialId: string;
  readonly counter: number;
}

/** The passkeys and the names of an account, for the password manager of its browser (WebAuthn, 5.1.10). */
export interface PasskeySignals {
  readonly rpId: string;
  readonly userId: string;
  readonly credentialIds: readonly string[];
  readonly name: string;
  readonly displayName: string;
}

/** How a credential is named to a browser. */
export function descriptor({ id, transports }: PasskeyCredential): Descriptor {
  return { type: 'public-key', id, transports };
}

/** Reads what `JSON.stringify` wrote; null for what is no passkey. */
export function credentialOf(text: string): PasskeyCredential | null {
  const value: unknown = JSON.parse(text);
  if (!isObject(value)) return null;
  const { id, publicKey, userHandle, transports, deviceBound, backedUp, aaguid } = value;
  if (typeof id !== 'string' || typeof publicKey !== 'string' || typeof userHandle !== 'string') return null;
  const hints = Array.isArray(transports) ? transports.map(String) : [];
  const flags = { deviceBound: deviceBound === true, backedUp: backedUp === true };
  const kind = typeof aaguid === 'string' ? aaguid : null;
  return { id, publicKey, userHandle, transports: hints, ...flags, aaguid: kind };
}

/** Bytes of a name that every authenticator stores (WebAuthn, 6.4.1). */
const NAME_BYTES = 64;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** A name as authenticators keep it: cut at the end of a character, so that none of them cuts within one. */
export function storedName(name: string): string {
  let kept = '';
  for (const { segment } of characters.segment(name)) {
    if (Buffer.byteLength(kept + segment) > NAME_BYTES) break;
    kept += segment;
  }
  return kept;
}
