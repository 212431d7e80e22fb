/** Keeps what the people of a run saw: acknowledged sign-ins, answers that should not be, and the times of faults. */

export interface Ledger {
  /** Milliseconds; `end` is given when it is over. */
  faultBegins(name: string): (endMs: number) => void;
  acknowledged(email: string): void;
  /** A sign-in that was begun, whether or not it came to an end. */
  attempted(email: string): void;
  /** No answer, 429 or 503: allowed while something is broken. */
  wentWrong(what: string): void;
  /** Never allowed. */
  broken(what: string): void;
  read(): Seen;
}

interface Window {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface Seen {
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly attempted: ReadonlyMap<string, number>;
  readonly windows: readonly Window[];
  readonly errors: readonly { readonly what: string; readonly atMs: number }[];
  readonly broken: readonly string[];
}

/** `now` in milliseconds, from any starting point. */
export function createLedger(now: () => number): Ledger {
  const acknowledged = new Map<string, number>();
  const attempted = new Map<string, number>();
  const windows: Window[] = [];
  const errors: { what: string; atMs: number }[] = [];
  const broken: string[] = [];
  const count = (counts: Map<string, number>, email: string) =>
    counts.set(email, (counts.get(email) ?? 0) + 1);

  return {
    faultBegins(name) {
      const window = { name, fromMs: now(), untilMs: Number.POSITIVE_INFINITY };
      windows.push(window);
      return (endMs) => {
        window.untilMs = endMs;
      };
    },
    acknowledged: (email) => void count(acknowledged, email),
    attempted: (email) => void count(attempted, email),
    wentWrong: (what) => void errors.push({ what, atMs: now() }),
    broken: (what) => void broken.push(what),
    read: () => ({ acknowledged, attempted, windows, errors, broken }),
  };
}
