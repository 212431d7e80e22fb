/** The pages about mailings in the background. */
import { CAMPAIGN_OUTCOMES } from '../../../../src/domain/administration/campaign.ts';
import { CONSOLE_PAGES } from '../../../../src/domain/administration/may-act.ts';
import type { CampaignView } from '../../../../src/http/pages/models/console/campaign-pages.ts';
import type { PageContext, Pages } from '../../../../src/http/pages/page-contract.ts';
import { form, SAMPLE_NOW, type Sample, sample } from '../page-sample.ts';

const HOUR = 3_600_000;

const context: PageContext = {
  tenantId: 'acme',
  signedInAs: 'boss@acme.test',
  console: { page: 'campaigns', pages: CONSOLE_PAGES },
};

const search = { q: '', filter: 'unconfirmed', group: '' } as const;

const running: CampaignView = {
  id: 'c0ffee01',
  href: '/admin/campaigns/c0ffee01',
  stage: 'running',
  done: 1200,
  total: 3000,
  createdAt: SAMPLE_NOW - HOUR,
  endedAt: null,
  begunBy: 'boss@acme.test',
  search,
  groups: null,
  outcomes: [
    { outcome: 'sent', count: 1180 },
    { outcome: 'confirmed', count: 20 },
  ],
};

const ended: CampaignView = {
  ...running,
  id: 'c0ffee04',
  stage: 'ended',
  done: 3000,
  endedAt: SAMPLE_NOW,
  search: { q: 'jan', filter: null, group: 'sales' },
  groups: ['sales', 'research'],
  outcomes: CAMPAIGN_OUTCOMES.map((outcome, index) => ({ outcome, count: index + 1 })),
};

const list: Pages['admin-campaigns'] = {
  form: form('/admin/campaigns'),
  campaigns: [
    running,
    { ...running, id: 'c0ffee02', stage: 'preparing', done: 0 },
    { ...running, id: 'c0ffee03', stage: 'paused', begunBy: null },
    ended,
  ],
  isOwnOnly: false,
  nextHref: '/admin/campaigns?after=1.c0ffee04',
  // No server sends events about a sample.
  liveHref: null,
  refreshHref: '/admin/campaigns',
  done: 'begun',
};

const preview: Pages['admin-campaign-preview'] = {
  form: form('/admin/campaigns/new'),
  campaign: 'c0ffee05',
  count: 112,
  search,
  groups: null,
  listHref: '/admin/users?filter=unconfirmed',
};

const recipient: Pages['admin-campaign']['recipients'][number] = {
  href: '/admin/users/ann',
  name: 'Ann Jansen',
  email: 'ann@acme.test',
  outcome: 'sent',
  atMs: SAMPLE_NOW,
};

const results: Pages['admin-campaign'] = {
  form: form('/admin/campaigns'),
  campaign: ended,
  outcome: null,
  recipients: CAMPAIGN_OUTCOMES.map((outcome) => ({ ...recipient, outcome })),
  isContinued: false,
  allHref: '/admin/campaigns/c0ffee04',
  nextHref: '/admin/campaigns/c0ffee04?after=ann',
  csvHref: '/admin/campaigns/c0ffee04/recipients.csv',
  liveHref: null,
  refreshHref: '/admin/campaigns/c0ffee04',
};

export const CAMPAIGN_SAMPLES: readonly Sample[] = [
  sample('admin-campaigns', 'admin-campaigns', list, context),
  sample(
    'admin-campaigns-none',
    'admin-campaigns',
    { ...list, campaigns: [], isOwnOnly: true, nextHref: null, done: null },
    context,
  ),
  sample('admin-campaign-preview', 'admin-campaign-preview', preview, context),
  sample(
    'admin-campaign-preview-nobody',
    'admin-campaign-preview',
    { ...preview, count: 0, groups: ['sales'], search: { q: 'jan', filter: 'disabled', group: 'sales' } },
    context,
  ),
  sample('admin-campaign-preview-limit', 'admin-campaign-preview', preview, {
    ...context,
    refusal: { code: 'resend_too_soon', retryAt: SAMPLE_NOW + HOUR },
  }),
  sample('admin-campaign', 'admin-campaign', results, context),
  sample(
    'admin-campaign-running',
    'admin-campaign',
    {
      ...results,
      campaign: { ...running, outcomes: [] },
      outcome: 'sent',
      recipients: [recipient, { ...recipient, outcome: null, atMs: null }],
      isContinued: true,
      nextHref: null,
    },
    context,
  ),
  sample(
    'admin-campaign-nobody',
    'admin-campaign',
    { ...results, campaign: { ...running, total: 0, done: 0, outcomes: [] }, recipients: [], nextHref: null },
    context,
  ),
];
