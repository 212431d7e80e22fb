/** The change of a password by a person who is signed in. */
import { normalisePassword } from '../../../domain/account.ts';
import { standsAlone } from '../../../domain/policy/assurance.ts';
import { accepted, FROZEN, type Outcome, type Refusal, refused } from '../../../domain/refusal.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Clock } from '../../../ports/system.ts';
import type { PasswordAttempts, PasswordPlace } from '../../sign-in/password-attempts.ts';
import type { Visit } from '../visit.ts';
import type { Passwords } from './passwords.ts';
import type { SetPassword } from './set-password.ts';

interface PasswordChangeDeps {
  readonly passwords: Pick<Passwords, 'check' | 'hash'>;
  readonly passwordAttempts: Pick<PasswordAttempts, 'lockoutOf' | 'compare'>;
  readonly setPassword: SetPassword;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface PasswordChange extends PasswordPlace {
  /** As typed. */
  readonly current: string;
  /** As typed. */
  readonly password: string;
  readonly keepSessions: boolean;
}

/** Milliseconds for which a passkey takes the place of the current password. */
const PASSKEY_COUNTS_MS = 5 * 60_000;

export function createPasswordChange(needs: PasswordChangeDeps) {
  const { passwords, passwordAttempts, setPassword, events, clock } = needs;

  /** False without a password, and after a passkey that is two factors by itself. */
  function needsCurrent({ record, policyResult }: Visit): boolean {
    const since = clock.now() - PASSKEY_COUNTS_MS;
    const byPasskey = record.authentications.some(
      (event) => event.method !== 'pwd' && event.atMs >= since && standsAlone(event),
    );
    return policyResult.account.passwordHash !== null && !byPasskey;
  }

  /** Counts a wrong one as a sign-in does. Null when it is right. */
  async function refusalOfCurrent({ policyResult }: Visit, typed: PasswordChange): Promise<Refusal | null> {
    const { account } = policyResult;
    const { id: accountId, tenantId, email, passwordHash: hash } = account;
    const { ip, knownBrowser } = typed;
    if (typed.current === '') return { code: 'field_invalid', because: 'current_password_missing' };
    const lockout = await passwordAttempts.lockoutOf(email);
    const password = normalisePassword(typed.current);
    const current = { email, accountId, password, hash, lockout };
    const compared = await passwordAttempts.compare({ ...current, ip, knownBrowser });
    if (compared.kind === 'right') {
      await compared.forget();
      return null;
    }
    const refusal: Refusal =
      compared.kind === 'waits'
        ? { code: 'too_many_attempts', retryAt: compared.retryAt }
        : { code: 'credentials_invalid', field: 'current_password' };
    await events.append({ name: 'password.refused', accountId, tenantId, ip, reason: refusal.code });
    return refusal;
  }

  /** Ends the other sessions unless they are kept, and the trust in every browser. This session goes on. */
  async function change(visit: Visit, typed: PasswordChange): Promise<Outcome<null>> {
    const { account } = visit.policyResult;
    if (account.frozenAt !== null) return refused(FROZEN);
    const refusal = needsCurrent(visit) ? await refusalOfCurrent(visit, typed) : null;
    if (refusal) return refused(refusal);
    const checked = await passwords.check(account, typed.password);
    if (!checked.ok) return checked;
    const isSet = await setPassword(account, {
      hash: await passwords.hash(checked.value),
      event: 'password.changed',
      ip: typed.ip,
      ends: typed.keepSessions ? 'none' : { but: visit.record.sessionUid },
    });
    return isSet ? accepted(null) : refused({ code: 'session_expired' });
  }

  return { needsCurrent, change };
}

export type PasswordChanges = ReturnType<typeof createPasswordChange>;
