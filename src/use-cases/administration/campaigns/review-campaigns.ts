/**
 * Mailings as administrators see them: those of the tenant, and a manager those of the own account alone. Their recipients
 * are shown as far as the viewer sees these people now.
 */
import type { Account } from '../../../domain/account.ts';
import {
  type CampaignOutcome,
  type CampaignPlace,
  type CampaignState,
  type Recipient,
  reachOf,
} from '../../../domain/administration/campaign.ts';
import { isInScope, type Scope } from '../../../domain/administration/may-act.ts';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import type { CampaignStore } from '../../../ports/administration/campaign-store.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Clock } from '../../../ports/system.ts';

interface CampaignReviewDeps {
  readonly campaigns: Pick<CampaignStore, 'find' | 'page' | 'setPaused' | 'recipients'>;
  readonly administration: Pick<AdministrationStore, 'accountsById'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

export interface ListedCampaign extends CampaignState {
  /** Null: that account is gone, or the viewer does not see it. */
  readonly begunBy: Account | null;
}

export interface CampaignPage {
  readonly campaigns: readonly ListedCampaign[];
  /** The last mailing of this page. Null: there are no more. */
  readonly next: CampaignPlace | null;
}

export interface ShownRecipient extends Recipient {
  readonly account: Account;
}

export interface RecipientPage {
  readonly recipients: readonly ShownRecipient[];
  /** The id of the account after which the next page begins. Null on the last page. */
  readonly next: string | null;
}

/** Mailings on a page. */
const CAMPAIGN_PAGE = 10;
/** Recipients on a page, and in a part of a file. */
const RECIPIENT_PAGE = 100;

export type CampaignReview = ReturnType<typeof createCampaignReview>;

export function createCampaignReview({ campaigns, administration, events, clock }: CampaignReviewDeps) {
  /** The newest first. */
  async function list(actor: Account, after: CampaignPlace | null): Promise<CampaignPage> {
    const scope = reachOf(actor);
    if (!scope) return { campaigns: [], next: null };
    const found = await campaigns.page(actor.tenantId, ownerFor(actor), after, CAMPAIGN_PAGE + 1);
    const shown = found.slice(0, CAMPAIGN_PAGE);
    const last = found.length > CAMPAIGN_PAGE ? shown.at(-1) : undefined;
    return {
      campaigns: await withOwners(scope, shown),
      next: last ? { createdAt: last.createdAt, id: last.id } : null,
    };
  }

  /** Null when there is no such mailing that the actor sees. */
  async function find(actor: Account, id: string): Promise<ListedCampaign | null> {
    const scope = reachOf(actor);
    const found = scope && (await campaigns.find(id));
    if (!found || found.tenantId !== actor.tenantId) return null;
    const owner = ownerFor(actor);
    if (owner !== null && found.by !== owner) return null;
    return (await withOwners(scope, [found]))[0] ?? null;
  }

  async function withOwners(scope: Scope, found: readonly CampaignState[]): Promise<ListedCampaign[]> {
    const ids = [...new Set(found.map(({ by }) => by))];
    const owners = ids.length === 0 ? new Map<string, Account>() : await administration.accountsById(ids);
    return found.map((campaign) => {
      const owner = owners.get(campaign.by);
      // A manager sees the own mailings alone, whatever the own groups are.
      const isSeen = owner && owner.tenantId === scope.tenantId;
      return { ...campaign, begunBy: isSeen ? owner : null };
    });
  }

  /** False when there is no such mailing that the actor sees. A repeated call changes nothing. */
  async function setPaused(actor: Account, id: string, isPaused: boolean, ip: string): Promise<boolean> {
    if (!(await find(actor, id))) return false;
    if (!(await campaigns.setPaused(id, isPaused ? clock.now() : null))) return true;
    const line = { tenantId: actor.tenantId, actor: actor.id, ip, reason: id };
    await events.append({ ...line, name: isPaused ? 'campaign.paused' : 'campaign.resumed' });
    return true;
  }

  /** A page may have fewer people than the mailing: those whom the actor does not see now are left out. */
  async function recipients(
    actor: Account,
    id: string,
    outcome: CampaignOutcome | null,
    after: string | null,
  ): Promise<RecipientPage> {
    const scope = reachOf(actor);
    if (!scope) return { recipients: [], next: null };
    const found = await campaigns.recipients(id, outcome, after, RECIPIENT_PAGE + 1);
    const shown = found.slice(0, RECIPIENT_PAGE);
    const next = found.length > RECIPIENT_PAGE ? (shown.at(-1)?.accountId ?? null) : null;
    return { recipients: await within(scope, shown), next };
  }

  async function within(scope: Scope, found: readonly Recipient[]): Promise<ShownRecipient[]> {
    const ids = found.map(({ accountId }) => accountId);
    const accounts = ids.length === 0 ? new Map<string, Account>() : await administration.accountsById(ids);
    return found.flatMap((recipient) => {
      const account = accounts.get(recipient.accountId);
      return account && isInScope(scope, account) ? [{ ...recipient, account }] : [];
    });
  }

  /** All recipients, part by part, so that a list of any size fits into memory. */
  async function* everybody(actor: Account, id: string): AsyncGenerator<readonly ShownRecipient[]> {
    let after: string | null = null;
    do {
      const part: RecipientPage = await recipients(actor, id, null, after);
      yield part.recipients;
      after = part.next;
    } while (after !== null);
  }

  return { list, find, setPaused, recipients, everybody };
}

/** The account whose mailings alone this person sees. Null: those of the tenant. */
function ownerFor({ id, role }: Account): string | null {
  return role === 'admin' ? null : id;
}
