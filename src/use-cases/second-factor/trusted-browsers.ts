/** Trusted browsers: a person who trusts one needs no second factor in it for some time. */
import type { PolicyResult } from '../../domain/policy/policy.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import type { TrustedBrowser } from '../../domain/sign-in/trusted-browser.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { EventLog } from '../../ports/events.ts';
import type { TrustedBrowserStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';

interface TrustedBrowsersDeps {
  readonly trustedBrowsers: TrustedBrowserStore;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
  /** The days that trust lasts. */
  readonly trustDays: number;
}

/** The place of a sign-in. */
export interface Place {
  readonly ip: string;
  readonly clientId: string | null;
}

export interface Browser extends Place {
  /** Its `User-Agent`. */
  readonly name: string;
  /** The value of its cookie. Null when it has none. */
  readonly kept: string | null;
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Characters of a `User-Agent`: a longer one tells a person nothing more. */
const LONGEST_BROWSER = 200;
/** The accounts that may trust one browser. A further one replaces the oldest. */
const MOST_ACCOUNTS = 5;
/** Browsers that one act of the store removes: it ends well within the time limit of an act. */
const AT_ONCE = 1000;
/** Characters of base64url, 66 bits: enough to tell five accounts apart. */
const MARK_LENGTH = 11;
/** A mark, and a token of 256 bits. */
const ENTRY = /^[\w-]{54}$/;

/** The rest of a removal that has begun. */
export interface TrustEnding {
  finish(): Promise<void>;
}

/**
 * A browser keeps a token for each account that trusts it, under a mark of that account. So one token can be replaced
 * without the others. Revoked or expired trust gets a new token, because a thief may have a copy of the old one.
 */
export function createTrustedBrowsers({
  trustedBrowsers,
  cipher,
  events,
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

  /** Whether the person ticked the box and gave a factor that is still set up, and tenant and account allow trust. */
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
   * Trusts the browser at the end of a sign-in, if the person asked for it. Returns the new value of the cookie and its
   * expiry in milliseconds since the epoch. Null when nothing changes.
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
    // Derived from the uid of the sign-in, so that a double click creates one token.
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
    await events.append({
      ...place,
      name: 'browser.trusted',
      accountId: account.id,
      tenantId: account.tenantId,
    });
    const others = entriesOf(kept).filter((entry) => !entry.startsWith(mark));
    return { kept: [`${mark}${token}`, ...others].slice(0, MOST_ACCOUNTS).join('.'), expiresAt };
  }

  /** Notes a sign-in without a second factor, for the owner's security page. */
  async function noteUse(
    { account }: PolicyResult,
    id: string,
    usedFor: string,
    place: Place,
  ): Promise<void> {
    await trustedBrowsers.noteUse(id, { lastUsedAt: clock.now(), lastUsedFor: usedFor });
    await events.append({
      ...place,
      name: 'browser.used',
      accountId: account.id,
      tenantId: account.tenantId,
    });
  }

  /** Newest first. */
  function list(accountId: string): Promise<TrustedBrowser[]> {
    return trustedBrowsers.listByAccount(accountId, clock.now());
  }

  /** Does nothing when it is gone already. */
  async function revoke({ account }: PolicyResult, id: string, ip: string): Promise<void> {
    if (!(await trustedBrowsers.remove(account.id, id))) return;
    const who = { accountId: account.id, tenantId: account.tenantId };
    await events.append({ ...who, name: 'browser.revoked', ip });
  }

  /**
   * Removes trust where a tenant forbids it, so that it does not return when the tenant allows it again. Removes one
   * batch of each tenant. `finish` removes the rest, which may take long; no decision depends on it.
   */
  async function endWhereForbidden(tenants: readonly Tenant[]): Promise<TrustEnding> {
    const left: Tenant[] = [];
    for (const tenant of tenants) {
      if (tenant.secondFactor.trustedDevices) continue;
      const ended = await trustedBrowsers.removeTenant(tenant.id, AT_ONCE);
      if (ended > 0)
        await events.append({ name: 'browser.revoked', tenantId: tenant.id, reason: 'enforced' });
      if (ended >= AT_ONCE) left.push(tenant);
    }
    return { finish: () => removeRest(left) };
  }

  async function removeRest(tenants: readonly Tenant[]): Promise<void> {
    for (const { id } of tenants) while ((await trustedBrowsers.removeTenant(id, AT_ONCE)) >= AT_ONCE);
  }

  return { idIn, trust, noteUse, list, revoke, endWhereForbidden };
}

export type TrustedBrowsers = ReturnType<typeof createTrustedBrowsers>;
