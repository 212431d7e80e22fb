/** The pages of the administrators' console. */
import { CONSOLE_PAGES } from '../../../src/domain/administration/may-act.ts';
import { AUDIT_SAMPLES } from './console/audit-samples.ts';
import { CAMPAIGN_SAMPLES } from './console/campaign-samples.ts';
import { PEOPLE_SAMPLES } from './console/people-samples.ts';
import { PERSON_SAMPLES } from './console/person-samples.ts';
import { REQUEST_SAMPLES } from './console/request-samples.ts';
import { CONSOLE_SECURITY_SAMPLES } from './console/security-samples.ts';
import { SIGN_INS } from './console/sign-in-samples.ts';
import { WHAT_IF_SAMPLES } from './console/what-if-samples.ts';
import { NEWER_METHOD, type Sample, sample } from './page-sample.ts';

const admin = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'overview', pages: CONSOLE_PAGES },
} as const;

const totals = {
  members: 3000,
  protected: 2710,
  unprotected: 290,
  locked: 4,
  unconfirmed: 112,
};
const methods = [
  { method: 'totp', count: 2400 },
  { method: 'passkey', count: 512 },
  { method: NEWER_METHOD, count: 1 },
];

export const CONSOLE_SAMPLES: readonly Sample[] = [
  ...AUDIT_SAMPLES,
  ...CAMPAIGN_SAMPLES,
  ...REQUEST_SAMPLES,
  ...WHAT_IF_SAMPLES,
  sample(
    'admin-overview',
    'admin-overview',
    { tenantName: 'Acme', role: 'admin', totals, methods, requests: 3, signIns: SIGN_INS },
    admin,
  ),
  sample(
    'admin-overview-manager',
    'admin-overview',
    { tenantName: 'Acme', role: 'manager', totals, methods, requests: 0, signIns: null },
    { ...admin, console: { page: 'overview', pages: CONSOLE_PAGES.slice(0, 3) } },
  ),
  ...PEOPLE_SAMPLES,
  ...CONSOLE_SECURITY_SAMPLES,
  ...PERSON_SAMPLES,
];
