/** The support reference of an error page, and where the operator finds it. */
import { expect } from 'chai';
import { createLogger } from '../../../../src/adapters/system/log/logger.ts';
import type { Page } from '../../../support/pages/page.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { accounts, givePassword, withApp } from '../members.ts';

type Line = Readonly<Record<string, unknown>>;

const lines: string[] = [];
const logger = createLogger({
  level: 'info',
  destination: { write: (line) => lines.push(line), flush: () => {}, dropped: 0, whenDropped: () => {} },
});

describe('the support reference of an error page', () => {
  const s = interaction(() => accounts(withApp('ann', 'open')), { logger });
  beforeEach(() => lines.splice(0));

  const referenceOn = (page: Page) => page.$('[data-mark=reference]').text();

  function linesWith(reference: string): Line[] {
    return lines.map((line) => JSON.parse(line) as Line).filter((line) => line.reference === reference);
  }

  it('stands in every log line and audit line of that request, and in no other', async () => {
    const { visitor, page } = await givePassword(s, 'ann@open.test');
    for (let each = 0; each < 5; each += 1) await visitor.submit(page, { code: '000000' });
    const stopped = await visitor.submit(page, { code: nextCode(s.app) });

    expect([stopped.name, stopped.error]).to.deep.equal(['error', 'too_many_attempts']);
    const reference = referenceOn(stopped);
    expect(reference).to.match(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(linesWith(reference).map(({ event }) => event)).to.deep.equal([
      'second_factor.refused',
      'request',
    ]);
    const audited = await s.app.parts.stores.audit.list({ reference, limit: 9 });
    expect(audited.map(({ event, method }) => [event, method])).to.deep.equal([
      ['second_factor.refused', 'totp'],
    ]);
    const all = await s.app.parts.stores.audit.list({ limit: 50 });
    expect(all.every((each) => each.reference !== null)).to.equal(true);
  });

  it('is another one for each request, also for an address that no page has', async () => {
    const visitor = s.app.visitor();
    const pages = [await visitor.get('/nowhere'), await visitor.get('/nowhere')];
    const references = pages.map(referenceOn);
    expect(new Set(references).size).to.equal(2);
    for (const reference of references)
      expect(linesWith(reference).map(({ event, status }) => [event, status])).to.deep.equal([
        ['request', 404],
      ]);
  });
});
