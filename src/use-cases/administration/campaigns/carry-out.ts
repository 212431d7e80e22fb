/**
 * Carries out mailings, in any process that serves. Time is divided into slots: one process has a slot of a mailing, by a
 * once-only key, and mails to a bounded number of people in it. That is the pace, and the next process goes on where one
 * has died. Each step of a turn may be repeated: limits, mails, audit lines and outcomes count once.
 */
import type { Account } from '../../../domain/account.ts';
import {
  type CampaignOutcome,
  type CampaignState,
  reachOf,
  scopeOfCampaign,
} from '../../../domain/administration/campaign.ts';
import { isInScope, type Scope } from '../../../domain/administration/may-act.ts';
import { isMailbox } from '../../../domain/destination.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { CampaignStore } from '../../../ports/administration/campaign-store.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore, OnceStore } from '../../../ports/stores.ts';
import type { Clock } from '../../../ports/system.ts';
import type { PeopleLists } from '../people/people-lists.ts';
import type { Activation, TurnOutcome } from '../person/activation.ts';

interface CampaignRunDeps {
  readonly campaigns: CampaignStore;
  readonly accounts: Pick<AccountStore, 'findById'>;
  readonly onceKeys: Pick<OnceStore, 'claim'>;
  readonly peopleLists: Pick<PeopleLists, 'unconfirmed'>;
  readonly activation: Pick<Activation, 'mail'>;
  readonly tenants: readonly Tenant[];
  readonly around: { readonly events: EventLog; readonly clock: Clock };
}

/** Milliseconds. */
export const SLOT_MS = 2000;
/** Mails of one mailing in a slot: 36,000 in an hour. */
export const MAILS_IN_SLOT = 20;
/** Parts of a list of people that are read in a slot. */
const PARTS_IN_SLOT = 5;
/** People who are looked up before it is asked again whether the mailing rests. */
const BATCH = 5;
/** Mailings that take turns. The others wait until one of them has ended. */
const MOST_AT_ONCE = 20;
/** Milliseconds for which a slot is known. The clocks of instances may differ by less. */
const SLOT_KEPT_MS = 5 * 60_000;

export type CarryOutCampaigns = (signal?: AbortSignal) => Promise<void>;

export function createCampaignRun(deps: CampaignRunDeps): CarryOutCampaigns {
  const { campaigns, accounts, onceKeys, peopleLists, activation, tenants, around } = deps;
  const { events, clock } = around;

  async function takeSlot(id: string): Promise<boolean> {
    const now = clock.now();
    return onceKeys.claim(`campaign-slot:${id}:${Math.floor(now / SLOT_MS)}`, now + SLOT_KEPT_MS);
  }

  async function run(id: string, signal: AbortSignal | undefined): Promise<void> {
    const campaign = await campaigns.find(id);
    const tenant = campaign && tenants.find((each) => each.id === campaign.tenantId);
    // Another instance may know a tenant that this one has not loaded yet.
    if (!tenant || !(await takeSlot(id))) return;
    const reach = reachOf(await accounts.findById(campaign.by));
    const isListed = campaign.isListed || (await list(campaign, signal));
    const isOver = await mail({ campaign, tenant, reach }, signal);
    if (!isListed || !isOver) return;
    const once = { key: id, atMs: campaign.createdAt };
    const line = { tenantId: campaign.tenantId, actor: campaign.by, reason: id };
    await events.append({ ...line, name: 'campaign.ended', once });
    await campaigns.end(id, clock.now());
  }

  /** Lists the next recipients. True when there are no more. */
  async function list(campaign: CampaignState, signal: AbortSignal | undefined): Promise<boolean> {
    let after = campaign.listedTo;
    for (let parts = 0; parts < PARTS_IN_SLOT && !signal?.aborted; parts += 1) {
      const part = await peopleLists.unconfirmed(scopeOfCampaign(campaign), campaign.search, after);
      await campaigns.addRecipients(campaign, part?.ids ?? [], part?.upTo ?? null);
      if (!part) return true;
      after = part.upTo;
    }
    return false;
  }

  interface Round {
    readonly campaign: CampaignState;
    readonly tenant: Tenant;
    /** The people whom the one who began it sees now. */
    readonly reach: Scope | null;
  }

  /** True when nobody who is listed waits for a turn. */
  async function mail(round: Round, signal: AbortSignal | undefined): Promise<boolean> {
    const { id } = round.campaign;
    for (let turns = 0; turns < MAILS_IN_SLOT; turns += BATCH) {
      const waiting = await campaigns.listWaiting(id, BATCH);
      if (waiting.length === 0) return true;
      if (turns > 0 && !(await campaigns.isRunning(id))) return false;
      for (const accountId of waiting) {
        if (signal?.aborted) return false;
        const outcome = await turn(round, accountId);
        if (outcome === null) return false;
        await campaigns.settle(id, accountId, outcome, clock.now());
      }
    }
    return false;
  }

  /** Null: mail can't be handed over now. The next slot tries again. */
  async function turn({ campaign, tenant, reach }: Round, accountId: string): Promise<TurnOutcome> {
    const account = await accounts.findById(accountId);
    const obstacle = obstacleFor(account, [scopeOfCampaign(campaign), reach]);
    if (!account || obstacle) return obstacle;
    return activation.mail({ campaign, account, tenant });
  }

  return async (signal) => {
    for (const id of await campaigns.listRunning(MOST_AT_ONCE)) {
      if (signal?.aborted) return;
      await run(id, signal);
    }
  };
}

/** Why a recipient gets no mail. Null: there is no reason. */
function obstacleFor(
  account: Account | null,
  scopes: readonly (Scope | null)[],
): Exclude<CampaignOutcome, 'sent' | 'invited'> | null {
  if (!account) return 'gone';
  if (!scopes.every((scope) => scope !== null && isInScope(scope, account))) return 'out-of-reach';
  if (account.disabledAt !== null) return 'disabled';
  if (account.emailConfirmed) return 'confirmed';
  return isMailbox(account.email) ? null : 'undelivered';
}
