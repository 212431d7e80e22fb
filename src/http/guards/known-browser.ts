/**
 * Remembers in a signed cookie which e-mail addresses have signed in from this browser. A known browser has password
 * attempts of its own, so that a stranger's failures do not lock its owner out.
 */
import type { Context } from 'koa';
import { normaliseEmail } from '../../domain/account.ts';
import type { Cipher, Random } from '../../ports/system.ts';

interface KnownBrowserDeps {
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly random: Pick<Random, 'id'>;
  readonly isHttps: boolean;
}

/** A year in milliseconds, and more e-mail addresses than most people have. */
const KEPT_MS = 365 * 24 * 60 * 60 * 1000;
const MOST_ADDRESSES = 5;

export function createKnownBrowser({ cipher, random, isHttps }: KnownBrowserDeps) {
  const name = isHttps ? '__Host-known' : 'known';

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

  function remember(ctx: Context, email: string): void {
    const known = read(ctx) ?? { id: random.id(), marks: [] };
    const mark = markOf(email);
    const marks = [mark, ...known.marks.filter((other) => other !== mark)].slice(0, MOST_ADDRESSES);
    const value = [known.id, ...marks].join('.');
    ctx.cookies.set(name, value, {
      signed: true,
      httpOnly: true,
      sameSite: 'lax',
      secure: isHttps,
      maxAge: KEPT_MS,
    });
  }

  return { idFor, personIn, remember };
}

export type KnownBrowser = ReturnType<typeof createKnownBrowser>;
