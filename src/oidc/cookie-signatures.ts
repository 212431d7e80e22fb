/**
 * Signs cookies, with what Koa and oidc-provider ask of the keygrip package. That one makes keys of bytes for each use,
 * and compares by two more HMACs: three times the price of all that is kept of a cookie.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

export interface CookieSignatures {
  sign(data: string): string;
  verify(data: string, signature: string): boolean;
  /** Which key made the signature, the newest being 0; -1: none of them. */
  index(data: string, signature: string): number;
}

/** The first key signs; the others are still taken, and their cookies signed anew. */
export function createCookieSignatures(keys: readonly string[]): CookieSignatures {
  const [newest, ...older] = keys.map((key) => createSecretKey(Buffer.from(key)));
  if (!newest) throw new Error('at least one cookie key is needed');
  const all = [newest, ...older];

  function index(data: string, signature: string): number {
    const given = Buffer.from(signature);
    return all.findIndex((key) => {
      const expected = Buffer.from(signed(data, key));
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
  }

  return {
    sign: (data) => signed(data, newest),
    verify: (data, signature) => index(data, signature) >= 0,
    index,
  };
}

function signed(data: string, key: KeyObject): string {
  return createHmac('sha256', key).update(data).digest('base64url');
}
