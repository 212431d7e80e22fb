/** Mailings in the background in SQLite. */
import {
  type Campaign,
  type CampaignPlace,
  type CampaignState,
  isCampaignOutcome,
  type Recipient,
  readCampaignSearch,
} from '../../../domain/administration/campaign.ts';
import { readJson, readObject } from '../../../domain/json.ts';
import type { CampaignStore } from '../../../ports/administration/campaign-store.ts';
import type { Database } from '../sqlite/database.ts';
import { insertInto } from '../sqlite/insertion.ts';

type Row = {
  id: string;
  tenant_id: string;
  groups: string | null;
  begun_by: string;
  search: string;
  expected: number;
  created_at: number;
  paused_at: number | null;
  listed_to: string | null;
  is_listed: number;
  ended_at: number | null;
  tally: string | null;
};

type Count = { outcome: string | null; number: number };

type RecipientRow = { account_id: string; outcome: string | null; at: number | null };

const COLUMNS = [
  'id',
  'tenant_id',
  'groups',
  'begun_by',
  'search',
  'expected',
  'created_at',
] as const satisfies readonly (keyof Row)[];

function toRow(campaign: Campaign) {
  return {
    id: campaign.id,
    tenant_id: campaign.tenantId,
    groups: campaign.groups && JSON.stringify(campaign.groups),
    begun_by: campaign.by,
    search: JSON.stringify(campaign.search),
    expected: campaign.expected,
    created_at: campaign.createdAt,
  };
}

function toRecipient({ account_id: accountId, outcome, at }: RecipientRow): Recipient {
  return { accountId, outcome: outcome !== null && isCampaignOutcome(outcome) ? outcome : null, atMs: at };
}

/** No groups at all where they are unreadable. */
function toGroups(text: string | null): readonly string[] | null {
  if (text === null) return null;
  const groups = readJson(text);
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [];
}

export function createCampaignStore(database: Database): CampaignStore {
  const insert = database.statement(`${insertInto('campaigns', COLUMNS)} ON CONFLICT DO NOTHING`);
  const find = database.statement<Row>('SELECT * FROM campaigns WHERE id = :id');
  const counts = database.statement<Count>(
    'SELECT outcome, count(*) AS number FROM campaign_recipients WHERE campaign_id = :id GROUP BY outcome',
  );
  const page = database.statement<Row>(
    `SELECT * FROM campaigns
      WHERE tenant_id = :tenantId AND (:by IS NULL OR begun_by = :by)
        AND (:before IS NULL OR created_at < :before OR (created_at = :before AND id > :id))
      ORDER BY created_at DESC, id LIMIT :limit`,
  );
  const running = database.statement<Pick<Row, 'id'>>(
    `SELECT id FROM campaigns WHERE ended_at IS NULL AND paused_at IS NULL
      ORDER BY created_at, id LIMIT :limit`,
  );
  const isRunning = database.statement(
    'SELECT 1 FROM campaigns WHERE id = :id AND ended_at IS NULL AND paused_at IS NULL',
  );
  const pause = database.statement(
    `UPDATE campaigns SET paused_at = :at
      WHERE id = :id AND ended_at IS NULL AND (paused_at IS NULL) <> (:at IS NULL)`,
  );
  const list = database.statement(
    `INSERT INTO campaign_recipients (campaign_id, account_id, created_at)
      SELECT :id, value, :createdAt FROM json_each(:accountIds) WHERE true ON CONFLICT DO NOTHING`,
  );
  const advance = database.statement(
    `UPDATE campaigns SET listed_to = coalesce(:listedTo, listed_to), is_listed = :listedTo IS NULL
      WHERE id = :id AND is_listed = 0`,
  );
  const waiting = database.statement<Pick<RecipientRow, 'account_id'>>(
    `SELECT account_id FROM campaign_recipients WHERE campaign_id = :id AND outcome IS NULL
      ORDER BY account_id LIMIT :limit`,
  );
  const settle = database.statement(
    `UPDATE campaign_recipients SET outcome = :outcome, at = :at
      WHERE campaign_id = :id AND account_id = :accountId AND outcome IS NULL`,
  );
  const end = database.statement(
    'UPDATE campaigns SET ended_at = :at, tally = :tally WHERE id = :id AND ended_at IS NULL',
  );
  const recipients = database.statement<RecipientRow>(
    `SELECT account_id, outcome, at FROM campaign_recipients
      WHERE campaign_id = :id AND account_id > :after ORDER BY account_id LIMIT :limit`,
  );
  const ofOutcome = database.statement<RecipientRow>(
    `SELECT account_id, outcome, at FROM campaign_recipients
      WHERE campaign_id = :id AND outcome = :outcome AND account_id > :after ORDER BY account_id LIMIT :limit`,
  );

  function countsOf(id: string): Readonly<Record<string, number>> {
    return Object.fromEntries(counts.all({ id }).map(({ outcome, number }) => [outcome ?? '', number]));
  }

  function toState(row: Row): CampaignState {
    const kept = row.tally === null ? null : readObject(row.tally);
    const { '': left = 0, ...known } = (kept as Readonly<Record<string, number>> | null) ?? countsOf(row.id);
    return {
      id: row.id,
      tenantId: row.tenant_id,
      groups: toGroups(row.groups),
      by: row.begun_by,
      search: readCampaignSearch(readObject(row.search)),
      expected: row.expected,
      createdAt: row.created_at,
      pausedAt: row.paused_at,
      listedTo: row.listed_to,
      isListed: row.is_listed === 1,
      endedAt: row.ended_at,
      listed: Object.values(known).reduce((sum, number) => sum + number, left),
      counts: known,
    };
  }

  const placeOf = (after: CampaignPlace | null) => ({
    before: after?.createdAt ?? null,
    id: after?.id ?? '',
  });

  return {
    insert: (campaign) => database.write(() => insert.run(toRow(campaign)) === 1),
    find: (id) =>
      database.act(() => {
        const row = find.get({ id });
        return row ? toState(row) : null;
      }),
    page: (tenantId, by, after, limit) =>
      database.act(() => page.all({ tenantId, by, ...placeOf(after), limit }).map(toState)),
    listRunning: (limit) => database.act(() => running.all({ limit }).map(({ id }) => id)),
    isRunning: (id) => database.act(() => isRunning.get({ id }) !== undefined),
    setPaused: (id, atMs) => database.write(() => pause.run({ id, at: atMs }) === 1),
    addRecipients: ({ id, createdAt }, accountIds, listedTo) =>
      database.write(() => {
        list.run({ id, createdAt, accountIds: JSON.stringify(accountIds) });
        advance.run({ id, listedTo });
      }),
    listWaiting: (id, limit) =>
      database.act(() => waiting.all({ id, limit }).map(({ account_id: accountId }) => accountId)),
    settle: (id, accountId, outcome, atMs) =>
      database.write(() => void settle.run({ id, accountId, outcome, at: atMs })),
    end: (id, atMs) =>
      database.write(() => void end.run({ id, at: atMs, tally: JSON.stringify(countsOf(id)) })),
    recipients: (id, outcome, after, limit) =>
      database.act(() => {
        const place = { id, after: after ?? '', limit };
        const rows = outcome === null ? recipients.all(place) : ofOutcome.all({ ...place, outcome });
        return rows.map(toRecipient);
      }),
  };
}
