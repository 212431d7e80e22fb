/** Mailings to many people in the background: what an administrator has begun, and what became of each recipient. */
import { createHash } from 'node:crypto';
import type { Account } from '../account.ts';
import { mayOpen, type Scope, scopeOf } from './may-act.ts';
import { isPeopleFilter, type PeopleFilter } from './people-filter.ts';

/** The end of one recipient's turn. */
export const CAMPAIGN_OUTCOMES = [
  /** A link that confirms the address was mailed. */
  'sent',
  /** The person has not joined yet, and an invitation was mailed. */
  'invited',
  /** The address was confirmed meanwhile. */
  'confirmed',
  /** The account was disabled meanwhile, or waits for the answer to a report. */
  'disabled',
  /** The one who began the mailing does not see the person any more. */
  'out-of-reach',
  /** The account was removed meanwhile. */
  'gone',
  /** The person has had as many of these mails as a day allows. */
  'limited',
  /** The address takes no mail. */
  'undelivered',
] as const;

export type CampaignOutcome = (typeof CAMPAIGN_OUTCOMES)[number];

export function isCampaignOutcome(text: string): text is CampaignOutcome {
  return CAMPAIGN_OUTCOMES.some((outcome) => outcome === text);
}

/** The list of people that the mailing was begun for. Empty texts and null narrow nothing. */
export interface CampaignSearch {
  readonly q: string;
  readonly filter: PeopleFilter | null;
  readonly group: string;
}

/** As it was stored. A filter of a newer release is taken for none: that release lists the recipients. */
export function readCampaignSearch(stored: Readonly<Record<string, unknown>> | null): CampaignSearch {
  const { q, filter, group } = stored ?? {};
  return {
    q: typeof q === 'string' ? q : '',
    filter: typeof filter === 'string' && isPeopleFilter(filter) ? filter : null,
    group: typeof group === 'string' ? group : '',
  };
}

export interface Campaign {
  readonly id: string;
  readonly tenantId: string;
  /** The groups whose members it reaches. Null: all members of the tenant. */
  readonly groups: readonly string[] | null;
  /** The id of the account that began it. */
  readonly by: string;
  readonly search: CampaignSearch;
  /** The number of recipients at the beginning. */
  readonly expected: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A mailing as it stands. */
export interface CampaignState extends Campaign {
  /** Milliseconds since the epoch. Null: it is not paused. */
  readonly pausedAt: number | null;
  /** The e-mail address up to which its recipients are listed. Null: none is listed yet. */
  readonly listedTo: string | null;
  /** Whether all recipients are listed. */
  readonly isListed: boolean;
  /** Milliseconds since the epoch. Null: it has not ended. */
  readonly endedAt: number | null;
  /** Recipients that are listed. */
  readonly listed: number;
  /** Recipients of each outcome. */
  readonly counts: Readonly<Partial<Record<CampaignOutcome, number>>>;
}

/** The place of a mailing in a list that begins with the newest. */
export type CampaignPlace = Pick<Campaign, 'createdAt' | 'id'>;

export interface Recipient {
  readonly accountId: string;
  /** Null: the recipient has not had a turn yet. */
  readonly outcome: CampaignOutcome | null;
  /** The time of the outcome, in milliseconds since the epoch. */
  readonly atMs: number | null;
}

/** Milliseconds for which a mailing and its results are kept. */
export const CAMPAIGN_KEPT_MS = 90 * 24 * 60 * 60 * 1000;

/**
 * The same for each turn of a recipient: limits, mails and audit lines count it once. It can stand in the id of a mail
 * (RFC 5322, 3.6.4), and names nobody.
 */
export function turnIdOf(campaignId: string, accountId: string): string {
  return createHash('sha256')
    .update(JSON.stringify([campaignId, accountId]))
    .digest('hex')
    .slice(0, 40);
}

/** Recipients that have had their turn. */
export function doneIn({ counts }: Pick<CampaignState, 'counts'>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The recipients of a mailing, as far as it is known. */
export function totalOf({ isListed, listed, expected }: CampaignState): number {
  return isListed ? listed : Math.max(listed, expected);
}

export function scopeOfCampaign({ tenantId, groups }: Pick<Campaign, 'tenantId' | 'groups'>): Scope {
  return { tenantId, groups };
}

/** The people whom this account reaches by a mailing now. Null: none. */
export function reachOf(account: Account | null): Scope | null {
  if (!account || account.disabledAt !== null || !mayOpen(account.role, 'campaigns')) return null;
  return scopeOf(account);
}
