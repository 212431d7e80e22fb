import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Context } from 'koa';
import { LOCALES, type Locale } from '../../src/domain/account.ts';
import { AUDIT_EVENTS } from '../../src/domain/audit/lost-changes.ts';
import { ownPageLocale } from '../../src/http/pages/locale.ts';
import { type LocaleWishes, loadTranslations } from '../../src/presentation/locale.ts';
import { type PageServer, startPageServer } from '../support/pages/page-server.ts';
import { createVisitor, type Headers } from '../support/visitor.ts';

interface Case extends Partial<Pick<LocaleWishes, 'uiLocales' | 'chosen' | 'tenant'>> {
  readonly cookie?: string;
  /** Null: the browser sends none. */
  readonly accept?: string | null;
  readonly expected: Locale;
  readonly why: string;
}

const nl = { locale: 'nl' } as const;
const en = { locale: 'en' } as const;

const CASES: readonly Case[] = [
  { why: 'nothing is known', expected: 'en' },
  { why: 'the browser wants Dutch', accept: 'nl', expected: 'nl' },
  { why: 'the browser wants Belgian Dutch', accept: 'nl-BE,nl;q=0.9,en;q=0.8', expected: 'nl' },
  { why: 'the browser likes English better', accept: 'nl;q=0.5, en-GB;q=0.9', expected: 'en' },
  { why: 'the browser wants only what we do not speak', accept: 'de, fr;q=0.9', expected: 'en' },
  { why: 'the same, and the tenant is Dutch', accept: 'de', tenant: nl, expected: 'nl' },
  { why: 'the browser takes anything', accept: '*', tenant: nl, expected: 'nl' },
  { why: 'the browser says nothing and the tenant is Dutch', tenant: nl, expected: 'nl' },
  { why: 'the browser refuses Dutch', accept: 'nl;q=0, en', tenant: nl, expected: 'en' },
  { why: 'the header is no list of languages', accept: ';;;q=x,\u00ff', tenant: nl, expected: 'nl' },
  { why: 'the browser comes before the tenant', accept: 'en', tenant: nl, expected: 'en' },
  { why: 'ui_locales comes before the browser', uiLocales: 'fr nl-NL en', accept: 'en', expected: 'nl' },
  { why: 'ui_locales in capitals', uiLocales: 'NL', accept: 'en', expected: 'nl' },
  { why: 'ui_locales names nothing of ours', uiLocales: 'fr __proto__', accept: 'nl', expected: 'nl' },
  { why: 'ui_locales is empty', uiLocales: '', accept: 'nl', expected: 'nl' },
  { why: 'the account comes before ui_locales', chosen: 'nl', uiLocales: 'en', accept: 'en', expected: 'nl' },
  {
    why: 'the choice in this browser comes before all',
    cookie: 'nl',
    chosen: 'en',
    uiLocales: 'en',
    accept: 'en',
    tenant: en,
    expected: 'nl',
  },
  { why: 'the cookie is none of ours', cookie: 'xx', accept: 'nl', expected: 'nl' },
  { why: 'the cookie is hostile', cookie: '__proto__', accept: 'nl', expected: 'nl' },
];

describe('the language of a page', () => {
  let server: PageServer;
  let show: (ctx: Context) => void;
  before(async () => {
    server = await startPageServer({ show: (ctx) => show(ctx) });
  });
  after(() => server.close());

  for (const { why, cookie, accept = null, expected, ...wishes } of CASES) {
    it(`is ${expected} when ${why} [1.7]`, async () => {
      show = (ctx) => {
        ctx.body = ownPageLocale(ctx, { uiLocales: undefined, chosen: null, tenant: null, ...wishes });
      };
      const headers: Headers = {
        'accept-language': accept,
        cookie: cookie === undefined ? null : `locale=${cookie}`,
      };
      expect((await createVisitor(server.origin, { headers }).get('/page')).text).to.equal(expected);
    });
  }
});

