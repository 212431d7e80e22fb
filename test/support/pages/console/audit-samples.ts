/** The audit log as an administrator and a manager see it. */
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import { AUDIT_EVENTS } from '../../../../src/domain/audit/lost-changes.ts';
import type { AuditLineView } from '../../../../src/http/pages/models/console/audit-pages.ts';
import type { PageContext, Pages } from '../../../../src/http/pages/page-contract.ts';
import { SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const context: PageContext = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'audit', pages: CONSOLE_PAGES },
};

function line(minutes: number, changes: Partial<AuditLineView>): AuditLineView {
  return {
    atMs: SAMPLE_NOW - minutes * 60_000,
    event: 'sign_in.completed',
    isKnown: true,
    person: 'bob@acme.test',
    actor: null,
    otherActor: null,
    method: null,
    reason: null,
    clientId: 'timesheets',
    ip: '192.0.2.0',
    reference: 'K7QM-2XPD',
    ...changes,
  };
}

const lines: readonly AuditLineView[] = [
  line(1, {}),
  line(2, { event: 'second_factor.accepted', method: 'totp' }),
  line(3, { event: 'second_factor.refused', method: 'totp', reason: 'code_used' }),
  line(9, { event: 'account.updated', clientId: null, actor: 'boss@acme.test' }),
  line(12, {
    event: 'enrolment.removed',
    method: 'passkey',
    otherActor: 'operator',
    ip: null,
    reference: null,
  }),
  line(90, { event: 'ticket.opened', isKnown: false, person: null, reason: 'of a newer release' }),
];

const nothingTyped = { person: '', actor: '', event: '', reference: '', since: '', until: '' };

const audit: Pages['admin-audit'] = {
  typed: nothingTyped,
  isNarrowed: false,
  events: AUDIT_EVENTS,
  timeZone: 'Europe/Amsterdam',
  isOfGroups: false,
  lines,
  isStopped: false,
  newestHref: null,
  olderHref: '/admin/audit?after=1.x',
  csvHref: '/admin/audit.csv',
  jsonLinesHref: '/admin/audit.jsonl',
};

export const AUDIT_SAMPLES: readonly Sample[] = [
  sample('admin-audit', 'admin-audit', audit, context),
  sample(
    'admin-audit-malformed',
    'admin-audit',
    {
      ...audit,
      typed: { ...nothingTyped, person: 'bob@acme.test', since: 'yesterday' },
      isNarrowed: true,
      lines: null,
      olderHref: null,
    },
    { ...context, refusal: { code: 'field_invalid', because: 'since_malformed' } },
  ),
  sample(
    'admin-audit-manager',
    'admin-audit',
    {
      ...audit,
      isOfGroups: true,
      isStopped: true,
      lines: [],
      newestHref: '/admin/audit',
      typed: { ...nothingTyped, event: 'reset.done' },
      isNarrowed: true,
    },
    { ...context, console: { page: 'audit', pages: CONSOLE_PAGES.slice(0, 6) } },
  ),
];
