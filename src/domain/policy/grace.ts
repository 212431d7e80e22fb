/** The grace of an account: where its start is stored, and when it ends. */

const DAY_MS = 24 * 60 * 60 * 1000;

/** The once-only key that holds the start, in milliseconds since the epoch. */
export function graceKeyOf(accountId: string): string {
  return `grace:${accountId}`;
}

/** Milliseconds since the epoch. */
export function endOfGrace(startedAt: number, graceDays: number): number {
  return startedAt + graceDays * DAY_MS;
}