describe('the texts', () => {
  const root = new URL('../../', import.meta.url);
  const keys = Object.fromEntries(
    LOCALES.map((locale) => [
      locale,
      flat(JSON.parse(readFileSync(new URL(`views/locales/${locale}.json`, root), 'utf8'))),
    ]),
  );
  const used = usedKeys();

  it('have the same keys in every language, and none is empty [1.7]', () => {
    for (const locale of LOCALES) {
      expect(Object.keys(keys[locale] ?? {}), locale).to.have.members(Object.keys(keys.en ?? {}));
      for (const [key, text] of Object.entries(keys[locale] ?? {})) {
        expect(text.trim(), `${locale} ${key}`).not.to.equal('');
      }
    }
  });

  it('have the same placeholders in every language [1.7]', () => {
    const names = (text = ''): string[] =>
      [...text.matchAll(/\{\{(\w+)/g)].map(([, name = '']) => name).sort();
    for (const [key, text] of Object.entries(keys.en ?? {})) {
      expect(names(keys.nl?.[key]), key).to.deep.equal(names(text));
    }
  });

  it('have words for each event of the audit log', () => {
    for (const event of AUDIT_EVENTS)
      expect(keys.en).to.have.property(`audit-event.${event.replace('.', '-')}`);
  });

  it('are all used', () => {
    const unused = Object.keys(keys.en ?? {}).filter((key) => !used.some((each) => each.test(base(key))));
    expect(unused).to.deep.equal([]);
  });

  it('are all defined', () => {
    const known = Object.keys(keys.en ?? {}).map(base);
    const missing = used.filter((each) => !known.some((key) => each.test(key))).map(String);
    expect(missing).to.deep.equal([]);
  });

  it('add no second full stop after a name that ends in one', () => {
    const t = loadTranslations()('nl');
    expect(t('mail.footer', { host: 'x.test', tenant: 'Bakkerij B.V.' })).to.include(
      'bij Bakkerij B.V. Antwoorden',
    );
    expect(t('mail.footer', { host: 'x.test', tenant: 'Bakkerij' })).to.include('bij Bakkerij. Antwoorden');
  });

  it('use one term for the sign-in', () => {
    const others = Object.entries(keys.nl ?? {}).filter(([, text]) => /\b(aan|af)(meld|gemeld)/i.test(text));
    expect(others).to.deep.equal([]);
  });

  it('address a person as "je"', () => {
    const formal = Object.entries(keys.nl ?? {}).filter(([, text]) => /\b(u|uw|jouwe)\b/i.test(text));
    expect(formal).to.deep.equal([]);
  });

  /** Keys as views and the files that pick words ask for them; what is computed matches one part of a key. */
  function usedKeys(): RegExp[] {
    const views = readdirSync(new URL('views/', root), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ejs'))
      .map((name) => `views/${name}`);
    const asked = /(['`])([a-z$][\w${}-]*\.[\w.${}-]+)\1/g;
    const sources = [
      'http/pages/render',
      'http/pages/refusals',
      'presentation/dates',
      'messages/email-words',
      'messages/sms-words',
    ];
    return [...views, ...sources.map((name) => `src/${name}.ts`)]
      .map((path) => readFileSync(new URL(path, root), 'utf8'))
      .flatMap((text) => [...text.matchAll(asked)])
      .map(([, , key = '']) => key.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '[^.]+'))
      .filter((key) => !/\\\.(css|svg|js|json|ejs)$/.test(key))
      .map((key) => new RegExp(`^${key}$`));
  }
});

function base(key: string): string {
  return key.replace(/_(zero|one|other)$/, '');
}

function flat(tree: Readonly<Record<string, unknown>>, path = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tree).flatMap(([name, value]) =>
      typeof value === 'string'
        ? [[`${path}${name}`, value]]
        : Object.entries(flat(value as Record<string, unknown>, `${path}${name}.`)),
    ),
  );
}
