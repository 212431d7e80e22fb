/** Faults of the outside that a caller may catch. */

/** The store cannot answer now. The server answers 503 and takes no decision. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable';
}
