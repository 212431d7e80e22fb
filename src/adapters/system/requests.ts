/** Tells to which request the running code belongs, by Node's asynchronous context. */
import { AsyncLocalStorage } from 'node:async_hooks';
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
  async run(work) {
    if (current()) return work();
    const scope: Scope = { isAdmitted: false, isOver: false };
    try {
      return await scopes.run(scope, work);
    } finally {
      scope.isOver = true;
    }
  },
  current,
};
