/** Begins a mailing to the people on a list whose e-mail address is not confirmed. Its mails go out in the background. */
import type { Account } from '../../../domain/account.ts';
import { type CampaignSearch, reachOf } from '../../../domain/administration/campaign.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import type { CampaignStore } from '../../../ports/administration/campaign-store.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Clock, Random } from '../../../ports/system.ts';
import type { PeopleLists } from '../people/people-lists.ts';
import type { MailLimits } from './mail-limits.ts';

interface BeginCampaignDeps {
  readonly campaigns: Pick<CampaignStore, 'insert' | 'find'>;
  readonly peopleLists: Pick<PeopleLists, 'countUnconfirmed'>;
  readonly limits: Pick<MailLimits, 'countCampaign'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** A mailing before it begins. */
export interface CampaignPreview {
  /** The id that it will have: the form sends it back, so that a form that is sent twice begins one mailing. */
  readonly id: string;
  /** The people who would get a mail. */
  readonly count: number;
}

/** As `id` of the random source makes it. */
const ID = /^[\w-]{16,64}$/;

export type BeginCampaign = ReturnType<typeof createBeginCampaign>;

export function createBeginCampaign(deps: BeginCampaignDeps) {
  const { campaigns, peopleLists, limits, events, clock, random } = deps;

  async function preview(actor: Account, search: CampaignSearch): Promise<CampaignPreview> {
    return { id: random.id(), count: await countOf(actor, search) };
  }

  async function countOf(actor: Account, search: CampaignSearch): Promise<number> {
    const scope = reachOf(actor);
    return scope ? peopleLists.countUnconfirmed(scope, search) : 0;
  }

  async function begin(
    actor: Account,
    id: string,
    search: CampaignSearch,
    ip: string,
  ): Promise<Outcome<null>> {
    const scope = reachOf(actor);
    if (!scope) return refused({ code: 'forbidden' });
    if (!ID.test(id)) return refused({ code: 'session_expired' });
    // The same form again: what it has begun goes on.
    const known = await campaigns.find(id);
    if (known) return known.by === actor.id ? accepted(null) : refused({ code: 'session_expired' });
    const expected = await countOf(actor, search);
    if (expected === 0) return refused({ code: 'field_invalid', because: 'nobody_unconfirmed' });
    const line = { tenantId: actor.tenantId, actor: actor.id, ip };
    const counted = await limits.countCampaign(actor, id);
    if (!counted.ok) {
      await events.append({ ...line, name: 'campaign.refused', reason: counted.refusal.code });
      return counted;
    }
    const { tenantId, groups } = scope;
    const campaign = { id, tenantId, groups, by: actor.id, search, expected, createdAt: clock.now() };
    if (!(await campaigns.insert(campaign))) return accepted(null);
    await events.append({ ...line, name: 'campaign.begun', reason: id });
    return accepted(null);
  }

  return { preview, begin };
}
