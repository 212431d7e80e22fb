/** Mailings in the background in MongoDB. */
import { trusted } from 'mongoose';
import {
  CAMPAIGN_KEPT_MS,
  type Campaign,
  type CampaignPlace,
  type CampaignState,
  isCampaignOutcome,
  type Recipient,
  readCampaignSearch,
} from '../../../domain/administration/campaign.ts';
import { readObject } from '../../../domain/json.ts';
import type { CampaignStore } from '../../../ports/administration/campaign-store.ts';
import type { Connection } from '../connection.ts';
import { isFirst, storedBefore } from '../faults.ts';
import type { CampaignDocument, RecipientDocument } from '../schema/campaign.ts';
import type { Models } from '../schema/collections.ts';
import { dateOf, idOf } from '../stored-values.ts';

const RUNNING = { endedAt: null, pausedAt: null };

type Tally = Readonly<Record<string, number>>;

function toDocument({ id, tenantId, groups, by, search, expected, createdAt }: Campaign): CampaignDocument {
  return {
    _id: id,
    tenantId,
    groups: groups && [...groups],
    by,
    search: JSON.stringify(search),
    expected,
    createdAt: new Date(createdAt),
    pausedAt: null,
    listedTo: null,
    isListed: false,
    endedAt: null,
    tally: null,
    expiresAt: new Date(createdAt + CAMPAIGN_KEPT_MS),
  };
}

function toState(found: CampaignDocument, tally: Tally): CampaignState {
  const { '': left = 0, ...known } = tally;
  return {
    id: found._id,
    tenantId: found.tenantId,
    groups: found.groups ?? null,
    by: found.by,
    search: readCampaignSearch(readObject(found.search)),
    expected: found.expected,
    createdAt: found.createdAt.getTime(),
    pausedAt: found.pausedAt?.getTime() ?? null,
    listedTo: found.listedTo ?? null,
    isListed: found.isListed,
    endedAt: found.endedAt?.getTime() ?? null,
    listed: Object.values(known).reduce((sum, number) => sum + number, left),
    counts: known,
  };
}

function toRecipient({ accountId, outcome, at }: RecipientDocument): Recipient {
  return {
    accountId,
    outcome: outcome !== null && isCampaignOutcome(outcome) ? outcome : null,
    atMs: at?.getTime() ?? null,
  };
}

export function createCampaignStore({ act }: Connection, { campaigns, recipients }: Models): CampaignStore {
  async function countsOf(campaignId: string): Promise<Tally> {
    const groups = await recipients.aggregate<{ _id: string | null; count: number }>([
      { $match: { campaignId } },
      { $group: { _id: '$outcome', count: { $sum: 1 } } },
    ]);
    return Object.fromEntries(groups.map(({ _id, count }) => [_id ?? '', count]));
  }

  async function stateOf(found: CampaignDocument): Promise<CampaignState> {
    const kept = found.tally ? readObject(found.tally) : null;
    return toState(found, (kept as Tally | null) ?? (await countsOf(found._id)));
  }

  function afterPlace(after: CampaignPlace | null) {
    if (after === null) return {};
    const at = new Date(after.createdAt);
    return {
      $or: [{ createdAt: trusted({ $lt: at }) }, { createdAt: at, _id: trusted({ $gt: after.id }) }],
    };
  }

  return {
    insert: (campaign) => act(() => isFirst(campaigns.insertOne(toDocument(campaign)))),
    find: (id) =>
      act(async () => {
        const found = await campaigns.findOne({ _id: id }).lean();
        return found ? stateOf(found) : null;
      }),
    page: (tenantId, by, after, limit) =>
      act(async () => {
        const those = { tenantId, ...(by !== null && { by }), ...afterPlace(after) };
        const found = await campaigns.find(those).sort({ createdAt: -1, _id: 1 }).limit(limit).lean();
        return Promise.all(found.map(stateOf));
      }),
    listRunning: (limit) =>
      act(async () => {
        const those = { endedAt: null, pausedAt: null };
        const found = await campaigns
          .find(those, { _id: 1 })
          .sort({ createdAt: 1, _id: 1 })
          .limit(limit)
          .lean();
        return found.map(({ _id }) => _id);
      }),
    isRunning: (id) =>
      act(async () => (await campaigns.findOne({ _id: id, ...RUNNING }, { _id: 1 }).lean()) !== null),
    setPaused: (id, atMs) =>
      act(async () => {
        const isOther = atMs === null ? trusted({ $ne: null }) : null;
        const { modifiedCount } = await campaigns.updateOne(
          { _id: id, endedAt: null, pausedAt: isOther },
          { $set: { pausedAt: dateOf(atMs) } },
        );
        return modifiedCount === 1;
      }),
    addRecipients: ({ id, createdAt }, accountIds, listedTo) =>
      act(async () => {
        const expiresAt = new Date(createdAt + CAMPAIGN_KEPT_MS);
        const documents = accountIds.map((accountId) => ({
          _id: idOf(id, accountId),
          campaignId: id,
          accountId,
          outcome: null,
          at: null,
          expiresAt,
        }));
        if (documents.length > 0)
          await storedBefore(recipients.insertMany(documents, { ordered: false, lean: true }));
        await campaigns.updateOne(
          { _id: id, isListed: false },
          { $set: listedTo === null ? { isListed: true } : { listedTo } },
        );
      }),
    listWaiting: (id, limit) =>
      act(async () => {
        const those = { campaignId: id, outcome: null };
        const found = await recipients
          .find(those, { accountId: 1 })
          .sort({ accountId: 1 })
          .limit(limit)
          .lean();
        return found.map(({ accountId }) => accountId);
      }),
    settle: (id, accountId, outcome, atMs) =>
      act(async () => {
        const those = { _id: idOf(id, accountId), outcome: null };
        await recipients.updateOne(those, { $set: { outcome, at: new Date(atMs) } });
      }),
    end: (id, atMs) =>
      act(async () => {
        const tally = JSON.stringify(await countsOf(id));
        await campaigns.updateOne({ _id: id, endedAt: null }, { $set: { endedAt: new Date(atMs), tally } });
      }),
    recipients: (id, outcome, after, limit) =>
      act(async () => {
        const those = {
          campaignId: id,
          ...(outcome !== null && { outcome }),
          accountId: trusted({ $gt: after ?? '' }),
        };
        const found = await recipients.find(those).sort({ accountId: 1 }).limit(limit).lean();
        return found.map(toRecipient);
      }),
  };
}
