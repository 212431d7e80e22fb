/** Says what an error code of the server means for Doublelock, and what an operator does about it. */

/** https://www.mongodb.com/docs/manual/reference/error-codes/ */
export const CODES = {
  unauthorized: 13,
  authenticationFailed: 18,
  namespaceNotFound: 26,
  writeConcernFailed: 64,
  indexOptionsConflict: 85,
  indexKeySpecsConflict: 86,
  unsatisfiableWriteConcern: 100,
  notWritablePrimary: 10107,
  duplicateKey: 11000,
  outOfDiskSpace: 14031,
} as const;

const ADVICE: ReadonlyMap<number, string> = new Map([
  [
    CODES.unauthorized,
    'its user may not do this. Give it the role readWrite on the database of the URI: a role that only reads is not enough',
  ],
  [
    CODES.authenticationFailed,
    'the login was refused. Check user and password of the URI, and authSource, which names the database of the user',
  ],
  [
    CODES.writeConcernFailed,
    'too few members confirmed a write in time. Most of the members that hold data must be up: an arbiter holds none',
  ],
  [
    CODES.unsatisfiableWriteConcern,
    'a write cannot reach a majority. Use a replica set of three members that hold data: an arbiter holds none',
  ],
  [
    CODES.notWritablePrimary,
    'this member takes no writes. Name all members and replicaSet in the URI, without directConnection',
  ],
  [CODES.outOfDiskSpace, 'its disk is full. Make room on it'],
]);

/** Null for a code that needs nobody to act, or that is not known. */
export function adviceFor(code: unknown): string | null {
  return typeof code === 'number' ? (ADVICE.get(code) ?? null) : null;
}

/** Codes by which a server refuses until an operator has acted. */
export function isForOperator(code: unknown): boolean {
  return code === CODES.unauthorized || code === CODES.unsatisfiableWriteConcern;
}
