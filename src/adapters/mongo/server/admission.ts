/**
 * Lets no more acts at a server than it has connections for. The others wait in two lines: those of requests that have
 * begun go first and are not refused; new requests wait for a limited time, in a line of limited length.
 */
import { StoreUnavailable } from '../../../ports/faults.ts';
import type { OneRequest } from '../../../ports/one-request.ts';
import type { Pressure } from '../../../ports/telemetry/metrics.ts';

export interface AdmissionOptions {
  /** The connections of this process. */
  readonly limit: number;
  /** The number of new requests that may wait. A further one is refused at once. */
  readonly longestLine: number;
  /** Milliseconds for which a new request waits. */
  readonly waitMs: number;
  /** The request whose work calls. Null: the act counts as a new request. */
  readonly request: () => OneRequest | null;
}

export interface Admission {
  /**
   * Resolves when a connection is free, with the function that gives it back. Rejects with `StoreUnavailable` when a new
   * request must not wait, or has waited too long.
   */
  enter(): Promise<() => void>;
  read(): Pressure;
}

type Enter = () => void;

/** The one that waits longest, taken out of the line. */
function takeFirst(line: Set<Enter>): Enter | undefined {
  const [first] = line;
  if (first) line.delete(first);
  return first;
}

export function createAdmission({ limit, longestLine, waitMs, request }: AdmissionOptions): Admission {
  const begun = new Set<Enter>();
  const newcomers = new Set<Enter>();
  let inUse = 0;
  let refused = 0;

  function refuse(reason: string): StoreUnavailable {
    refused += 1;
    return new StoreUnavailable(`MongoDB: ${reason}: maxPoolSize is ${limit}`);
  }

  function inLine(line: Set<Enter>): Promise<void> {
    return new Promise((resolve) => line.add(resolve));
  }

  function asNewcomer(): Promise<void> {
    if (newcomers.size >= longestLine)
      return Promise.reject(refuse(`${longestLine} requests wait for a connection already`));
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        newcomers.delete(enter);
        reject(refuse(`no connection was free within ${waitMs} ms`));
      }, waitMs);
      newcomers.add(enter);
    });
  }

  function leave(): void {
    const next = takeFirst(begun) ?? takeFirst(newcomers);
    // The connection goes to the next one, so that nobody comes between.
    if (next) next();
    else inUse -= 1;
  }

  return {
    async enter() {
      const scope = request();
      if (inUse < limit) inUse += 1;
      else await (scope?.isAdmitted ? inLine(begun) : asNewcomer());
      if (scope) scope.isAdmitted = true;
      return leave;
    },
    read: () => ({ limit, inUse, waiting: begun.size + newcomers.size, refused }),
  };
}
