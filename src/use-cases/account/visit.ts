/** A visit to the account pages: whether the live session is enough for them. */
import { NO_ASSURANCE_REQUESTED } from '../../domain/policy/policy.ts';
import type { FindSufficientSession, SufficientSession } from '../sign-in/live-session.ts';

/** The sign-in of a live session, and the policy result that lets it in. */
export type Visit = SufficientSession;

/**
 * Evaluates the live session. Null when its sign-in is not on record or has ended, or when the policy asks for more.
 * `freshSeconds` limits the age of the second factor, or of the password where no factor is set up. Null sets no limit.
 */
export type FindVisit = (
  session: { readonly uid: string; readonly accountId: string },
  freshSeconds: number | null,
) => Promise<Visit | null>;

export function createFindVisit(findSufficientSession: FindSufficientSession): FindVisit {
  return (session, freshSeconds) => {
    const freshMs = freshSeconds === null ? null : freshSeconds * 1000;
    return findSufficientSession(session, { ...NO_ASSURANCE_REQUESTED, freshMs });
  };
}
