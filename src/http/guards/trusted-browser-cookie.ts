/**
 * The cookies that identify a trusted browser: one for each account, so that sign-ins of two accounts in two tabs do not
 * overwrite the token of each other.
 */
import type { Context } from 'koa';
import { hostName, setOwnCookie } from '../../oidc/session/own-cookie.ts';
import {
  type GivenToken,
  type KeptToken,
  TRUST_TOKEN,
} from '../../use-cases/second-factor/trusted-browsers.ts';

export interface TrustedBrowserCookie {
  /** The tokens that the browser has kept, the oldest first and one for each account. */
  read(ctx: Context): readonly KeptToken[];
  /** The browser keeps it until it expires. */
  write(ctx: Context, token: GivenToken): void;
}

type Life = { readonly maxAge?: number; readonly expires?: Date };

const DAY_MS = 24 * 60 * 60 * 1000;
/** The accounts that may trust one browser. A further one replaces the oldest. */
const MOST_ACCOUNTS = 5;
const MARK = /^[\w-]{11}$/;
/** One account in the cookie of an older release, which held all of them: a mark, and a token. */
const COMBINED = /^([\w-]{11})([\w-]{43})$/;
/** Characters. No value of an older release is longer. */
const LONGEST_COMBINED = 300;

/** Over TLS the names of the cookies get the prefix `__Host-`. */
export function createTrustedBrowserCookie(name: string, trustDays: number): TrustedBrowserCookie {
  const combinedIn = ({ secure: isSecure }: Context) => hostName(name, { isSecure });
  const nameIn = (ctx: Context, mark: string) => `${combinedIn(ctx)}-${mark}`;

  function read(ctx: Context): readonly KeptToken[] {
    const { own, combined } = keptIn(ctx);
    return [...(combined ?? []), ...own];
  }

  /** `combined`: accounts that have no cookie of their own. Null: the browser has no cookie of an older release. */
  function keptIn(ctx: Context): { own: readonly KeptToken[]; combined: readonly KeptToken[] | null } {
    const prefix = nameIn(ctx, '');
    const given = pairsOf(ctx);
    const own = given.flatMap(([key, value]) => {
      const mark = key.startsWith(prefix) ? key.slice(prefix.length) : '';
      return MARK.test(mark) && TRUST_TOKEN.test(value) ? { mark, value } : [];
    });
    const [, all = null] = given.find(([key]) => key === combinedIn(ctx)) ?? [];
    const entries = all !== null && all.length <= LONGEST_COMBINED ? all.split('.').reverse() : [];
    const combined = entries.flatMap((entry) => {
      const [, mark = '', value = ''] = COMBINED.exec(entry) ?? [];
      return mark !== '' && own.every((token) => token.mark !== mark) ? { mark, value } : [];
    });
    return { own: eachOnce(own), combined: all === null ? null : eachOnce(combined) };
  }

  function write(ctx: Context, { mark, value, expiresAt }: GivenToken): void {
    const { own, combined } = keptIn(ctx);
    const others = [...(combined ?? []), ...own].filter((token) => token.mark !== mark);
    const tooMany = others.slice(0, Math.max(0, others.length + 1 - MOST_ACCOUNTS));
    for (const token of own) if (tooMany.includes(token)) set(ctx, nameIn(ctx, token.mark), '');
    if (combined !== null) {
      // Each account leaves it at its own next sign-in. Two tabs that moved all of it could undo each other's rotation.
      const left = combined.filter((token) => token.mark !== mark && !tooMany.includes(token));
      const all = left.map((token) => token.mark + token.value).reverse();
      set(ctx, combinedIn(ctx), all.join('.'), { maxAge: trustDays * DAY_MS });
    }
    set(ctx, nameIn(ctx, mark), value, { expires: new Date(expiresAt) });
  }

  /** A cookie without a value is deleted. */
  function set(ctx: Context, key: string, value: string, life: Life = {}): void {
    // It needs no signature: a token of 256 random bits is looked up by its digest.
    setOwnCookie(ctx, key, value, { ...life, isSecure: ctx.secure });
  }

  return { read, write };
}

/** The cookies of a request. Koa's own cookies keep a pattern for each name for ever, and here a name has a mark. */
function pairsOf(ctx: Context): readonly (readonly [name: string, value: string])[] {
  return ctx
    .get('cookie')
    .split(/; */)
    .map((pair) => {
      const end = pair.indexOf('=');
      return [pair.slice(0, Math.max(0, end)), pair.slice(end + 1)] as const;
    });
}

/** A request may hold several cookies of one name. The first one counts. */
function eachOnce(tokens: readonly KeptToken[]): readonly KeptToken[] {
  return tokens.filter(({ mark }, index) => tokens.findIndex((other) => other.mark === mark) === index);
}
