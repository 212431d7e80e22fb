/** Tells to which request the running code belongs, by Node's asynchronous context. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Log } from '../../ports/log.ts';
import type { OneRequest, Requests } from '../../ports/one-request.ts';

interface Scope extends OneRequest {
  isOver: boolean;
}

const scopes = new AsyncLocalStorage<Scope>();

function current(): Scope | null {
  const scope = scopes.getStore();
  return scope && !scope.isOver ? scope : null;
}

/** Those of this process. */
export const systemRequests: Requests = {
  async run(reference, work) {
    if (current()) return work();
    const scope: Scope = { reference, isAdmitted: false, isOver: false };
    try {
      return await scopes.run(scope, work);
    } finally {
      scope.isOver = true;
    }
  },
  current,
};

/** Gives each line that is written for a request its reference. */
export function withReference(log: Log): Log {
  return (fields) => {
    const reference = current()?.reference;
    log(reference === undefined ? fields : { ...fields, reference });
  };
}
