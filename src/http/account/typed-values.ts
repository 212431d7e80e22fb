/**
 * Carries what was typed through the sign-in that comes between a form and its page. The values are encrypted in the address,
 * which stands in logs and in the history of the browser, and belong to one account.
 */

import { isObject, readJson } from '../../domain/json.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import type { Fields } from '../guards/forms.ts';

interface TypedValuesDeps {
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt'>;
  readonly clock: Clock;
}

/** The fields of the page. No secret is among them. */
const CARRIED = ['name', 'locale', 'phone', 'email', 'notification_email'] as const;

const PURPOSE = 'typed-values';
/** Milliseconds: as long as an interaction. */
const KEPT_MS = 15 * 60 * 1000;
/** Characters. A longer address is carried by no form (`ownPath`), and no detail of a person is longer. */
const LONGEST = 1000;

export function createTypedValues({ cipher, clock }: TypedValuesDeps) {
  /** Null for more than an address can hold. */
  function seal(accountId: string, fields: Fields): string | null {
    const typed = CARRIED.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]]));
    const text = JSON.stringify([accountId, clock.now() + KEPT_MS, Object.fromEntries(typed)]);
    return text.length > LONGEST ? null : cipher.encrypt(text, PURPOSE);
  }

  /** Empty for values of another account, values that are too old, and anything else. */
  function open(accountId: string, sealed: unknown): Fields {
    const text = typeof sealed === 'string' ? cipher.tryDecrypt(sealed, PURPOSE) : null;
    const read = text === null ? null : readJson(text);
    const [id, until, fields] = Array.isArray(read) ? read : [];
    if (id !== accountId || typeof until !== 'number' || until <= clock.now() || !isObject(fields)) return {};
    const typed = CARRIED.flatMap((name) => (typeof fields[name] === 'string' ? [[name, fields[name]]] : []));
    return Object.fromEntries(typed);
  }

  return { seal, open };
}

export type TypedValues = ReturnType<typeof createTypedValues>;
