/** An authenticator made of software: it makes and uses passkeys as a browser hands them to a page (WebAuthn, 6). */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { PasskeyCreation, PasskeyRequest } from '../../src/domain/methods/webauthn.ts';

export interface AuthenticatorOptions {
  /** The origin of the page in its browser. */
  readonly origin: string;
  /** By fingerprint or PIN. Default: it does. */
  readonly verifies?: boolean;
  /** Its passkeys stay on it. Default: they do. */
  readonly isBound?: boolean;
  /** Default: it counts each use, from one. */
  readonly counts?: boolean;
  /** Its kind, in hexadecimal digits and hyphens. Default: it does not tell. */
  readonly aaguid?: string;
}

/** A deliberate fault in a response. */
export interface Twist {
  readonly origin?: string;
  readonly rpId?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly crossOrigin?: boolean;
  readonly present?: boolean;
  readonly verified?: boolean;
  readonly isBound?: boolean;
  readonly counter?: number;
  readonly userHandle?: string;
  readonly algorithm?: number;
  /** The maker's attestation, and its format. */
  readonly statement?: { readonly format: string; readonly certificate: Uint8Array };
}

interface Passkey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly userHandle: string;
  counter: number;
}

export interface Authenticator {
  /** Makes a passkey; gives what the page sends. */
  create(asked: PasskeyCreation, twist?: Twist): string;
  /** Signs with the first of the passkeys asked for that it has, else with its newest. */
  get(asked: PasskeyRequest, twist?: Twist): string;
}

/** WebAuthn, 6.1: bits of the authenticator data. */
const PRESENT = 0x01;
const VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;

const NO_AAGUID = '00000000-0000-0000-0000-000000000000';

const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest();
const base64url = (data: string | Uint8Array) => Buffer.from(data).toString('base64url');

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { origin, verifies = true, isBound = true, counts = true, aaguid = NO_AAGUID } = options;
  const passkeys: Passkey[] = [];

  function clientData(type: string, challenge: string, twist: Twist): Buffer {
    const said = { type: twist.type ?? type, challenge: twist.challenge ?? challenge };
    const { crossOrigin = false } = twist;
    return Buffer.from(JSON.stringify({ ...said, origin: twist.origin ?? origin, crossOrigin }));
  }

  function authenticatorData(rpId: string, counter: number, twist: Twist, attested?: Uint8Array): Buffer {
    const flags =
      (twist.present === false ? 0 : PRESENT) |
      ((twist.verified ?? verifies) ? VERIFIED : 0) |
      ((twist.isBound ?? isBound) ? 0 : BACKUP_ELIGIBLE | BACKED_UP) |
      (attested ? ATTESTED : 0);
    const head = Buffer.alloc(37);
    sha256(twist.rpId ?? rpId).copy(head);
    head.writeUInt8(flags, 32);
    head.writeUInt32BE(twist.counter ?? counter, 33);
    return Buffer.concat([head, attested ?? Buffer.alloc(0)]);
  }

  return {
    create({ rp, challenge, user }, twist = {}) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const id = randomBytes(16);
      passkeys.unshift({ id: base64url(id), privateKey, userHandle: user.id, counter: 0 });
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      // RFC 9052, 7: key type EC2, ES256, P-256 and the point.
      const key = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, twist.algorithm ?? -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ]);
      const length = Buffer.from([0, id.length]);
      const attested = Buffer.concat([
        Buffer.from(aaguid.replaceAll('-', ''), 'hex'),
        length,
        id,
        isoCBOR.encode(key),
      ]);
      const data = authenticatorData(rp.id, 0, twist, attested);
      const { format = 'none', certificate } = twist.statement ?? {};
      const statement = new Map<string, Uint8Array | Uint8Array[] | number>();
      if (certificate) statement.set('alg', -7).set('sig', new Uint8Array(70)).set('x5c', [certificate]);
      const attestation = new Map<string, string | Uint8Array | typeof statement>([
        ['fmt', format],
        ['attStmt', statement],
        ['authData', new Uint8Array(data)],
      ]);
      const response = {
        clientDataJSON: base64url(clientData('webauthn.create', challenge, twist)),
        attestationObject: base64url(isoCBOR.encode(attestation)),
        transports: ['internal'],
      };
      return JSON.stringify({ id: base64url(id), rawId: base64url(id), type: 'public-key', response });
    },

    get({ rpId, challenge, allowCredentials }, twist = {}) {
      const known = passkeys.find(({ id }) => allowCredentials.some((allowed) => allowed.id === id));
      const passkey = known ?? passkeys[0];
      if (!passkey) throw new Error('this authenticator has no passkey yet');
      if (counts) passkey.counter += 1;
      const data = authenticatorData(rpId, passkey.counter, twist);
      const client = clientData('webauthn.get', challenge, twist);
      const signature = sign('sha256', Buffer.concat([data, sha256(client)]), passkey.privateKey);
      // Without a list it tells whose passkey it is (WebAuthn, 6.3.3, step 12).
      const userHandle = twist.userHandle ?? (allowCredentials.length === 0 ? passkey.userHandle : null);
      const response = {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(signature),
        ...(userHandle && { userHandle }),
      };
      return JSON.stringify({ id: passkey.id, rawId: passkey.id, type: 'public-key', response });
    },
  };
}
