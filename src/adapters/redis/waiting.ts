/** Limits the time of waiting. */
import { StoreUnavailable } from '../../ports/faults.ts';

/** Rejects with `StoreUnavailable` after so many milliseconds; what was waited for goes on. */
export function within<T>(
  milliseconds: number,
  promise: Promise<T>,
  reason = () => 'Redis: no answer in time',
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new StoreUnavailable(reason())), milliseconds);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
