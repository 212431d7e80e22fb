/** Faults that pass by themselves. They are answered with 503, so that the caller tries again. */
import { StoreUnavailable } from './faults.ts';
import { Busy } from './system.ts';

export function isPassing(error: unknown): boolean {
  return error instanceof StoreUnavailable || error instanceof Busy;
}
