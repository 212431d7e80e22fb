import { expect } from 'chai';
import type { CheerioAPI } from 'cheerio';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import { CARRIED_FIELDS, createTypedFields } from '../../../src/http/guards/typed-fields.ts';
import type { Page } from '../../support/pages/page.ts';
import { SAMPLE_NOW } from '../../support/pages/page-sample.ts';
import { PAGE_SAMPLES } from '../../support/pages/page-samples.ts';
import { type PageServer, startPageServer } from '../../support/pages/page-server.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

/** Dropped by every switch. */
const SECRETS = ['password', 'current_password', 'code'];
const CONTROLS = ':is(input:not([type=hidden]), select, textarea)';
const KEY = { id: 'sample', key: 'a key for the pages of a test, long enough' };

/** A value that a person could have left in the control, other than the one that it has. */
function changed($: CheerioAPI, name: string): string | null {
  const control = $(`main ${CONTROLS}[name="${name}"]`);
  switch (control.attr('type') ?? control.prop('tagName')) {
    case 'radio':
      return String(control.not('[checked]').last().val());
    case 'checkbox':
      return control.is('[checked]') ? null : String(control.val());
    case 'SELECT':
      return String(control.find('option').last().val());
    default:
      return 'bo "b" <ë>&+@x.test';
  }
}

/** The value of the control as a browser would send it. Null: it is not sent. */
function valueIn($: CheerioAPI, name: string): string | null {
  const control = $(`#fields ${CONTROLS}[name="${name}"]`);
  const sent = control.serializeArray().map(({ value }) => value);
  return sent[0] ?? null;
}

