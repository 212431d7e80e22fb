/** Reads that several parts of one request of the provider's need: done for the first who asks, and shared by all. */

/** The provider's context of a request; one of these each. */
export interface OfRequest {
  readonly oidc: object;
}

/** `read` is called for the first who asks about this key in a request; everybody gets what it finds. */
export function onceInRequest<T, More extends unknown[]>(read: (key: string, ...more: More) => Promise<T>) {
  const begun = new WeakMap<object, Map<string, Promise<T>>>();
  return ({ oidc }: OfRequest, key: string, ...more: More): Promise<T> => {
    const ofRequest = begun.get(oidc) ?? new Map<string, Promise<T>>();
    begun.set(oidc, ofRequest);
    const before = ofRequest.get(key);
    if (before) return before;
    const reading = read(key, ...more);
    // Whoever waits for it is told of a failure; after an earlier one nobody may wait any more.
    reading.catch(() => {});
    ofRequest.set(key, reading);
    return reading;
  };
}
