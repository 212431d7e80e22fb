/** The page of the recovery codes, on paper and as a file: whose they are stands beside them. */
import { expect } from 'chai';
import { standardConfig } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import { interaction, nextCode } from '../../oidc/story.ts';
import { givePassword, member } from '../members.ts';

/** Twelve hours before and fourteen after UTC: there are always two dates among them. */
const ZONES = { strict: 'Etc/GMT+12', open: 'Etc/GMT-14' } as const;

describe('recovery codes on paper and in a file', () => {
  const s = interaction(() => {
    const { tenants, accounts } = standardConfig();
    return {
      tenants: tenants.map((tenant) => ({
        ...tenant,
        name: `The ${tenant.id}`,
        time_zone: ZONES[tenant.id as keyof typeof ZONES] ?? 'UTC',
        second_factor: { ...(tenant.second_factor as object), enforcement: 'required', methods: ['totp'] },
      })),
      accounts: [...accounts, member('ann', 'strict'), member('ann', 'open', { locale: 'nl' })],
    };
  });

  async function shownTo(email: string): Promise<Page> {
    const { visitor, page } = await givePassword(s, email);
    const secret = page.mark('secret').replaceAll(' ', '');
    return visitor.follow(await visitor.submit(page, { code: nextCode(s.app, secret) }));
  }

  function rowsOf(page: Page): string[] {
    return page
      .$('[data-owner]')
      .toArray()
      .map((row) => `${page.$(row).find('dt').text()}: ${page.$(row).find('dd').text()}`);
  }

  function fileOf(page: Page): string {
    const href = page.$('a[download]').attr('href') ?? '';
    return decodeURIComponent(href.replace('data:text/plain;charset=utf-8,', ''));
  }

  it('name the account, the workspace, the address of the service and the date in the zone of the tenant [A52]', async () => {
    const { host } = new URL(s.app.origin);
    for (const [email, words, locale, zone] of [
      ['ann@strict.test', ['Account', 'Workspace', 'Sign-in address', 'Created on'], 'en-GB', ZONES.strict],
      ['ann@open.test', ['Account', 'Workspace', 'Inlogadres', 'Gemaakt op'], 'nl-NL', ZONES.open],
    ] as const) {
      const page = await shownTo(email);
      const workspace = `The ${email.split('@')[1]?.replace('.test', '')}`;
      const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: zone });
      const values = [email, workspace, host, day.format(s.clock.now())];
      const rows = words.map((word, index) => `${word}: ${values[index]}`);
      expect(rowsOf(page)).to.deep.equal(rows);
      const codes = page.marks('recovery-code');
      expect(fileOf(page).split('\n').slice(2)).to.deep.equal([...rows, '', ...codes, '']);
      expect(fileOf(page)).to.include(workspace);
      // Nothing of it is left out on paper.
      expect(page.$('[data-owner]').closest('.unprinted').length).to.equal(0);
    }
  });
});
