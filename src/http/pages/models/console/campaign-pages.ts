/** The models of the pages about mailings in the background. */
import type { CampaignOutcome, CampaignSearch } from '../../../../domain/administration/campaign.ts';
import type { Form } from '../../page-parts.ts';

/** `preparing`: the recipients are being listed. */
export type CampaignStage = 'preparing' | 'running' | 'paused' | 'ended';

export interface CampaignView {
  readonly id: string;
  readonly href: string;
  readonly stage: CampaignStage;
  /** Recipients that have had their turn. */
  readonly done: number;
  readonly total: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. Null: it has not ended. */
  readonly endedAt: number | null;
  /** Null: that account is gone. */
  readonly begunBy: string | null;
  readonly search: CampaignSearch;
  /** Null: all members of the workspace. */
  readonly groups: readonly string[] | null;
  /** Those that have occurred. */
  readonly outcomes: readonly { readonly outcome: CampaignOutcome; readonly count: number }[];
}

interface Live {
  /** The address of the events about what is shown. Null: nothing on the page goes on. */
  readonly liveHref: string | null;
  readonly refreshHref: string;
}

export const CAMPAIGN_DONE = ['begun', 'paused', 'resumed'] as const;

export interface CampaignPages {
  'admin-campaigns': Live & {
    readonly form: Form;
    readonly campaigns: readonly CampaignView[];
    /** A manager sees the own mailings alone. */
    readonly isOwnOnly: boolean;
    readonly nextHref: string | null;
    readonly done: (typeof CAMPAIGN_DONE)[number] | null;
  };
  'admin-campaign-preview': {
    readonly form: Form;
    /** The id that the mailing will have. */
    readonly campaign: string;
    readonly count: number;
    readonly search: CampaignSearch;
    readonly groups: readonly string[] | null;
    readonly listHref: string;
  };
  'admin-campaign': Live & {
    readonly form: Form;
    readonly campaign: CampaignView;
    /** The outcome that narrows the list. Null: all recipients. */
    readonly outcome: CampaignOutcome | null;
    readonly recipients: readonly {
      readonly href: string;
      readonly name: string;
      readonly email: string;
      /** Null: the turn has not come yet. */
      readonly outcome: CampaignOutcome | null;
      readonly atMs: number | null;
    }[];
    readonly isContinued: boolean;
    readonly allHref: string;
    readonly nextHref: string | null;
    readonly csvHref: string;
  };
}
