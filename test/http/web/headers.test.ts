/** The headers of every response of a whole run, the contents of its URLs, and the secrets that are displayed once. */
import { expect } from 'chai';
import { type App, CLIENT_SECRET, startApp } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';
import { rawRequest } from '../../support/process/raw-request.ts';
import { type Run, wholeRun } from './full-story.ts';

const PAGES = [
  'sign-in',
  'set-up-totp',
  'enter-code',
  'consent',
  'switch-account',
  'form-post',
  'sign-out',
  'signed-out',
  'account',
  'security',
  'error',
  'demo',
  'outbox',
];
/** Pages whose forms end in a redirect to a relying party. */
const LEADING_AWAY = /^\/(?:interaction|auth|session)(?:\/|$)/;
/** The paths that a script of another origin may read: public data, or data that its token covers. */
const FOR_SCRIPTS = /^\/(?:jwks|me|token|request|token\/\w+|\.well-known\/[\w-]+)$/;

const BASIC = `Basic ${Buffer.from(`rp:${CLIENT_SECRET}`).toString('base64')}`;

describe('every response of a whole run', () => {
  let app: App;
  let run: Run;
  before(async () => {
    app = await startApp();
    run = await wholeRun(app);
  });
  after(() => app.stop());

  const port = (): number => Number(new URL(app.origin).port);

  const isHtml = ({ headers, location }: Page): boolean =>
    location === null && String(headers['content-type']).startsWith('text/html');

  /** The check, on each answer that it is about; there are some. */
  function ofEach(concerns: (page: Page) => boolean, check: (page: Page, about: string) => void): void {
    const found = run.answers.filter(concerns);
    expect(found).not.to.have.length(0);
    for (const page of found) check(page, `${page.status} ${new URL(page.url).pathname} ${page.name}`);
  }

  it('covers every page', () => {
    expect(new Set(run.answers.map(({ name }) => name))).to.include.all.keys(...PAGES);
    const statuses = run.answers.map(({ status }) => status);
    expect(statuses).to.include.members([200, 303, 400, 401, 403, 404, 422]);
  });

  it('forbids framing and foreign resources [A93]', () => {
    ofEach(
      () => true,
      ({ headers, url }, about) => {
        const policy = policyOf(headers['content-security-policy']);
        expect(policy.get('default-src'), about).to.equal("'none'");
        expect(policy.get('frame-ancestors'), about).to.equal("'none'");
        expect([...policy.values()].join(' '), about).not.to.match(/unsafe|\*|https?:|strict-dynamic/);
        expect(headers, about).to.include({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff' });
        if (new URL(url).pathname === '/favicon.ico') return;
        expect(policy.get('base-uri'), about).to.equal("'none'");
        expect(headers['referrer-policy'], about).to.equal('same-origin');
        expect(policy.get('form-action'), about).to.equal(
          LEADING_AWAY.test(new URL(url).pathname) ? undefined : "'self'",
        );
      },
    );
  });

  it('has no inline script or style [A93]', () => {
    ofEach(isHtml, ({ $, headers }, about) => {
      expect(policyOf(headers['content-security-policy']).get('script-src'), about).to.equal("'self'");
      expect($('script:not([src])'), about).to.have.length(0);
      const marked = $('*')
        .toArray()
        .flatMap((element) => Object.keys($(element).attr() ?? {}));
      expect(
        marked.filter((name) => name === 'style' || name.startsWith('on')),
        about,
      ).to.deep.equal([]);
      expect($('style, iframe, object, embed, base'), about).to.have.length(0);
    });
  });

  it('forbids browsers to store pages and personal data [A102]', () => {
    const isPublic = ({ url }: Page) => /^\/(?:jwks|favicon|\.well-known)/.test(new URL(url).pathname);
    ofEach(
      (page) => page.location === null && !isPublic(page),
      ({ headers }, about) => {
        expect(headers['cache-control'], about).to.equal('no-store');
      },
    );
    const leadsOut = ({ location }: Page) => location?.startsWith('http://rp.test') === true;
    ofEach(leadsOut, ({ headers }, about) => expect(headers['cache-control'], about).to.equal('no-store'));
  });

  it('has no secret in a URL, a link or a redirect [A102]', () => {
    const { secrets } = run;
    expect(secrets.length).to.be.above(6);
    ofEach(
      () => true,
      ({ $, url, location }, about) => {
        const links = $('[href], [src], [action], [formaction]')
          .toArray()
          .flatMap((element) => {
            const { href, src, action, formaction } = $(element).attr() ?? {};
            return [href, src, action, formaction].filter((each) => each?.startsWith('otpauth:') !== true);
          });
        const addresses = decodeURIComponent([url, location, ...links].join(' '));
        for (const secret of secrets) expect(addresses, about).not.to.include(secret);
      },
    );
    const answers = run.answers.flatMap(({ location }) =>
      location?.startsWith('http://rp.test/') ? [new URL(location)] : [],
    );
    expect(answers).not.to.have.length(0);
    for (const { searchParams } of answers)
      expect(['code', 'state', 'iss']).to.include.members([...searchParams.keys()]);
  });

  it('shows the secret of an authenticator app on its enrolment page only [A52]', () => {
    const isSetUp = ({ name }: Page) => name === 'set-up-totp';
    const shown = new Set<string>();
    ofEach(isSetUp, (page) => shown.add(page.mark('secret').replaceAll(/\s/g, '')));
    expect(shown.size).to.equal(2);
    ofEach(
      (page) => !isSetUp(page),
      ({ text }, about) => {
        expect(text, about).not.to.match(/otpauth:/);
        for (const secret of shown) expect(text.replaceAll(/\s/g, ''), about).not.to.include(secret);
      },
    );
  });

  it('is readable for scripts of other origins at their own endpoints only [A101]', () => {
    const isForScripts = ({ url }: Page) => FOR_SCRIPTS.test(new URL(url).pathname);
    ofEach(
      (page) => !isForScripts(page),
      ({ headers }, about) => {
        expect(
          Object.keys(headers).filter((name) => name.startsWith('access-control')),
          about,
        ).to.deep.equal([]);
      },
    );
    ofEach(isForScripts, ({ headers }, about) => {
      expect(headers['access-control-allow-credentials'], about).to.equal(undefined);
    });
  });

  for (const origin of ['http://evil.test', 'null']) {
    it(`allows scripts of ${origin} nothing, in a preflight and in the request [A101]`, async () => {
      const { authorization, ...asked } = {
        authorization: BASIC,
        origin,
        'access-control-request-method': 'POST',
      };
      for (const path of [
        '/account',
        '/account/security',
        '/interaction/abc',
        '/demo',
        '/dev/outbox.json',
        '/locale',
        '/health/ready',
        '/auth',
        '/session/end',
      ]) {
        for (const method of ['GET', 'POST', 'OPTIONS']) {
          const { status, headers } = await rawRequest(port(), { path, method, headers: asked });
          expect(
            Object.keys(headers).filter((name) => name.startsWith('access-control')),
            `${method} ${path}`,
          ).to.deep.equal([]);
          if (method !== 'GET' && path !== '/auth' && path !== '/session/end')
            expect(status, `${method} ${path}`).to.be.oneOf([403, 405]);
        }
      }
      const token = await rawRequest(port(), {
        path: '/token',
        method: 'POST',
        headers: { origin, authorization, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=authorization_code&code=x&redirect_uri=y&code_verifier=z',
      });
      expect(token.status).to.equal(400);
      expect(token.headers['access-control-allow-origin']).to.equal(undefined);
    });
  }

  it('reveals neither the server software nor a stack trace', () => {
    ofEach(
      () => true,
      ({ headers, text }, about) => {
        expect(headers, about).not.to.have.any.keys('server', 'x-powered-by');
        expect(text, about).not.to.match(/\bat \w+ \(|node_modules|\.ts:\d+/);
      },
    );
  });
});

function policyOf(header: string | string[] | undefined): Map<string, string> {
  const directives = String(header ?? '').split(/; */);
  return new Map(
    directives.map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values.join(' ')];
    }),
  );
}
