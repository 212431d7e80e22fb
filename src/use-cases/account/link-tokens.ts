/** The secret parts of the links in our mails. They are encrypted, so that nobody else can create or read one. */
import type { Account } from '../../domain/account.ts';
import { CHANGE_LINK_MS, RESTORE_LINK_MS } from '../../domain/self-service/email-change.ts';
import { beginningAt } from '../../domain/sign-in/ending.ts';
import { type Cipher, type Clock, SecretUnreadable } from '../../ports/system.ts';

interface LinkTokensDeps {
  readonly cipher: Pick<Cipher, 'encrypt' | 'decrypt' | 'digest'>;
  readonly clock: Clock;
}

/** The account of a link. */
type Addressee = Pick<Account, 'id' | 'email'> &
  Partial<Pick<Account, 'endsBefore' | 'frozenAt' | 'passwordHash'>>;

export interface LinkContent {
  /** The id of the account. */
  readonly id: string;
  /** The address that the mail went to. */
  readonly email: string;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Whether the mail was about the removal of a factor by an administrator. */
  readonly isOfRemoval: boolean;
  /** In a link for a new password: the digest of the password that it replaces. Empty in other links. */
  readonly mark: string;
  /** The request for a reset, or the application, that the link is about. Null: the account alone. */
  readonly about: string | null;
}

/** A new link holds these beside its account. */
export type LinkDetails = Partial<Pick<LinkContent, 'isOfRemoval' | 'about'>>;

/** The purpose of a link. */
export type LinkUse =
  | 'confirm-email'
  | 'not-me'
  | 'reset-password'
  | 'change-email'
  | 'confirm-notices'
  | 'restore-email'
  | 'cancel-reset'
  | 'set-up-again'
  | 'invitation';

/** Milliseconds. A mail may lie unread for a weekend; a change may be noticed after a holiday. */
export const LINK_LIFETIME_MS: Readonly<Record<LinkUse, number>> = {
  'confirm-email': 3 * 24 * 60 * 60 * 1000,
  'not-me': 30 * 24 * 60 * 60 * 1000,
  'reset-password': 30 * 60 * 1000,
  'change-email': CHANGE_LINK_MS,
  'confirm-notices': CHANGE_LINK_MS,
  'restore-email': RESTORE_LINK_MS,
  // A request lives for three days, and its approval may cool off for a week.
  'cancel-reset': 14 * 24 * 60 * 60 * 1000,
  'set-up-again': 3 * 24 * 60 * 60 * 1000,
  invitation: 7 * 24 * 60 * 60 * 1000,
};

/** Milliseconds for which the key that encrypted a link has to stay. */
export const LONGEST_LINK_MS = Math.max(...Object.values(LINK_LIFETIME_MS));

/** Characters of base64url, 132 bits. */
const MARK_LENGTH = 22;

export function createLinkTokens({ cipher, clock }: LinkTokensDeps) {
  function tokenFor(use: LinkUse, account: Addressee, details: LinkDetails = {}): string {
    const { id, email, endsBefore = null, frozenAt = null } = account;
    const now = clock.now();
    const issuedAt = beginningAt(now, { endsBefore, frozenAt });
    const mark = use === 'reset-password' ? markOf(account) : '';
    return tokenOf(use, {
      id,
      email,
      issuedAt,
      expiresAt: now + LINK_LIFETIME_MS[use],
      isOfRemoval: details.isOfRemoval ?? false,
      mark,
      about: details.about ?? null,
    });
  }

  /** Another password gives another mark, so that a link ends with the password that it was asked for. */
  function markOf({ passwordHash = null }: Partial<Pick<Account, 'passwordHash'>>): string {
    return cipher.digest(passwordHash ?? '', 'link-password').slice(0, MARK_LENGTH);
  }

  /** For a link whose time is stored with its account: only this one is that link. */
  function tokenIssuedAt(
    use: LinkUse,
    { id, email }: Pick<Account, 'id' | 'email'>,
    issuedAt: number,
  ): string {
    return tokenOf(use, {
      id,
      email,
      issuedAt,
      expiresAt: issuedAt + LINK_LIFETIME_MS[use],
      isOfRemoval: false,
      mark: '',
      about: null,
    });
  }

  function tokenOf(use: LinkUse, content: LinkContent): string {
    const { id, email, issuedAt, expiresAt, isOfRemoval, mark, about } = content;
    return cipher.encrypt(JSON.stringify([id, email, expiresAt, issuedAt, isOfRemoval, mark, about]), use);
  }

  /** Null for a token that is foreign or expired. */
  function read(use: LinkUse, token: string): LinkContent | null {
    const content = open(use, token);
    return content && content.expiresAt > clock.now() ? content : null;
  }

  /** Also that of an expired link, whose page can then say more. Null for a token that is foreign. */
  function open(use: LinkUse, token: string): LinkContent | null {
    const [id, email, expiresAt, given, removal, mark = '', aim] = partsOf(use, token);
    if (typeof id !== 'string' || typeof email !== 'string' || typeof expiresAt !== 'number') return null;
    // A link of an older release tells no time of its own.
    const issuedAt = given === undefined ? expiresAt - LINK_LIFETIME_MS[use] : given;
    if (typeof issuedAt !== 'number' || typeof mark !== 'string') return null;
    const about = typeof aim === 'string' ? aim : null;
    return { id, email, issuedAt, expiresAt, isOfRemoval: removal === true, mark, about };
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

  return { tokenFor, tokenIssuedAt, read, open, markOf };
}

export type LinkTokens = ReturnType<typeof createLinkTokens>;
