/**
 * The work of one request as one thing, so that a store with few connections finishes what it has begun. It refuses a
 * request before the first act there, when nothing was counted or spent, and never later for want of a connection.
 */

/** A request, as a store with few connections sees it. */
export interface OneRequest {
  /** Whether such a store has let it in. */
  isAdmitted: boolean;
  /** The support reference: it stands on the error page, in the log lines and in the audit lines of this request. */
  readonly reference: string;
}

export interface Requests {
  /** The acts of `work` belong to one request. Work that outlives it counts as new again. Within a request, it goes on. */
  run<T>(reference: string, work: () => Promise<T>): Promise<T>;
  /** The request whose work calls. Null outside of requests: in jobs, and in commands. */
  current(): OneRequest | null;
}
