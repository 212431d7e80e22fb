/**
 * The contract of a second-factor method. A method is pure: it says as data what is to be stored, sent, claimed and
 * noted, and the use cases do it.
 */
import type { Account } from '../account.ts';
import type { Acr } from '../policy/acr.ts';
import type { Refusal } from '../refusal.ts';
import type { Challenge, Purpose } from '../sign-in/challenge.ts';
import type { MethodName } from './method.ts';
import type {
  PasskeyCreation,
  PasskeyCredential,
  PasskeyRequest,
  PasskeySite,
  PasskeyUse,
  UsedPasskey,
} from './webauthn.ts';

/** Facts about a method that no setting changes. */
export interface MethodTraits {
  /** The level that a password and this method reach together. */
  readonly acr: Acr;
  /** RFC 8176 values that it adds; the RFC has none for a mailed code or a recovery code. */
  readonly amr: readonly string[];
  /** Whether a stranger could guess it, so that its attempts are counted (NIST SP 800-63B-4, 3.2.2). */
  readonly guessable: boolean;
  /** The kind of contact that its codes are sent to; null: it sends none. */
  readonly sends: ContactKind | null;
  /** Whether its page works with JavaScript only. */
  readonly needsScript: boolean;
  /** False: it stands in for a lost factor, and is none by itself. */
  readonly isFactor: boolean;
  /** Its use needs an alternative (NIST SP 800-63B-4, 3.1.3.3). */
  readonly isRestricted: boolean;
  /** On offer beside a restricted method, and to every administrator. */
  readonly isAlternative: boolean;
  /** The last part of the keys of its refusals in the locale files. */
  readonly words: 'app' | 'sent' | 'recovery';
}

/** The words about a code that comes from a device. Refusals that are not about a code use them too. */
export const PLAIN_WORDS = 'app' satisfies MethodTraits['words'];

/** Traits of a method that asks for a code on a page and sends none. */
export const TYPED_TRAITS = {
  guessable: true,
  sends: null,
  needsScript: false,
  isFactor: true,
  isRestricted: false,
  isAlternative: false,
  words: PLAIN_WORDS,
} as const satisfies Partial<MethodTraits>;

/** An e-mail address, or a telephone number. */
export type ContactKind = 'address' | 'number';

/** Settings by the name of the method that they are for. Null switches the method off. */
export type SettingsByMethod = Readonly<Record<string, unknown>>;

/** How far one use of a method carried a sign-in. */
export interface Assurance extends Pick<MethodTraits, 'acr' | 'amr'> {
  /** It is two factors by itself, so no password is needed beside it (NIST SP 800-63B-4, 3.1.7). */
  readonly standsAlone?: boolean;
}

/** One line of the catalogue. */
export interface MethodDefinition {
  readonly name: MethodName;
  readonly traits: MethodTraits;
  /** How far one use carried a sign-in, where that depends on the use. Default: the traits. */
  readonly assuranceOf?: (use: PasskeyUse | undefined) => Assurance;
  /** False: the name is reserved, and this release has no such method. */
  readonly isBuilt: boolean;
  /** Makes the method at work; null: it cannot be used with these settings. */
  readonly create: (settings: SettingsByMethod) => Method | null;
}

/** The methods that exist, in the order in which they are offered. */
export type Catalogue = readonly MethodDefinition[];

/** An enrolment with its secret opened for one check. */
export interface Candidate {
  readonly id: string;
  /** Null where the method keeps none, and where it cannot be opened. */
  readonly secret: string | null;
  readonly lastStep: number | null;
}

/** The contacts of an account to which codes can go. */
export type Contacts = Pick<Account, 'email' | 'emailConfirmed' | 'phone'> &
  Partial<Pick<Account, 'mailResetAt'>>;

/** The result of the verification of a browser's answer. */
export type BrowserProof =
  | ({ readonly kind: 'proven' } & UsedPasskey)
  | { readonly kind: 'malformed' | 'unknown' | 'unproven' };

