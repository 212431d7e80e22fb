/**
 * Keeps the "it was not me" links of before valid through a change of the password. A person who changes the password of
 * somebody else ends sessions by it, but must not end the links by which its owner reports that.
 */
import type { Account } from '../../domain/account.ts';
import { hasEnded } from '../../domain/sign-in/ending.ts';
import type { OnceStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';
import type { RaisedEnding } from '../sign-in/end-sessions.ts';
import { LINK_LIFETIME_MS } from './link-tokens.ts';

interface SparedReportsDeps {
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly clock: Clock;
}

/** Changes in a row that a link outlives. Each of them tells the owner, with a new link. */
const MOST_CHANGES = 200;

export function createSparedReports({ onceKeys, clock }: SparedReportsDeps) {
  const keyOf = (accountId: string, endsBefore: number) => `reports-spared:${accountId}:${endsBefore}`;

  /** Notes that this ending was a change of the password. */
  async function spare(accountId: string, { before, at }: RaisedEnding): Promise<void> {
    const expiresAt = clock.now() + LINK_LIFETIME_MS['not-me'];
    await onceKeys.first(keyOf(accountId, at), String(before ?? 0), expiresAt);
  }

  /** Whether a link was issued before an ending that was no change of the password. */
  async function isOutdated(issuedAt: number, account: Account): Promise<boolean> {
    if (!hasEnded(issuedAt, account)) return false;
    let end = account.endsBefore ?? 0;
    for (let change = 0; change < MOST_CHANGES && issuedAt < end; change += 1) {
      const before = await onceKeys.peek(keyOf(account.id, end));
      if (before === null) return true;
      end = Number(before);
    }
    return issuedAt < end;
  }

  return { spare, isOutdated };
}

export type SparedReports = ReturnType<typeof createSparedReports>;
