/** Trusted browsers: a person who trusts one needs no second factor in it for some time. */
import type { Account } from '../../domain/account.ts';
import type { DomainEvent } from '../../domain/events.ts';
import { mayTrustBrowsers } from '../../domain/policy/minimum.ts';
import type { PolicyResult } from '../../domain/policy/policy.ts';
import { beganAt, type Ending, hasEnded } from '../../domain/sign-in/ending.ts';
import type { SignInTransaction } from '../../domain/sign-in/transaction.ts';
import {
  NOT_TRUSTED,
  rotated,
  type TrustedBrowser,
  type TrustToken,
  trustBy,
} from '../../domain/sign-in/trusted-browser.ts';
import type { Tenant } from '../../domain/tenant.ts';
import type { EventLog } from '../../ports/events.ts';
import type { TrustedBrowserStore } from '../../ports/stores.ts';
import type { Cipher, Clock } from '../../ports/system.ts';
import type { PendingEvents } from '../events/pending-events.ts';

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
  /** Events of this request that wait: those of a browser wait with them. */
  readonly pending?: PendingEvents | null | undefined;
}

/** A token that a browser keeps for one account that trusts it. */
export interface KeptToken {
  /** Tells the accounts of a browser apart, and names none. */
  readonly mark: string;
  readonly value: string;
}

