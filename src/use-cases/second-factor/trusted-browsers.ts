/** Browsers in which a person need not give a second factor for a while, because they once said so there. */
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TrustedBrowser } from '../../domain/sign-in/trusted-browser.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { TrustedBrowserStore } from '../../ports/stores.ts';
import type { AuditLog, Cipher, Clock } from '../../ports/system.ts';

interface TrustedBrowsersDeps {
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly auditLog: AuditLog;
  readonly clock: Clock;
  /** For how many days. */
  readonly trustDays: number;
}

/** Where it happens. */
export interface Place {
  readonly ip: string;
  readonly clientId: string | null;
}

export interface Browser extends Place {
  /** As it names itself. */
  readonly name: string;
  /** What it has kept so far; null: nothing. */
  readonly kept: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** The browser names itself; more than this says nothing to a person. */
const LONGEST_BROWSER = 200;
/** Of one browser: a family's. Whoever is one more takes the place of who said so longest ago. */
const MOST_ACCOUNTS = 5;
/** Characters of base64url, 66 bits: enough to tell five accounts apart. */
const MARK_LENGTH = 11;
/** A mark, and a token of 256 bits. */
const ENTRY = /^[\w-]{54}$/;

/**
 * A browser keeps a token for each account that trusts it, under a mark of that account. So one can be made anew
 * without touching the others: trust that was taken back or ran out never comes back with its old token, of which a
 * thief may have a copy.
 */
export function createTrustedBrowsers({
  trustedBrowsers,
  cipher,
  auditLog,
  clock,
  trustDays,
}: TrustedBrowsersDeps) {
  function markOf(accountId: string): string {
    return cipher.digest(accountId, 'trusted-browser-mark').slice(0, MARK_LENGTH);
  }

  function entriesOf(kept: string | null): readonly string[] {
    return (kept ?? '').split('.').filter((entry) => ENTRY.test(entry));
  }

  function idOf(accountId: string, token: string): string {
    return cipher.digest(`${accountId}|${token}`, 'trusted-browser');
  }

  function tokenIn(kept: string | null, accountId: string): string | null {
    const mark = markOf(accountId);
    return (
      entriesOf(kept)
        .find((entry) => entry.startsWith(mark))
        ?.slice(MARK_LENGTH) ?? null
    );
  }

  /** Under which name this account's trust in the browser is kept, if there is any; null: there is none. */
  function idIn(kept: string | null, accountId: string): string | null {
    const token = tokenIn(kept, accountId);
    return token === null ? null : idOf(accountId, token);
  }

  /** Whether the person said so, has given a second factor that is still theirs, and nobody objects. */
  function isMeant(
    { trustBrowser, authentications }: SignInTransaction,
    { tenant, account, enrolments }: PolicyResult,
  ): boolean {
    const isAllowed = tenant.secondFactor.trustedDevices && account.frozenAt === null;
    return (
      trustBrowser &&
      isAllowed &&
      enrolments.some(({ id }) => authentications.some((each) => each.enrolmentId === id))
    );
  }

  /**
   * At the end of a sign-in, for so many days, if it was meant. Gives what the browser is to keep, and until when
   * (milliseconds since the epoch); null: nothing new.
   */
  async function trust(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    { name, kept, ...place }: Browser,
  ): Promise<{ readonly kept: string; readonly expiresAt: number } | null> {
    if (!isMeant(transaction, policyResult)) return null;
    const { account } = policyResult;
    const now = clock.now();
    const expiresAt = now + trustDays * DAY_MS;
    const mark = markOf(account.id);
    const own = tokenIn(kept, account.id);
    const before = own === null ? null : await trustedBrowsers.find(idOf(account.id, own), now);
    // Made of the sign-in's own uid: two clicks of one form make one trust.
    const token =
      (before && own) ?? cipher.digest(`${account.id}|${transaction.uid}`, 'trusted-browser-token');
    const id = idOf(account.id, token);
    await trustedBrowsers.remove(account.id, id);
    await trustedBrowsers.insert({
      id,
      accountId: account.id,
      tenantId: account.tenantId,
      browser: name.slice(0, LONGEST_BROWSER),
      createdAt: now,
      lastUsedAt: before?.lastUsedAt ?? null,
      lastUsedFor: before?.lastUsedFor ?? null,
      expiresAt,
    });
    await auditLog({ ...place, event: 'browser.trusted', accountId: account.id, tenantId: account.tenantId });
    const others = entriesOf(kept).filter((entry) => !entry.startsWith(mark));
    return { kept: [`${mark}${token}`, ...others].slice(0, MOST_ACCOUNTS).join('.'), expiresAt };
  }

  /** A sign-in went without a second factor on its account: its owner can see where. */
  async function noteUse(
    { account }: PolicyResult,
    id: string,
    usedFor: string,
    place: Place,
  ): Promise<void> {
    await trustedBrowsers.noteUse(id, { lastUsedAt: clock.now(), lastUsedFor: usedFor });
    await auditLog({ ...place, event: 'browser.used', accountId: account.id, tenantId: account.tenantId });
  }

  /** Newest first. */
  function list(accountId: string): Promise<TrustedBrowser[]> {
    return trustedBrowsers.listByAccount(accountId, clock.now());
  }

  /** Nothing happens to what is gone already. */
  async function revoke({ account }: PolicyResult, id: string, ip: string): Promise<void> {
    if (!(await trustedBrowsers.remove(account.id, id))) return;
    const who = { accountId: account.id, tenantId: account.tenantId };
    await auditLog({ ...who, event: 'browser.revoked', ip });
  }

  /** What was trusted before a tenant forbade it is not trusted again when that is allowed once more. */
  async function endWhereForbidden(tenants: readonly Tenant[]): Promise<void> {
    const forbidding = tenants.filter(({ secondFactor }) => !secondFactor.trustedDevices);
    await Promise.all(
      forbidding.map(async ({ id: tenantId }) => {
        const ended = await trustedBrowsers.removeTenant(tenantId);
        if (ended > 0) await auditLog({ event: 'browser.revoked', tenantId, reason: 'enforced' });
      }),
    );
  }

  return { idIn, trust, noteUse, list, revoke, endWhereForbidden };
}

export type TrustedBrowsers = ReturnType<typeof createTrustedBrowsers>;
