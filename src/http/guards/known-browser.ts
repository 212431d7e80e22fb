/**
 * Remembers in a signed cookie which e-mail addresses have signed in from this browser. A known browser has password
 * attempts of its own, so that a stranger's failures do not lock its owner out. A second, encrypted cookie has the
 * e-mail address of the last sign-in, so that nobody types it twice.
 */
import type { Context } from 'koa';
import { normaliseEmail } from '../../domain/account.ts';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import type { Cipher, Random } from '../../ports/system.ts';
import { unwantedBecause, type WantedAccount } from '../../use-cases/sign-in/wanted-account.ts';

interface KnownBrowserDeps {
  readonly cipher: Pick<Cipher, 'digest' | 'encrypt' | 'tryDecrypt'>;
  readonly random: Pick<Random, 'id'>;
  readonly isHttps: boolean;
}

/** A year in milliseconds, and more e-mail addresses than most people have. */
const KEPT_MS = 365 * 24 * 60 * 60 * 1000;
const MOST_ADDRESSES = 5;
/** Thirty days in milliseconds. The next sign-in begins them anew. */
const EMAIL_KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** The account of the last sign-in. */
interface Remembered {
  readonly id: string;
  readonly tenantId: string;
  readonly email: string;
}

export function createKnownBrowser({ cipher, random, isHttps: isSecure }: KnownBrowserDeps) {
  const name = hostName('known', { isSecure });
  const emailName = hostName('last-email', { isSecure });
  /** A copy of the one cookie tells nothing without the other. */
  const purposeOf = (browserId: string) => `remembered-email|${browserId}`;

  function markOf(email: string): string {
    return cipher.digest(normaliseEmail(email), 'known-browser');
  }

  function read(ctx: Context): { id: string; marks: string[] } | null {
    const [id, ...marks] = ctx.cookies.get(name, { signed: true })?.split('.') ?? [];
    return id ? { id, marks } : null;
  }

  /** The browser's id when it has signed in with this address before. Null otherwise. */
  function idFor(ctx: Context, email: string): string | null {
    const known = read(ctx);
    return known?.marks.includes(markOf(email)) ? known.id : null;
  }

  /**
   * The person of the last sign-in from this browser, as a digest. Null when nobody has signed in from it. One person has
   * any number of browsers, each with an id of its own.
   */
  function personIn(ctx: Context): string | null {
    return read(ctx)?.marks[0] ?? null;
  }

  function remember(ctx: Context, { id, tenantId, email }: Remembered): void {
    const known = read(ctx) ?? { id: random.id(), marks: [] };
    const mark = markOf(email);
    const marks = [mark, ...known.marks.filter((other) => other !== mark)].slice(0, MOST_ADDRESSES);
    const value = [known.id, ...marks].join('.');
    setOwnCookie(ctx, name, value, { isSecure, signed: true, maxAge: KEPT_MS });
    const remembered = cipher.encrypt(JSON.stringify({ id, tenantId, email }), purposeOf(known.id));
    setOwnCookie(ctx, emailName, remembered, { isSecure, maxAge: EMAIL_KEPT_MS });
  }

  /** The e-mail address of the last sign-in. Null when there is none, or when the request does not take its account. */
  function lastEmail(ctx: Context, wanted: WantedAccount): string | null {
    const known = read(ctx);
    const value = ctx.cookies.get(emailName, { signed: false });
    const text = known && value ? cipher.tryDecrypt(value, purposeOf(known.id)) : null;
    if (text === null) return null;
    const last: Remembered = JSON.parse(text);
    // Whether the account may sign in is told after its password only.
    return unwantedBecause({ ...last, disabledAt: null }, wanted) === null ? last.email : null;
  }

  /** The browser stays known. */
  function forgetEmail(ctx: Context): void {
    setOwnCookie(ctx, emailName, null, { isSecure });
  }

  return { idFor, personIn, remember, lastEmail, forgetEmail };
}

export type KnownBrowser = ReturnType<typeof createKnownBrowser>;
