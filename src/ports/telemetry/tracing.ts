/** Spans of requests and of the acts of their stores, for a collector of traces. Names are kinds of things, never people. */

export interface RequestSpan {
  /** The request has been answered. `route` is a pattern without identifiers. */
  end(of: { readonly method: string; readonly route: string; readonly status: number }): void;
}

export interface Tracing {
  /**
   * Runs the work of a request within a span of its own. `traceparent` continues the trace of a trusted proxy (W3C Trace
   * Context, 3.2); null, or malformed: a new trace begins.
   */
  request<T>(
    traceparent: string | null,
    reference: string,
    work: (span: RequestSpan) => Promise<T>,
  ): Promise<T>;
  /** Runs one act of a store within a span, below the span of its request where there is one. */
  storeAct<T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Sends what is left. Never rejects, and takes as many milliseconds at most. */
  close(withinMs: number): Promise<void>;
}
