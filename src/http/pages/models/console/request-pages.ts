/** The models of the pages about requests for a reset. */
import type { ResetState } from '../../../../domain/resets/reset-request.ts';
import type {
  ReviewDecision,
  ReviewObstacle,
  ReviewStep,
} from '../../../../use-cases/administration/requests/review-resets.ts';
import type { Form } from '../../page-parts.ts';

interface RequestState {
  readonly state: ResetState;
  /** One of two administrators has approved. */
  readonly isHalfApproved: boolean;
  /** The time at which the approval takes effect. Null: it is not approved, or has taken effect. */
  readonly effectAt: number | null;
}

export interface RequestPages {
  'admin-requests': {
    readonly tenantName: string;
    /** The number of those that wait, on all pages. */
    readonly waiting: number;
    readonly isWaitingOnly: boolean;
    readonly requests: readonly (RequestState & {
      readonly href: string;
      readonly id: string;
      readonly name: string;
      readonly email: string;
      readonly createdAt: number;
    })[];
    readonly nextHref: string | null;
  };
  'admin-request': RequestState & {
    readonly form: Form;
    readonly version: string;
    readonly person: { readonly name: string; readonly email: string; readonly href: string };
    readonly reason: string;
    readonly createdAt: number;
    readonly expiresAt: number;
    readonly network: string;
    readonly browser: string | null;
    /** Null: the person has asked. An empty name: that account is gone. */
    readonly filedBy: string | null;
    readonly history: readonly Pick<ReviewStep, 'stage' | 'outcome' | 'who' | 'name' | 'atMs' | 'note'>[];
    readonly mayApprove: boolean;
    readonly mayRefuse: boolean;
    readonly obstacle: ReviewObstacle | null;
    /** Two administrators have to approve. */
    readonly needsTwo: boolean;
    /** Hours between the approval and its effect. */
    readonly coolingOffHours: number;
    readonly longestReason: number;
    /** A decision that was not saved, since the request has changed. */
    readonly attempt: Pick<ReviewDecision, 'act' | 'note'> | null;
    readonly done: 'approved' | 'refused' | 'first-of-two' | null;
  };
}
