/** Browsers in which a person need not give a second factor for a while, because they once said so there. */
import type { Judgement } from '../domain/policy.ts';
import type { TrustedBrowser } from '../domain/trusted-browser.ts';
import type { TrustedBrowserStore } from '../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../ports/system.ts';

interface Needs {
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly box: Pick<SecretBox, 'digest'>;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Pick<Random, 'bytes'>;
  /** For how many days. */
  readonly trustDays: number;
}

/** Where it happens. */
interface Place {
  readonly address: string;
  readonly clientId: string | null;
}

const TOKEN_BYTES = 32;
const DAY_MS = 24 * 60 * 60 * 1000;
/** The browser names itself; more than this says nothing to a person. */
const LONGEST_BROWSER = 200;

export function createTrustedBrowsers({ trustedBrowsers, box, trail, clock, random, trustDays }: Needs) {
  /** What a browser is given to keep: 256 bits of chance, the same for every account that is used in it. */
  function newToken(): string {
    return Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');
  }

  /** Under which name the trust of this account in that browser is kept. */
  function idOf(accountId: string, token: string): string {
    return box.digest(`${accountId}|${token}`, 'trusted-browser');
  }

  /** From now on, for so many days. Gives when it ends, in milliseconds since the epoch. */
  async function trust(
    { account }: Judgement,
    token: string,
    browser: string,
    place: Place,
  ): Promise<{ readonly expiresAt: number }> {
    const id = idOf(account.id, token);
    const now = clock.now();
    const expiresAt = now + trustDays * DAY_MS;
    await trustedBrowsers.remove(account.id, id);
    await trustedBrowsers.insert({
      id,
      accountId: account.id,
      browser: browser.slice(0, LONGEST_BROWSER),
      createdAt: now,
      lastUsedAt: null,
      lastUsedFor: null,
      expiresAt,
    });
    await trail({ ...place, event: 'browser.trusted', accountId: account.id, tenantId: account.tenantId });
    return { expiresAt };
  }

  /** A sign-in went without a second factor on its account: its owner can see where. */
  async function noteUse({ account }: Judgement, id: string, usedFor: string, place: Place): Promise<void> {
    await trustedBrowsers.noteUse(id, { lastUsedAt: clock.now(), lastUsedFor: usedFor });
    await trail({ ...place, event: 'browser.used', accountId: account.id, tenantId: account.tenantId });
  }

  /** Newest first. */
  function list(accountId: string): Promise<TrustedBrowser[]> {
    return trustedBrowsers.listByAccount(accountId, clock.now());
  }

  /** One of them, or all; nothing happens to what is gone already. */
  async function revoke(
    { account }: Judgement,
    which: { id: string } | 'all',
    address: string,
  ): Promise<void> {
    const wasThere =
      which === 'all'
        ? (await trustedBrowsers.removeAll(account.id)) > 0
        : await trustedBrowsers.remove(account.id, which.id);
    if (!wasThere) return;
    const who = { accountId: account.id, tenantId: account.tenantId };
    await trail({ ...who, event: 'browser.revoked', address });
  }

  return { newToken, idOf, trust, noteUse, list, revoke };
}

export type TrustedBrowsers = ReturnType<typeof createTrustedBrowsers>;
