/** The models of the administrators' console. The key is the page's `data-page`. */
import type { Role } from '../../../domain/account.ts';
import type { PeopleTotals } from '../../../ports/administration/people-store.ts';
import type { AuditPages, SignInsView } from './console/audit-pages.ts';
import type { CampaignPages } from './console/campaign-pages.ts';
import type { PeoplePages } from './console/people-pages.ts';
import type { PersonPage } from './console/person.ts';
import type { RequestPages } from './console/request-pages.ts';
import type { ConsoleSecurityPages } from './console/security.ts';
import type { WhatIfPages } from './console/what-if-pages.ts';

export interface ConsolePages
  extends AuditPages,
    CampaignPages,
    PeoplePages,
    RequestPages,
    ConsoleSecurityPages,
    WhatIfPages {
  'admin-user': PersonPage;
  'admin-overview': {
    readonly tenantName: string;
    /** A manager sees the members of some groups alone. */
    readonly role: Role;
    readonly totals: Omit<PeopleTotals, 'byMethod'>;
    readonly methods: readonly { readonly method: string; readonly count: number }[];
    /** Requests for a reset that wait. */
    readonly requests: number;
    /** Null for a manager: these are the sign-ins of the whole tenant. */
    readonly signIns: SignInsView | null;
  };
}
