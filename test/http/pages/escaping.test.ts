import { expect } from 'chai';
import type { Context } from 'koa';
import type { Pages, Render } from '../../../src/http/pages/page-contract.ts';
import type { Page } from '../../support/pages/page.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { sampleTenant } from '../../support/pages/sample-tenants.ts';
import { createVisitor } from '../../support/visitor.ts';

const HOSTILE = '"><script>alert(1)</script>\'<%= 7*7 %>{{client}}$t(layout.skip)</title></style>';

const TENANT = sampleTenant({
  id: 'evil"><b>/../',
  name: HOSTILE,
  brand: { logo: null, colour: 'red}</style><script>alert(1)</script>' },
  support: { email: 'a"onclick="alert(1)@x.test', url: 'javascript:alert(1)' },
  secondFactor: {
    ...sampleTenant().secondFactor,
    message: { en: `${HOSTILE}\n\njavascript:alert(1) https://x.test/"onmouseover="alert(1)` },
  },
});

/** Addresses, which routes make, and values out of closed lists. */
const OURS = ['action', 'uri', 'qr', 'method', 'topic', 'kind', 'title', 'done', 'channel'];

/** The same model with every other text in it made hostile. */
function poisoned(model: unknown, key = ''): unknown {
  if (typeof model === 'string') return OURS.includes(key) || /href$/i.test(key) ? model : HOSTILE;
  if (Array.isArray(model)) return model.map((each) => poisoned(each, key));
  if (typeof model !== 'object' || model === null) return model;
  return Object.fromEntries(Object.entries(model).map(([name, value]) => [name, poisoned(value, name)]));
}

describe('escaping', () => {
  let server: PageServer;
  let show: (ctx: Context, render: Render) => void;
  before(async () => {
    server = await startPageServer({ tenants: [TENANT], show: (ctx, render) => show(ctx, render) });
  });
  after(() => server.close());

  const visit = (path = '/page'): Promise<Page> => createVisitor(server.origin).get(path);

  for (const sample of PAGE_SAMPLES) {
    it(`shows hostile names, labels and messages on ${sample.name} as text [A91]`, async () => {
      const model = poisoned(sample.model) as Pages['sign-in'];
      const pageContext = { ...sample.pageContext, tenantId: TENANT.id, signedInAs: HOSTILE };
      show = (ctx, render) => render(ctx, sample.page as 'sign-in', model, pageContext);
      const { $, text, name } = await visit();

      expect(name).to.equal(sample.page);
      expect(text).not.to.include('<script>alert');
      expect($('header .brand').text()).to.include(HOSTILE);
      expect($('title').text()).to.include(HOSTILE);
      expect($('script[src]').length).to.equal($('script').length);
      expect($('[onclick], [onmouseover], [style], b')).to.have.lengthOf(0);
      // A file to be kept is text and nothing else: browsers save it, and never show it as a page.
      const kept = $('a[download][href^="data:text/plain;charset=utf-8,"]');
      const links = $('a, form, link, script, img')
        .not(kept)
        .toArray()
        .map((element) => $(element).attr());
      for (const { href, action, src } of links.map((each) => each ?? {})) {
        expect(href ?? action ?? src).to.match(/^(\/|#main|https?:\/\/|mailto:|otpauth:|data:image\/)/);
      }
    });
  }

  it('refuses a malformed colour, and links to no stylesheet of it [A91]', async () => {
    show = (ctx, render) => render(ctx, 'signed-out', { clientName: null }, { tenantId: TENANT.id });
    const { $ } = await visit();
    expect($('link[rel=stylesheet]')).to.have.lengthOf(1);
  });

  it('omits URLs of a client’s registration that are not http or https [A91]', async () => {
    const model = {
      form: { action: '/interaction/uid', token: 't' },
      clientName: 'Evil',
      clientUri: 'javascript:alert(1)',
      policyUri: 'data:text/html,<script>alert(1)</script>',
      tosUri: 'https://evil.test/terms',
      scopes: ['__proto__', 'constructor', '<b>'],
      apis: [{ identifier: 'urn:<i>', scopes: ['<u>'] }],
      email: 'bob@acme.test',
    };
    show = (ctx, render) => render(ctx, 'consent', model);
    const { $ } = await visit();
    expect($('.support a').length).to.equal(1);
    expect($('.scopes li').length).to.equal(4);
    expect($('.scopes').text()).to.include('<b>').and.include('<u>');
    expect($('section').text()).to.include('urn:<i>');
  });

  it('reads no option of the template engine from fields of the request or the model [A90]', async () => {
    const options = {
      'settings[view options][client]': '1',
      settings: { 'view options': { client: true, escape: '1;return global.process.mainModule' } },
      outputFunctionName: 'x;throw new Error("ran");//',
      escapeFunction: 'x',
      client: true,
      cache: false,
      debug: true,
      delimiter: '?',
    };
    show = (ctx, render) => render(ctx, 'signed-out', { clientName: 'Timesheets' });
    const plain = await visit();
    const query = new URLSearchParams(
      Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const asked = await visit(`/page?${query}`);
    show = (ctx, render) => render(ctx, 'signed-out', { clientName: 'Timesheets', ...options });
    const modelled = await visit();

    const main = ({ $ }: Page): string | null => $('main').html();
    expect(main(plain)).to.include('Timesheets');
    expect(main(asked)).to.equal(main(plain));
    expect(modelled.text).to.equal(plain.text);
  });

  it('shows no field of a model that the view does not name [A90]', async () => {
    show = (ctx, render) =>
      render(ctx, 'signed-out', { clientName: null, secret: 'JBSWY3DP' } as Pages['signed-out']);
    expect((await visit()).text).not.to.include('JBSWY3DP');
  });
});
