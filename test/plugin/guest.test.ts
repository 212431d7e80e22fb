import { expect } from 'chai';
import { startGuest } from '../support/hosts/guest-host.ts';
import { KINDS } from '../support/hosts/guest-kinds.ts';
import { begin, interaction, MFA, redeem, SFA, setUp, signedIn } from './story.ts';

for (const kind of KINDS) {
  describe(`the plugin as a guest at ${kind.title} [U.6]`, () => {
    const at = interaction(kind);

    it('refuses cross-site forms, other HTTP methods, and forms without their token', async () => {
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'ann');
      const { action } = page.form({ method: 'totp' });
      const elsewhere = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.test' };
      const foreign = await visitor.submit(page, { method: 'totp' }, undefined, elsewhere);
      expect([foreign.status, foreign.name, foreign.error]).to.deep.equal([403, 'error', 'forbidden']);
      const bare = await visitor.submit(page, { method: 'totp' }, undefined, {
        'sec-fetch-site': null,
        origin: null,
      });
      expect(bare.status).to.equal(403);
      const untokened = await visitor.post(action, { method: 'totp' });
      expect([untokened.status, untokened.error]).to.deep.equal([403, 'forbidden']);
      const put = await fetch(action, { method: 'PUT', headers: { 'sec-fetch-site': 'same-origin' } });
      expect([put.status, put.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD, POST']);
      await visitor.follow(await visitor.submit(page, { method: 'totp' }));
      expect((await setUp(at.host, visitor)).end.location).to.match(/^http:\/\/rp\.test\/callback\?code=/);
    });

    it('sets a content security policy on its own pages and leaves the host’s pages alone [A93]', async () => {
      const visitor = at.host.visitor();
      const { headers } = await begin(at, visitor, 'ann');
      expect(headers['content-security-policy']).to.contain("frame-ancestors 'none'");
      // Chromium applies it to the redirects that follow a form, the relying party's own included.
      expect(headers['content-security-policy']).not.to.contain('form-action');
      expect(headers['cache-control']).to.equal('no-store');
      expect(headers['x-content-type-options']).to.equal('nosniff');
      expect(headers['referrer-policy']).to.equal('same-origin');
      expect(headers).not.to.have.property('strict-transport-security');
      const own = await at.host.visitor().open(await at.rp.authorizationUrl());
      expect(own.name).to.equal('host-login');
      expect(own.headers).not.to.have.property('content-security-policy');
    });

    it('serves its styles and icons under the host’s path', async () => {
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'ann');
      const linked = page
        .$('link[href], img[src], script[src], form[action], a[href]')
        .toArray()
        .map((element) => page.$(element).attr('href') ?? page.$(element).attr('src') ?? '')
        .concat(
          page
            .$('form')
            .toArray()
            .map((element) => page.$(element).attr('action') ?? ''),
        )
        .filter((address) => address.startsWith('/'));
      expect(linked.length).to.be.above(3);
      for (const address of linked) {
        expect(address).to.match(
          new RegExp(`^${kind.prefix}/(?:second-factor|interaction/[^/]+/second-factor)/`),
        );
      }
      for (const element of page.$('link[href]').toArray()) {
        const asset = await visitor.get(String(page.$(element).attr('href')));
        expect(asset.status).to.equal(200);
        expect(asset.headers['content-type']).to.match(/^(?:text\/css|image\/svg\+xml)/);
      }
    });

    it('shows the person’s language and stores it in a cookie of its own [1.7]', async () => {
      const visitor = at.host.visitor({ headers: { 'accept-language': 'nl' } });
      const page = await begin(at, visitor, 'ann');
      expect(page.$('html').attr('lang')).to.equal('nl');
      const english = await visitor.follow(await visitor.submit(page, {}, 'locale'));
      expect(english.url).to.equal(page.url);
      expect(english.$('html').attr('lang')).to.equal('en');
      const names = visitor.jar.getCookiesSync(page.url).map(({ key }) => key);
      expect(names).to.include('second-factor-locale').and.not.to.include('locale');
    });

    it('keeps what was typed when the language is switched, except for the code [1.7]', async () => {
      const visitor = at.host.visitor();
      const first = await begin(at, visitor, 'ann');
      const page = first.name === 'set-up-choose' ? await visitor.chooseMethod('totp') : first;
      const typed = { label: 'Work phone', app: 'Aegis', code: '123456', locale: 'nl' };
      const dutch = await visitor.follow(await visitor.submit(page, typed, 'locale'));
      expect([dutch.url, dutch.$('html').attr('lang')]).to.deep.equal([page.url, 'nl']);
      expect([dutch.$('#label').val(), dutch.$('#app [selected]').val()]).to.deep.equal([
        'Work phone',
        'Aegis',
      ]);
      expect(dutch.text).not.to.include('123456');
      expect(visitor.jar.getCookieStringSync(page.url)).not.to.include('typed');
    });

    it('refuses a large form and a body that is not a form [A100]', async () => {
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'ann');
      const large = await visitor.submit(page, { method: 'x'.repeat(100_000) });
      expect([large.status, large.name]).to.deep.equal([413, 'error']);
      const { action } = page.form({});
      const json = await visitor.post(action, { code: '1' }, { 'content-type': 'application/json' });
      expect([json.status, json.name]).to.deep.equal([400, 'error']);
    });

    it('answers requests for its own paths only', async () => {
      const visitor = at.host.visitor();
      const base = `${kind.prefix}/interaction/nobody/second-factor`;
      const gone = await visitor.get(base);
      expect([gone.status, gone.name, gone.error]).to.deep.equal([400, 'error', 'session_expired']);
      expect(gone.$('main a[href]').length).to.equal(0);
      const nothing = await visitor.get(`${base}/nothing`);
      expect([nothing.status, nothing.name]).to.deep.equal([404, 'error']);
      for (const path of [`${base}-more`, '/second-factors', '/elsewhere', '/locale', '/assets/mark.svg']) {
        expect((await visitor.get(`${kind.prefix}${path}`)).name, path).to.equal(null);
      }
    });

    it('keeps a session persistent when the host made it so', async () => {
      const { visitor } = await signedIn(at, 'ann');
      const session = visitor.jar.getCookiesSync(at.host.issuer).find(({ key }) => key === '_session');
      expect(session?.expires).to.be.an.instanceOf(Date);
    });

    it('writes events into the audit log of its stores', async () => {
      await signedIn(at, 'ann');
      const events = await at.host.stores.durable.audit.list({ accountId: 'ann', limit: 10 });
      expect(events.map(({ event }) => event)).to.deep.equal([
        'sign_in.completed',
        'recovery.created',
        'enrolment.created',
      ]);
    });

    it('runs twice in one process, each with its own keys, accounts and policy', async () => {
      const host = await startGuest(kind, { options: { policy: { enforcement: 'optional' } } });
      try {
        const there = { host, rp: await host.relyingParty() };
        const here = await signedIn(at, 'ann');
        const { claims } = await redeem(there.rp, await begin(there, host.visitor(), 'ann'));
        expect(claims).to.include({ iss: host.issuer, acr: SFA });
        expect(here.claims).to.include({ iss: at.host.issuer, acr: MFA });
      } finally {
        await host.stop();
      }
    });
  });
}