/** A token for a browser to keep. */
export interface GivenToken extends KeptToken {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export interface Browser extends Place {
  /** Its `User-Agent`. */
  readonly name: string;
  /** The tokens of its cookies. */
  readonly kept: readonly KeptToken[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
/** Characters of a `User-Agent`: a longer one tells a person nothing more. */
const LONGEST_BROWSER = 200;
/** Browsers that one act of the store removes: it ends well within the time limit of an act. */
const AT_ONCE = 1000;
/** Characters of base64url, 66 bits: enough to tell five accounts apart. */
const MARK_LENGTH = 11;
/** Characters of base64url, 132 bits: too many to guess. */
const PROOF_LENGTH = 22;
/** A series of 256 bits; after its first use also the generation, and the proof that this server gave that one out. */
export const TRUST_TOKEN = /^([\w-]{43})(?:\.([1-9]\d{0,8})\.([\w-]{22}))?$/;

/** The rest of a removal that has begun. */
export interface TrustEnding {
  finish(): Promise<void>;
}

/**
 * A browser keeps a token for each account that trusts it. The series in a token stays, and finds the trusted browser.
 * The generation rises with each use, so that a copy and its original cannot both be used for long. A token follows from
 * the one before it and a key, so that a request that is repeated, or sent twice, gets the same one.
 *
 * Revoked or expired trust gets a new series, because a thief may have a copy of the old one.
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

  function idOf(accountId: string, series: string): string {
    return cipher.digest(`${accountId}|${series}`, 'trusted-browser');
  }

  function proofOf(series: string, generation: number): string {
    return cipher.digest(`${series}|${generation}`, 'trusted-browser-generation').slice(0, PROOF_LENGTH);
  }

  /** Releases before the rotation have given out the series alone. */
  function tokenOf(series: string, generation: number): string {
    return generation === 0 ? series : `${series}.${generation}.${proofOf(series, generation)}`;
  }

  /** Null for a value that this server has not given out. */
  function readToken(value: string): { readonly series: string; readonly generation: number } | null {
    const [, series, generation, proof] = TRUST_TOKEN.exec(value) ?? [];
    if (series === undefined) return null;
    if (generation === undefined || proof === undefined) return { series, generation: 0 };
    // Digests are compared: the time of the comparison tells nothing about the expected proof.
    const blind = (value: string) => cipher.digest(value, 'trusted-browser-proof');
    const isGiven = blind(proof) === blind(proofOf(series, Number(generation)));
    return isGiven ? { series, generation: Number(generation) } : null;
  }

  function ownIn(kept: readonly KeptToken[], accountId: string) {
    const mark = markOf(accountId);
    const own = kept.find((token) => token.mark === mark);
    return own ? readToken(own.value) : null;
  }

  /** The token of this account among those of a browser. Null: the account does not trust it. */
  function tokenIn(kept: readonly KeptToken[], accountId: string): TrustToken | null {
    const own = ownIn(kept, accountId);
    return own && { id: idOf(accountId, own.series), generation: own.generation };
  }

  function given({ accountId, generation, expiresAt }: TrustedBrowser, series: string): GivenToken {
    return { mark: markOf(accountId), value: tokenOf(series, generation), expiresAt };
  }

  /** Whether the person ticked the box and gave a factor that is still set up, and tenant and account allow trust. */
  function isMeant(
    { trustBrowser, authentications }: SignInTransaction,
    { tenant, account, enrolments, minimum }: PolicyResult,
  ): boolean {
    const isAllowed = mayTrustBrowsers({ minimum }, tenant.secondFactor) && account.frozenAt === null;
    return (
      trustBrowser &&
      isAllowed &&
      enrolments.some(({ id }) => authentications.some((each) => each.enrolmentId === id))
    );
  }

  /**
   * Trusts the browser at the end of a sign-in, if the person asked for it, and gives the token to keep. Null when nothing
   * changes.
   */
  async function trust(
    transaction: SignInTransaction,
    policyResult: PolicyResult,
    { name, kept, pending, ...place }: Browser,
  ): Promise<GivenToken | null> {
    if (!isMeant(transaction, policyResult)) return null;
    const { id: accountId, tenantId } = policyResult.account;
    const now = clock.now();
    const about = {
      browser: name.slice(0, LONGEST_BROWSER),
      // An ending that comes between the password and this step ends the trust too.
      createdAt: beganAt(transaction.authentications),
      expiresAt: now + trustDays * DAY_MS,
    };
    const renewed = await renew(policyResult.account, kept, about);
    // Derived from the uid of the sign-in, so that a double click creates one trusted browser.
    const series = cipher.digest(`${accountId}|${transaction.uid}`, 'trusted-browser-token');
    const id = idOf(accountId, series);
    const nothing = { lastUsedAt: null, lastUsedFor: null, generation: 0, rotations: [] };
    const browser = { ...about, ...nothing, id, accountId, tenantId };
    if (!renewed) await trustedBrowsers.insert(browser);
    await note({ ...place, name: 'browser.trusted', accountId, tenantId }, pending);
    return renewed ?? given(browser, series);
  }

  async function note(event: DomainEvent, pending: Place['pending']): Promise<void> {
    if (pending) pending.add(event);
    else await events.append(event);
  }

  /** Trusts a browser again that is still trusted. Null when it is not. */
  async function renew(
    account: Account,
    kept: readonly KeptToken[],
    about: Pick<TrustedBrowser, 'browser' | 'createdAt' | 'expiresAt'>,
  ): Promise<GivenToken | null> {
    const own = ownIn(kept, account.id);
    const now = clock.now();
    const before = own && (await trustedBrowsers.find(idOf(account.id, own.series), now));
    if (
      !before ||
      hasEnded(before.createdAt, account) ||
      trustBy(before, own.generation, now).kind !== 'trusted'
    )
      return null;
    const renewed = await trustedBrowsers.rotate({ ...rotated(before, own.generation, now), ...about });
    return renewed && given(renewed, own.series);
  }

  /**
   * Notes a sign-in without a second factor, for the owner's security page, and gives the next token. Null when the trust
   * ended meanwhile.
   */
  async function use(
    { account, trust: current = NOT_TRUSTED }: PolicyResult,
    { kept, ip, clientId, pending }: Browser,
    usedFor: string,
  ): Promise<GivenToken | null> {
    const own = ownIn(kept, account.id);
    if (!own || current.kind !== 'trusted') return null;
    const now = clock.now();
    const next = rotated(current.browser, own.generation, now);
    // A repeated use finds the browser rotated. The store gives the newest generation then, which the answer carries.
    const stored = await trustedBrowsers.rotate({ ...next, lastUsedAt: now, lastUsedFor: usedFor });
    if (!stored) return null;
    const who = { accountId: account.id, tenantId: account.tenantId };
    await note({ ...who, name: 'browser.used', ip, clientId }, pending);
    return given(stored, own.series);
  }

  /**
   * Ends the trust whose outdated token came with the right password: the token was copied, or its browser never got the
   * next one. Sessions that rely on the trust end with it.
   */
  async function endOutdated(
    policyResult: PolicyResult,
    { ip, clientId, pending }: Place,
  ): Promise<PolicyResult> {
    const { account, trust: current } = policyResult;
    if (current?.kind !== 'outdated') return policyResult;
    if (await trustedBrowsers.remove(account.id, current.browser.id)) {
      const who = { account, accountId: account.id, tenantId: account.tenantId };
      await note({ ...who, name: 'browser.replayed', ip, clientId }, pending);
    }
    return { ...policyResult, trust: NOT_TRUSTED };
  }

  /** Newest first. */
  async function list(account: Pick<Account, 'id'> & Ending): Promise<TrustedBrowser[]> {
    const found = await trustedBrowsers.listByAccount(account.id, clock.now());
    return found.filter(({ createdAt }) => !hasEnded(createdAt, account));
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

  return { tokenIn, trust, use, endOutdated, list, revoke, endWhereForbidden };
}

export type TrustedBrowsers = ReturnType<typeof createTrustedBrowsers>;
