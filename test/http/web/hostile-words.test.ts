/** Words out of the configuration and out of forms that try to be more than words: shown as they are, or refused. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { configFolder } from '../../config/config-file.ts';
import {
  type App,
  CALLBACK,
  CLIENT_SECRET,
  PASSWORD,
  standardConfig,
  startApp,
  type Yaml,
} from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import { totpCode } from '../../support/totp.ts';

const HOSTILE =
  '"><script>alert(1)</script>\'<img src=x onerror=alert(1)><%= 1337*31337 %><%- process.env %>{{1337*31337}}</title></style>';
/** The output that a template would produce if it ran the words. */
const RUN = /41897569|PATH=/;

const TENANT: Yaml = {
  id: 'evil',
  name: HOSTILE.slice(0, 100),
  brand: { colour: '#0b6e4f' },
  support: { email: 'help@evil.test', url: 'https://evil.test/?a="onmouseover="alert(1)&b=<script>' },
  second_factor: {
    enforcement: 'required',
    methods: ['totp'],
    set_up_proof: 'none',
    grace_days: 5,
    message: { en: `${HOSTILE}\n\nhttps://evil.test/"onclick="alert(1)\njavascript:alert(1)` },
  },
};

const CLIENT: Yaml = {
  client_id: 'evil',
  client_name: HOSTILE,
  client_secret: CLIENT_SECRET,
  redirect_uris: [CALLBACK],
  first_party: false,
  tenant: 'evil',
  client_uri: 'https://evil.test/"><script>alert(1)</script>',
};

describe('hostile text', () => {
  const folder = configFolder();
  let app: App | null = null;
  afterEach(async () => {
    await app?.stop();
    app = null;
  });

  function withEvil(tenant: Yaml = {}, client: Yaml = {}): Yaml {
    const standard = standardConfig();
    return {
      tenants: [...standard.tenants, { ...TENANT, ...tenant }],
      clients: [...standard.clients, { ...CLIENT, ...client }],
      accounts: [
        ...standard.accounts,
        { email: 'eve@evil.test', tenant: 'evil', name: HOSTILE.slice(0, 60), password: PASSWORD },
      ],
    };
  }

  it('stays text on every page of a sign-in, a consent and an account [A91]', async () => {
    const pages: Page[] = [];
    app = await startApp({ config: withEvil() });
    const visitor = app.visitor({ seen: (page) => pages.push(page) });
    const rp = await app.relyingParty('evil');
    const hints = { login_hint: HOSTILE, ui_locales: `${HOSTILE} en`, scope: 'openid email', state: HOSTILE };
    await visitor.open(await rp.authorizationUrl(hints));
    await visitor.signIn(HOSTILE, HOSTILE);
    const first = await visitor.signIn('eve@evil.test', PASSWORD);
    const setUp = await visitor.follow(await visitor.submit(first, { method: 'totp' }));
    const secret = setUp.mark('secret');
    const refused = await visitor.submit(setUp, {
      code: HOSTILE,
      label: HOSTILE.slice(0, 60),
      app: HOSTILE.slice(0, 60),
    });
    expect(refused.status).to.be.oneOf([400, 422]);
    const code = totpCode(secret, app.clock.now());
    await visitor.putAway(await visitor.submit(setUp, { code, label: HOSTILE.slice(0, 40) }));
    const end = await visitor.follow(await visitor.submit(visitor.page, {}, 'allow'));
    await visitor.open('/account');
    await visitor.open('/account/security');
    await visitor.get(
      `/account/return?error=${encodeURIComponent(HOSTILE)}&error_description=${encodeURIComponent(HOSTILE)}`,
    );
    await visitor.get(`/${encodeURIComponent(HOSTILE)}`);
    await visitor.get(`/demo/callback?error=${encodeURIComponent(HOSTILE)}&state=x`);

    expect(new URL(end.location ?? '').searchParams.get('state')).to.equal(HOSTILE);
    const shown = pages.filter(({ location, name }) => location === null && name !== null);
    expect(new Set(shown.map(({ name }) => name))).to.include.all.keys(
      'sign-in',
      'set-up-choose',
      'set-up-totp',
      'recovery-codes',
      'consent',
      'account',
      'security',
      'error',
    );
    for (const page of shown) expectWords(page);
    expect(shown.find(({ name }) => name === 'sign-in')?.text).to.include('&lt;script&gt;');
    expect(
      shown
        .find(({ name }) => name === 'set-up-choose')
        ?.$('main')
        .text(),
    ).to.include('<%= 1337*31337 %>');
  });

  const refused: Readonly<Record<string, readonly [tenant: Yaml, client: Yaml, names: RegExp]>> = {
    'a colour that is more': [{ brand: { colour: '#fff;}</style><script>' } }, {}, /brand\.colour/],
    'a script for support': [{ support: { url: 'javascript:alert(1)' } }, {}, /support\.url/],
    'data for support': [{ support: { url: 'data:text/html,<script>' } }, {}, /support\.url/],
    'two addresses for support': [{ support: { email: 'a@x.test\r\nBcc: b@y.test' } }, {}, /support\.email/],
    'an id with a path in it': [{ id: '../../x' }, {}, /tenants\[3\]\.id/],
    "a script for a client's site": [{}, { client_uri: 'javascript:alert(1)' }, /client_uri/],
    'a redirect URI that is a script': [{}, { redirect_uris: ['javascript:alert(1)'] }, /redirect_uris/],
  };
  for (const [what, [tenant, client, names]] of Object.entries(refused)) {
    it(`is refused in a configuration: ${what} [A91]`, async () => {
      const [fault] = folder.faults(stringify(withEvil(tenant, client)));
      expect(`${fault?.path}: ${fault?.message}`).to.match(names);
    });
  }

  it('is refused in an SVG logo, and a picture is served as a picture only [A91]', async () => {
    folder.write('logo.png', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>');
    const [fault] = folder.faults(stringify(withEvil({ brand: { logo: 'logo.png' } })));
    expect(fault).to.deep.include({ path: 'tenants[3].brand.logo' });

    const png = folder.path('logo.svg');
    writeFileSync(
      png,
      Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.from('<script>alert(1)</script>')]),
    );
    app = await startApp({ config: withEvil({ brand: { logo: png } }) });
    const logo = await app.visitor().get('/assets/brand/evil/logo');
    expect(logo.status).to.equal(200);
    expect(logo.headers).to.include({ 'content-type': 'image/png', 'x-content-type-options': 'nosniff' });
    expect(logo.headers['content-security-policy']).to.include("default-src 'none'");
  });
});

/** Nothing of it has become an element, an attribute, an address that runs, or the result of a template. */
function expectWords({ $, text, url, name }: Page): void {
  const about = `${name} ${new URL(url).pathname}`;
  expect($('script:not([src])'), about).to.have.length(0);
  expect(
    $('img')
      .toArray()
      .filter((image) => $(image).attr('src') === 'x'),
    about,
  ).to.have.length(0);
  // A file to be kept is text and nothing else: browsers save it, and never show it as a page.
  const kept = $('a[download][href^="data:text/plain;charset=utf-8,"]');
  const attributes = $('*')
    .not(kept)
    .toArray()
    .flatMap((element) => Object.entries($(element).attr() ?? {}));
  for (const [attribute, value] of attributes) {
    expect(attribute, about).not.to.match(/^on|^style$/);
    if (/^(href|src|action|formaction)$/.test(attribute))
      expect(value, about).not.to.match(/^\s*(javascript|vbscript|data:text)/i);
  }
  expect(text, about).not.to.match(RUN);
}