/** Everything that an answer is checked against. */
export interface CheckInput {
  /** The answer, as `read` gives it. */
  readonly answer: string;
  readonly candidates: readonly Candidate[];
  /** Sent or asked, and not answered yet. */
  readonly challenge: Challenge | null;
  /** The sign-in that the answer belongs to. */
  readonly visit: {
    readonly purpose: Purpose;
    readonly tenantId: string;
    readonly accountId: string;
    readonly uid: string;
  };
  readonly contacts: Contacts;
  /** Levels that a relying party asked for; null: none. */
  readonly acrs: readonly Acr[] | null;
  /** The verified answer of a browser; null: the browser was not asked for anything. */
  readonly proof: BrowserProof | null;
  /** Keyed, so that what is kept of a code reveals nothing. */
  readonly digest: (text: string, purpose: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A key that one sign-in alone may hold. */
export interface OnceKey {
  readonly key: string;
  /** Milliseconds since the epoch; null: kept for ever. */
  readonly expiresAt: number | null;
}

/** An answer that was not accepted. */
export type Rejection =
  | { readonly kind: 'wrong'; readonly clockOffSeconds: number | null }
  | { readonly kind: 'used' }
  /** Right, or asked for, at another time: a new one is needed. */
  | { readonly kind: 'expired' }
  /** With a refusal of the method's own; `reason` is for the audit trail. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly reason: string };

/** A right answer. */
export interface Acceptance {
  readonly kind: 'accepted';
  readonly enrolmentId: string;
  readonly passkey?: PasskeyUse;
  /** The challenge is used up with it. */
  readonly spendsChallenge: boolean;
  /** The newest step or counter, which the enrolment remembers; null: none. */
  readonly lastStep: number | null;
  /** Strange, and no reason to refuse: the audit trail notes it. */
  readonly anomaly?: 'counter_behind';
}

/** A method's result for an answer, with the once-only key that has to be claimed before it holds. */
export type Verdict =
  /** `claim`: of two sign-ins that claim the key, the first one has it; for the other `otherwise` holds. */
  | (Acceptance & { readonly claim: (OnceKey & { readonly otherwise: Rejection }) | null })
  /** Used before. Accepted still, if this very sign-in holds the key: its form was sent twice. */
  | { readonly kind: 'used-before'; readonly key: string; readonly accepted: Acceptance }
  /** `burns`: the key is taken from everybody, so that the answer opens nothing later. */
  | (Rejection & { readonly burns?: OnceKey });

interface MethodParts {
  readonly name: MethodName;
  readonly traits: MethodTraits;
  /** How many digits its codes have; null where they are no digits. */
  readonly digits: number | null;
  /** The page that asks for it at a sign-in, and the field of its form that holds the answer. */
  readonly prompt: { readonly page: string; readonly field: 'code' | 'response' };
  /** The one spelling of an answer. Null: it has not the shape of one, and no attempt is counted. Never throws. */
  read(typed: string): string | null;
  /** Never throws. */
  check(input: CheckInput): Verdict;
  /** The newest time step that is accepted at a moment. Absent where answers have no time step. */
  newestStepAt?(now: number): number;
  /** Whether an enrolment can be asked for; `isReadable` tells whether its secret can be opened. */
  isReachable(candidate: Candidate & { readonly isReadable: boolean }, contacts: Contacts): boolean;
}

/** Random bytes, so many. */
export type RandomBytes = (length: number) => Uint8Array;

/** The secret of an enrolment, as its page alone shows it. */
export interface EnrolmentSecret {
  /** Nothing else shows it again. */
  readonly secret: string;
  /** An address that opens in an app, and is shown as a QR code; null: there is none. */
  readonly uri: string | null;
  readonly digits: number | null;
  readonly periodSeconds: number | null;
}

/** A method whose answer the person finds somewhere and types. */
export interface TypedMethod extends MethodParts {
  readonly kind: 'typed';
  readonly enrolment: {
    readonly page: string;
    /** Makes the secret, which is kept encrypted. */
    begin(random: RandomBytes): string;
    show(secret: string, contacts: Contacts): EnrolmentSecret;
    /** Checks the first answer, as `read` gives it, to a secret that was just made. */
    confirm(candidate: Candidate, answer: string, now: number): Verdict;
  };
}

/** A method whose code is sent, and good once and for a short while (NIST SP 800-63B-4, 3.1.3). */
export interface SentMethod extends MethodParts {
  readonly kind: 'sent';
  readonly channel: 'email' | 'sms';
  readonly sends: ContactKind;
  readonly lifetimeMs: number;
  readonly enrolment: { readonly page: string };
  /** As it is shown: of a fixed length. */
  masked(destination: string): string;
  /** The place that codes go to; null when it is not the one any more that was proven at the enrolment. */
  destinationOf(candidate: Pick<Candidate, 'secret'>, contacts: Contacts): string | null;
  /** Told where there is no such place. */
  readonly unreachable: Refusal;
}

/** A method that the browser answers by itself (WebAuthn). */
export interface BrowserMethod extends MethodParts {
  readonly kind: 'browser';
  readonly enrolment: { readonly page: string };
  /** Good as long as the visit, once. */
  newChallenge(
    purpose: Purpose,
    from: {
      readonly id: string;
      readonly random: RandomBytes;
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
    readonly acrs: readonly Acr[] | null;
  }): PasskeyRequest;
}

/** A set of codes on paper, each good once (NIST SP 800-63B-4, 3.1.2). It is made with the first factor. */
export interface SetMethod extends MethodParts {
  readonly kind: 'set';
  /** As they are shown. */
  newCodes(random: RandomBytes): readonly string[];
  /** The digest that is kept of a code of this set. */
  digestOf(setId: string, code: string, digest: CheckInput['digest']): string;
  /** The once-only key that a code of the set is used up with. */
  keyOf(setId: string, digest: string): string;
}

/** A method at work. */
export type Method = TypedMethod | SentMethod | BrowserMethod | SetMethod;

export const WRONG = { kind: 'wrong', clockOffSeconds: null } as const satisfies Rejection;
