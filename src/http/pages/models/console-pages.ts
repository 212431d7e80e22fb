/** The models of the administrators' console. The key is the page's `data-page`. */
import type { Role } from '../../../domain/account.ts';
import type { PeopleTotals } from '../../../ports/administration/people-store.ts';
import type { AuditPages, SignInsView } from './console/audit-pages.ts';

export interface ConsolePages extends AuditPages {
  'admin-overview': {
    readonly tenantName: string;
    /** A manager sees the members of some groups alone. */
    readonly role: Role;
    readonly totals: PeopleTotals;
    /** Null for a manager: these are the sign-ins of the whole tenant. */
    readonly signIns: SignInsView | null;
  };
}