describe('what is typed into a form', () => {
  let server: PageServer;
  before(async () => {
    server = await startPageServer();
  });
  after(() => server.close());

  const at = (name: string) => `/interaction/sample/${name}`;

  async function openSample(name: string): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = createVisitor(server.origin);
    return { visitor, page: await visitor.get(at(name)) };
  }

  /**
   * The names of the fields that a person fills in on the page. A button belongs to one form: of several forms that one is
   * carried which has the id, and no form in the row of a list. The fields of a search stand in its address.
   */
  const namesOn = ({ $ }: Page): string[] => {
    const fields = $(`main ${CONTROLS}[name]`).not('.rows *, form[method=get] *');
    const forms = new Set(fields.toArray().map((each) => $(each).closest('form')[0]));
    const carried = forms.size > 1 ? fields.filter('#fields *') : fields;
    return [...new Set(carried.toArray().map((each) => $(each).attr('name') ?? ''))];
  };

  for (const { name } of PAGE_SAMPLES) {
    it(`survives a switch of the language on ${name}, without its secrets [1.7]`, async () => {
      const { visitor, page } = await openSample(name);
      const names = namesOn(page);
      const carried = names.filter((field) => !SECRETS.includes(field));
      for (const field of carried)
        expect(CARRIED_FIELDS, 'a field neither carried nor secret').to.include(field);
      if (carried.length === 0) return;
      const typed = Object.fromEntries(carried.map((field) => [field, changed(page.$, field) ?? []]));
      const secrets = SECRETS.filter((field) => page.$(`#fields [name=${field}]`).length > 0);
      const all = { ...typed, ...Object.fromEntries(secrets.map((field) => [field, '314159'])) };

      const switched = await visitor.submit(page, { ...all, locale: 'nl' }, 'locale');
      expect([switched.status, switched.location]).to.deep.equal([303, page.url]);
      const dutch = await visitor.follow(switched);

      expect(dutch.$('html').attr('lang')).to.equal('nl');
      for (const field of carried) expect(valueIn(dutch.$, field), field).to.equal(changed(page.$, field));
      expect(dutch.text).not.to.include('314159');
    });
  }

  it('is not stopped by a required field, and leaves Enter to the button of the form', async () => {
    const { page } = await openSample('set-up-sms');
    const buttons = page.$('button[name=locale]');
    expect(buttons.filter('[form=fields][formaction="/locale"][formnovalidate]').length).to.equal(2);
    const owned = page.$('#fields button, button[form=fields]').toArray();
    expect(page.$(owned).first().attr('name')).to.equal('send');
  });

  it('is in no address, and in no cookie that anybody can read [A98 A102]', async () => {
    const { visitor, page } = await openSample('sign-in');
    const switched = await visitor.submit(
      page,
      { email: 'bob@acme.test', password: 'correct horse', locale: 'nl' },
      'locale',
    );
    const cookies = switched.headers['set-cookie'] ?? [];
    const kept = cookies.find((each) => each.startsWith('typed='));
    expect(kept).to.match(/; path=\/; expires=[^;]+; samesite=lax; httponly$/);
    for (const text of [switched.location ?? '', ...cookies, switched.text]) {
      expect(text).not.to.match(/bob|acme|correct|horse/);
      expect(Buffer.from(text.split('.').at(-1) ?? '', 'base64url').toString('latin1')).not.to.include('bob');
    }
  });

  it('leaves the last word to the button, on a form that has a language among its fields', async () => {
    const visitor = createVisitor(server.origin);
    const switched = await visitor.post('/locale', {
      _token: 'x',
      locale: ['en', 'nl'],
      return_to: at('consent'),
    });
    expect((await visitor.follow(switched)).$('html').attr('lang')).to.equal('nl');
    const twice = await visitor.post('/locale', {
      _token: 'x',
      locale: 'nl',
      email: ['a@x.test', 'b@x.test'],
    });
    expect(twice.status).to.equal(400);
  });

  it('is shown once, and is then gone from the browser', async () => {
    const { visitor, page } = await openSample('sign-in');
    await visitor.submit(page, { email: 'bob@acme.test', locale: 'nl' }, 'locale');
    expect(valueIn((await visitor.get(at('sign-in'))).$, 'email')).to.equal('bob@acme.test');
    expect(visitor.jar.getCookieStringSync(server.origin)).not.to.include('typed');
    expect(valueIn((await visitor.get(at('sign-in'))).$, 'email')).to.equal('');
  });

  it('is not shown on the page of another address', async () => {
    const { visitor, page } = await openSample('sign-in');
    await visitor.submit(page, { email: 'bob@acme.test', locale: 'nl' }, 'locale');
    const other = await visitor.get(`${at('sign-in')}?other`);
    expect(valueIn(other.$, 'email')).to.equal('');
  });

  it('gives way to a plain switch when it is too long for a cookie', async () => {
    const { visitor, page } = await openSample('sign-in');
    const switched = await visitor.submit(page, { email: 'ë'.repeat(1000), locale: 'nl' }, 'locale');
    expect(switched.headers['set-cookie']?.join()).not.to.include('typed');
    const dutch = await visitor.follow(switched);
    expect([dutch.$('html').attr('lang'), valueIn(dutch.$, 'email')]).to.deep.equal(['nl', '']);
  });

  it('is ignored in a cookie that is not ours, or older than a minute [A118 R33]', async () => {
    const clock = { now: () => SAMPLE_NOW - 61_000 };
    const old = createTypedFields({ cipher: createCipher([KEY]), clock, isHttps: false });
    const forger = createTypedFields({
      cipher: createCipher([{ ...KEY, key: 'a key that nobody but the attacker has' }]),
      clock: { now: () => SAMPLE_NOW },
      isHttps: false,
    });
    for (const { keep } of [old, forger]) {
      let value = '';
      const cookies = { set: (_: string, given: string) => (value = given) };
      keep({ cookies } as never, at('sign-in'), { email: 'mallory@evil.test' });
      expect(value).to.match(/^v1\./);
      const page = await createVisitor(server.origin).get(at('sign-in'), { cookie: `typed=${value}` });
      expect([page.status, valueIn(page.$, 'email')]).to.deep.equal([200, '']);
    }
    for (const value of ['', 'v1', 'v1.sample.x.y', '%00', '__proto__']) {
      const page = await createVisitor(server.origin).get(at('sign-in'), { cookie: `typed=${value}` });
      expect([page.status, valueIn(page.$, 'email')], value).to.deep.equal([200, '']);
    }
  });

  it('goes over TLS only when the issuer uses https, to no other host [A94]', async () => {
    const secure = await startPageServer({ issuer: 'https://id.example' });
    const visitor = createVisitor(secure.origin);
    const { headers } = await visitor.post('/locale', {
      _token: 'x',
      locale: 'nl',
      email: 'b@x.test',
      return_to: '/',
    });
    await secure.close();
    const kept = headers['set-cookie']?.find((each) => each.includes('typed='));
    expect(kept)
      .to.match(/^__Host-typed=v1\..*; path=\/; .*; secure; httponly$/)
      .and.not.match(/domain/i);
  });
});
