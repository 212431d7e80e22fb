/** Ends the family of a refresh token that was replayed. Other families of the same session and grant stay. */
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, OnceStore } from '../../ports/stores.ts';
import type { Clock } from '../../ports/system.ts';

interface ReplayedFamiliesDeps {
  readonly onceKeys: Pick<OnceStore, 'claim' | 'held'>;
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly clientName: (clientId: string) => string;
  /** Milliseconds for which anything issued from a sign-in may live. */
  readonly issuedLifetimeMs: number;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** A request with a replayed refresh token. */
export interface Replay {
  readonly accountId: string;
  readonly clientId: string;
  readonly ip: string;
}

export function createReplayedFamilies(needs: ReplayedFamiliesDeps) {
  const { onceKeys, accounts, clientName, issuedLifetimeMs, events, clock } = needs;
  const keyOf = (family: string) => `token-family:${family}`;

  /** Whether a token of this family was replayed. Every other token of it is refused as well. */
  async function isEnded(family: string): Promise<boolean> {
    return (await onceKeys.held([keyOf(family)])).size > 0;
  }

  /** Ends the family. Appends one event for a family, however often its tokens are replayed. */
  async function end(family: string, { accountId, clientId, ip }: Replay): Promise<void> {
    const account = await accounts.findById(accountId);
    if (!(await onceKeys.claim(keyOf(family), clock.now() + issuedLifetimeMs))) return;
    await events.append({
      name: 'refresh_token.replayed',
      account,
      application: clientName(clientId),
      accountId,
      tenantId: account?.tenantId ?? null,
      clientId,
      ip,
    });
  }

  return { isEnded, end };
}

export type ReplayedFamilies = ReturnType<typeof createReplayedFamilies>;
