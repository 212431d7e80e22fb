/** The time zone of the moments on pages. */
import { expect } from 'chai';
import type { PageContext } from '../../../src/http/pages/page-contract.ts';
import type { Page } from '../../support/pages/page.ts';
import { SAMPLE_NOW } from '../../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { sampleTenant } from '../../support/pages/sample-tenants.ts';
import { createVisitor } from '../../support/visitor.ts';

const HOUR = 60 * 60_000;

describe('the moments on a page', () => {
  let server: PageServer;
  let shown: { readonly name: string; readonly pageContext: PageContext };
  before(async () => {
    server = await startPageServer({
      tenants: [
        sampleTenant({ timeZone: 'Europe/Amsterdam' }),
        sampleTenant({ id: 'globex', timeZone: 'America/New_York' }),
      ],
      show(ctx, render) {
        const sample = PAGE_SAMPLES.find(({ name }) => name === shown.name);
        if (sample) render(ctx, sample.page, sample.model, { ...sample.pageContext, ...shown.pageContext });
      },
    });
  });
  after(() => server.close());

  function open(name: string, pageContext: PageContext): Promise<Page> {
    shown = { name, pageContext };
    return createVisitor(server.origin).get('/page');
  }

  it('are in the time zone of the tenant, with its name, and in UTC without a tenant [1.7]', async () => {
    const refusal = { code: 'too_many_attempts', retryAt: SAMPLE_NOW + 3 * HOUR } as const;
    const lockedOf = async (tenantId: string | null) =>
      (await open('error-locked', { tenantId, refusal })).$('#alert').text();
    expect(await lockedOf('acme')).to.include('29 November 2026, 18:00 CET');
    expect(await lockedOf('globex')).to.include('29 November 2026, 12:00 GMT-5');
    expect(await lockedOf(null)).to.include('29 November 2026, 17:00 UTC');
  });

  it('keep the machine-readable moment in UTC beside the words', async () => {
    const time = (await open('device-confirm', { tenantId: 'acme' })).$('time[data-mark=time]');
    expect(time.text()).to.match(/ CET$/);
    expect(time.attr('datetime')).to.match(/Z$/);
  });
});
