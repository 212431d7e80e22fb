/** Gives an administrator a pass for a person without a factor, and shows it once. */
import {
  PASS_BYTES,
  PASS_DIGEST,
  PASS_LIFETIME_MS,
  passKey,
  passOf,
} from '../../../domain/codes/temporary-pass.ts';
import { hasFactor } from '../../../domain/enrolment/enrolment.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { beginningAt, isBarred } from '../../../domain/sign-in/ending.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { EnrolmentStore, OnceStore } from '../../../ports/stores.ts';
import { type Cipher, type Clock, type Random, SecretUnreadable } from '../../../ports/system.ts';
import { type Acting, type ActPermission, lineOf } from './permission.ts';

interface IssuePassDeps {
  readonly permission: Pick<ActPermission, 'refuseUnless'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek' | 'claim'>;
  readonly cipher: Pick<Cipher, 'digest' | 'encrypt' | 'decrypt'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** Milliseconds in which the page can show the pass. */
const SHOWN_MS = 5 * 60_000;

export function createIssuePass(deps: IssuePassDeps) {
  const { permission, enrolments, onceKeys, cipher, events, clock, random } = deps;

  /** Gives the id under which the page shows the pass. */
  async function issue(acting: Acting): Promise<Outcome<string>> {
    const refusal = await permission.refuseUnless(acting, 'temporary-pass');
    if (refusal) return refusal;
    const { target } = acting;
    if (isBarred(target)) return refused({ code: 'forbidden', because: 'person_barred' });
    if (hasFactor(await enrolments.listByAccount(target.id)))
      return refused({ code: 'forbidden', because: 'has_factor' });
    const pass = passOf(random.bytes(PASS_BYTES));
    const issuedAt = beginningAt(clock.now(), target);
    const key = passKey(target.id, cipher.digest(pass, PASS_DIGEST));
    await onceKeys.first(key, String(issuedAt), issuedAt + PASS_LIFETIME_MS);
    await events.append({ ...lineOf(acting), name: 'account.pass_issued', account: target });
    const id = random.id();
    const shown = cipher.encrypt(pass, purposeOf(acting, id));
    await onceKeys.first(shownKey(id), shown, clock.now() + SHOWN_MS);
    return accepted(id);
  }

  /** Null for everybody but the one who has issued it, and from the second look on. */
  async function reveal(acting: Acting, id: string): Promise<string | null> {
    const shown = await onceKeys.peek(shownKey(id));
    const pass = shown === null ? null : opened(shown, purposeOf(acting, id));
    if (pass === null) return null;
    return (await onceKeys.claim(`${shownKey(id)}:seen`, clock.now() + SHOWN_MS)) ? pass : null;
  }

  /** Null for what was made by another actor, for another person, or under a key that is gone. */
  function opened(shown: string, purpose: string): string | null {
    try {
      return cipher.decrypt(shown, purpose);
    } catch (error) {
      if (error instanceof SecretUnreadable) return null;
      throw error;
    }
  }

  return { issue, reveal };
}

export type IssuePass = ReturnType<typeof createIssuePass>;

function shownKey(id: string): string {
  return `temporary-pass-shown:${id}`;
}

function purposeOf({ actor, target }: Pick<Acting, 'actor' | 'target'>, id: string): string {
  return ['temporary-pass', target.tenantId, target.id, actor.id, id].join('|');
}
