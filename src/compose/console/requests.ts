/** Composes the pages about requests for a reset. */
import type { RequestPagesDeps } from '../../http/admin/requests.ts';
import { createResetReview } from '../../use-cases/administration/requests/review-resets.ts';
import type { Server } from '../composition.ts';

export function requestPagesOf({ parts, events, useCases, guards, render }: Server): RequestPagesDeps {
  const { stores, clock } = parts;
  const { administration, resetRequests } = stores;
  const decisions = useCases.resetDecisions;
  const resetReview = createResetReview({ resetRequests, administration, decisions, events, clock });
  return { resetReview, forms: guards.forms, render };
}
