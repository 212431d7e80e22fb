/**
 * Brings the settings of the tenants up to date in a process without sign-ins, for pages that belong to no account. A
 * decision about an account reads them itself.
 */
import type { Job } from './runner.ts';

/** One for a process. The newest configuration refreshes. */
export interface TenantRefresh {
  use(refresh: () => Promise<void>): void;
  /** Does nothing before a configuration is in use. */
  refresh(): Promise<void>;
}

interface TenantRefreshJobDeps {
  readonly tenants: Pick<TenantRefresh, 'refresh'>;
  readonly onFailure: (error: unknown) => void;
}

/** Milliseconds. */
const EVERY_MS = 5000;

export function createTenantRefresh(): TenantRefresh {
  let current: () => Promise<void> = async () => {};
  return {
    use(refresh) {
      current = refresh;
    },
    refresh: () => current(),
  };
}

export function createTenantRefreshJob({ tenants, onFailure }: TenantRefreshJobDeps): Job {
  return { name: 'tenants', everyMs: EVERY_MS, run: tenants.refresh, onFailure };
}
