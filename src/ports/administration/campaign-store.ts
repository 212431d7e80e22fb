/**
 * The storage interface of mailings in the background. A recipient is an insert under its mailing and its account, so that
 * nobody is listed twice.
 */
import type {
  Campaign,
  CampaignOutcome,
  CampaignPlace,
  CampaignState,
  Recipient,
} from '../../domain/administration/campaign.ts';

export interface CampaignStore {
  /** False when a mailing with this id exists; it stays as it is. */
  insert(campaign: Campaign): Promise<boolean>;
  find(id: string): Promise<CampaignState | null>;
  /**
   * The mailings of a tenant, those of one account alone (`by` null: all), newest first, from the one after `after` (null:
   * from the newest), at most `limit`.
   */
  page(
    tenantId: string,
    by: string | null,
    after: CampaignPlace | null,
    limit: number,
  ): Promise<CampaignState[]>;
  /** The ids of mailings that neither rest nor have ended, oldest first, at most `limit`. */
  listRunning(limit: number): Promise<string[]>;
  /** Whether it neither rests nor has ended. */
  isRunning(id: string): Promise<boolean>;
  /** Null goes on. False when nothing has changed, or the mailing has ended. */
  setPaused(id: string, atMs: number | null): Promise<boolean>;
  /** Lists these accounts. Those that are listed already stay as they are. `listedTo` null: there are no more. */
  addRecipients(campaign: Campaign, accountIds: readonly string[], listedTo: string | null): Promise<void>;
  /** The accounts that wait for their turn, in the order of their ids, at most `limit`. */
  listWaiting(id: string, limit: number): Promise<string[]>;
  /** The first outcome of a recipient stays. */
  settle(id: string, accountId: string, outcome: CampaignOutcome, atMs: number): Promise<void>;
  /** The first end stays. */
  end(id: string, atMs: number): Promise<void>;
  /**
   * In the order of the ids of the accounts, from the one after `after` (null: from the first), at most `limit`. `outcome`
   * null: all recipients.
   */
  recipients(
    id: string,
    outcome: CampaignOutcome | null,
    after: string | null,
    limit: number,
  ): Promise<Recipient[]>;
}
