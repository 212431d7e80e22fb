/**
 * Signs cookies in place of the keygrip package. Keygrip makes keys of bytes for each use and compares by two more
 * HMACs, which takes three times as long.
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { CookieSignatures } from '../../ports/cookies.ts';

/** The first key signs. Signatures of the other keys are accepted, and Koa signs their cookies again. */
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
