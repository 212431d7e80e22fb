/** The secret parts of the links in our mails. They are encrypted, so that nobody else can create or read one. */
import type { Account } from '../../domain/account.ts';
import { beginningAt, type Ending } from '../../domain/sign-in/ending.ts';
import { type Cipher, type Clock, SecretUnreadable } from '../../ports/system.ts';

interface LinkTokensDeps {
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt'>;
  readonly clock: Clock;
}

/** The account of a link. */
type Addressee = Pick<Account, 'id' | 'email'> & Partial<Ending>;

export interface LinkContent {
  /** The id of the account. */
  readonly id: string;
  /** The address that the mail went to. */
  readonly email: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The request for a reset, or the application, that the link is about. Null: the account alone. */
  readonly about: string | null;
}

/** The purpose of a link. */
export type LinkUse = 'confirm-email' | 'not-me' | 'cancel-reset' | 'set-up-again' | 'invitation';

/** Milliseconds. A mail may lie unread for a weekend; a change may be noticed after a holiday. */
export const LINK_LIFETIME_MS: Readonly<Record<LinkUse, number>> = {
  'confirm-email': 3 * 24 * 60 * 60 * 1000,
  'not-me': 30 * 24 * 60 * 60 * 1000,
  // A request lives for three days, and its approval may cool off for a week.
  'cancel-reset': 14 * 24 * 60 * 60 * 1000,
  'set-up-again': 3 * 24 * 60 * 60 * 1000,
  invitation: 7 * 24 * 60 * 60 * 1000,
};

/** Milliseconds for which the key that encrypted a link has to stay. */
export const LONGEST_LINK_MS = Math.max(...Object.values(LINK_LIFETIME_MS));

export function createLinkTokens({ cipher, clock }: LinkTokensDeps) {
  function tokenFor(use: LinkUse, account: Addressee, about: string | null = null): string {
    const { id, email, endsBefore = null, frozenAt = null } = account;
    const now = clock.now();
    const issuedAt = beginningAt(now, { endsBefore, frozenAt });
    return cipher.encrypt(JSON.stringify([id, email, now + LINK_LIFETIME_MS[use], issuedAt, about]), use);
  }

  /** Null for a token that is foreign or expired. */
  function read(use: LinkUse, token: string): LinkContent | null {
    const content = open(use, token);
    return content && content.expiresAt > clock.now() ? content : null;
  }

  /** Also that of an expired link, whose page can then say more. Null for a token that is foreign. */
  function open(use: LinkUse, token: string): LinkContent | null {
    const [id, email, expiresAt, given, aim] = partsOf(use, token);
    if (typeof id !== 'string' || typeof email !== 'string' || typeof expiresAt !== 'number') return null;
    // A link of an older release tells no time of its own.
    const issuedAt = given === undefined ? expiresAt - LINK_LIFETIME_MS[use] : given;
    if (typeof issuedAt !== 'number') return null;
    const about = typeof aim === 'string' ? aim : null;
    return { id, email, issuedAt, expiresAt, about };
  }

  function partsOf(use: LinkUse, token: string): readonly unknown[] {
    try {
      const parts: unknown = JSON.parse(cipher.decrypt(token, use));
      return Array.isArray(parts) ? parts : [];
    } catch (error) {
      if (error instanceof SecretUnreadable || error instanceof SyntaxError) return [];
      throw error;
    }
  }

  return { tokenFor, read, open };
}

export type LinkTokens = ReturnType<typeof createLinkTokens>;
