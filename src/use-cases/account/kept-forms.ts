/**
 * Keeps what was typed into a form while its person gives a second factor. It is encrypted, belongs to one session and one
 * page, and the next form of the session takes its place.
 */
import { isObject, readObject } from '../../domain/json.ts';
import type { DraftStore } from '../../ports/administration/drafts.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

interface KeptFormsDeps {
  readonly drafts: Pick<DraftStore, 'put' | 'find'>;
  readonly cipher: Pick<Cipher, 'encrypt' | 'tryDecrypt' | 'digest'>;
  readonly clock: Clock;
}

export interface KeptForm {
  /** The address that the form was sent to: a page may have several forms. */
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Milliseconds: as long as an interaction, in which the factor is given. */
const KEPT_MS = 15 * 60 * 1000;
/** Characters of all names and values together. The messages of a workspace are the longest. */
const LONGEST = 16_000;

export type KeptForms = ReturnType<typeof createKeptForms>;

export function createKeptForms({ drafts, cipher, clock }: KeptFormsDeps) {
  const keyOf = (sessionUid: string) => cipher.digest(sessionUid, 'kept-form');
  const purposeOf = (sessionUid: string, page: string) => `kept-form|${sessionUid}|${page}`;

  /** False for more than is kept. `page`: the path of the page that the form stands on. */
  async function keep(sessionUid: string, page: string, form: KeptForm): Promise<boolean> {
    const text = JSON.stringify(form);
    if (text.length > LONGEST) return false;
    const sealed = cipher.encrypt(text, purposeOf(sessionUid, page));
    await drafts.put(keyOf(sessionUid), { sealed }, clock.now() + KEPT_MS);
    return true;
  }

  /** Null for another page or session than the form's, and for a form that is too old. */
  async function find(sessionUid: string, page: string): Promise<KeptForm | null> {
    const { sealed } = (await drafts.find(keyOf(sessionUid), clock.now())) ?? {};
    const text = typeof sealed === 'string' ? cipher.tryDecrypt(sealed, purposeOf(sessionUid, page)) : null;
    const { action, fields } = (text === null ? null : readObject(text)) ?? {};
    if (typeof action !== 'string' || !isObject(fields)) return null;
    return { action, fields: fields as KeptForm['fields'] };
  }

  return { keep, find };
}
