/** Tabs of several relying parties that wait for a sign-in: one of them asks, and the others finish by themselves. */
import { expect } from 'chai';
import type { SignInRecord } from '../../../../src/domain/sign-in/sign-in-record.ts';
import { PASSWORD } from '../../../support/app.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  askAgain,
  confidential,
  errorOf,
  interaction,
  MFA,
  nextCode,
  partyOf,
  redeem,
  tokensFor,
  withClients,
} from '../../oidc/story.ts';
import { accounts, hasCode, member, withApp } from '../members.ts';

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

describe('tabs that were opened before the sign-in', () => {
  const at = interaction(() => ({
    ...withClients(
      confidential('one'),
      confidential('two'),
      confidential('mfa', { second_factor: 'always' }),
    ),
    ...accounts(
      ...['ann', 'ben', 'cas', 'dee', 'eva', 'fay', 'gus', 'hal', 'ida'].map((name) => withApp(name, 'open')),
      ...['jan', 'kim'].map((name) => member(name, 'open')),
    ),
  }));
  const party = (id: string) => partyOf(at.app, id);

  /** A tab that waits at the password page. */
  async function tab(
    visitor: Visitor,
    rp: RelyingParty,
    parameters: Record<string, string> = {},
  ): Promise<Page> {
    const page = await visitor.open(await rp.authorizationUrl(parameters));
    expect(page.name).to.equal('sign-in');
    return page;
  }

  /** Signs in within a tab, with a code if one is asked for. */
  async function signInAt(visitor: Visitor, page: Page, email: string): Promise<Page> {
    const next = await visitor.follow(await visitor.submit(page, { email, password: PASSWORD }));
    if (next.name !== 'enter-code') return next;
    return visitor.follow(await visitor.submit(next, { code: nextCode(at.app) }));
  }

  const reload = (visitor: Visitor, page: Page) => visitor.open(page.url);

  async function idOf(email: string): Promise<string> {
    return (await at.app.parts.stores.accounts.findByEmail(email))?.id ?? '';
  }

  async function recordsOf(email: string): Promise<SignInRecord[]> {
    return at.app.parts.stores.records.listByAccount(await idOf(email), at.app.clock.now());
  }

  async function auditOf(email: string): Promise<string[]> {
    const events = await at.app.parts.stores.audit.list({ accountId: await idOf(email), limit: 100 });
    return events.map(({ event }) => event);
  }

  it('finish without another password or code, and no code counts as used before [A121]', async () => {
    const visitor = at.app.visitor();
    const parties = await Promise.all(['rp', 'one', 'two', 'mfa'].map(party));
    const tabs: Page[] = [];
    for (const each of parties) tabs.push(await tab(visitor, each));
    const [here, ...others] = tabs as [Page, ...Page[]];
    const { claims } = await redeem(
      parties[0] as RelyingParty,
      await signInAt(visitor, here, 'ann@open.test'),
    );
    const records = await recordsOf('ann@open.test');
    expect(records).to.have.length(1);
    at.clock.nextStep(40 * SECOND);

    for (const [index, page] of others.entries()) {
      const end = await visitor.open(index === 0 ? page.url : `${page.url.replace('/sign-in', '')}/sign-in`);
      const told = await redeem(parties[index + 1] as RelyingParty, end);
      expect(told.claims).to.deep.include({
        sub: claims.sub,
        acr: MFA,
        amr: claims.amr,
        auth_time: claims.auth_time,
      });
    }
    expect(await recordsOf('ann@open.test')).to.deep.equal(records);
    const events = await auditOf('ann@open.test');
    expect(events.filter((event) => event === 'sign_in.completed')).to.have.length(1);
    expect(events.filter((event) => /refused/.test(event))).to.deep.equal([]);
  });

  it('leave the cookie of the session as it is, so that tabs which are reloaded at once all know it [A121]', async () => {
    const visitor = at.app.visitor();
    const [rp, one] = [await party('rp'), await party('one')];
    const [here, waiting] = [await tab(visitor, rp), await tab(visitor, one)];
    await signInAt(visitor, here, 'ben@open.test');
    const cookie = () =>
      visitor.jar.getCookiesSync(at.app.origin).find(({ key }) => key === '_session')?.value;
    const before = cookie();
    await redeem(one, await reload(visitor, waiting));
    expect(before).to.be.a('string');
    expect(cookie()).to.equal(before);
  });

  it('finish in all at the same moment [A121]', async () => {
    const visitor = at.app.visitor();
    const parties = await Promise.all(['rp', 'one', 'two'].map(party));
    const tabs: Page[] = [];
    for (const each of parties) tabs.push(await tab(visitor, each));
    await signInAt(visitor, await tab(visitor, await party('mfa')), 'ben@open.test');
    const ends = await Promise.all(tabs.map((page) => reload(visitor, page)));
    for (const [index, end] of ends.entries()) await redeem(parties[index] as RelyingParty, end);
  });

  it('finish at the page of the code, by a reload and by the code that is typed a second time [A121]', async () => {
    const visitor = at.app.visitor();
    const parties = await Promise.all(['rp', 'one', 'two'].map(party));
    const codes: Page[] = [];
    for (const each of parties) {
      const page = await tab(visitor, each);
      const typed = { email: 'cas@open.test', password: PASSWORD };
      codes.push(await visitor.follow(await visitor.submit(page, typed)));
    }
    expect(codes.map(({ name }) => name)).to.deep.equal(['enter-code', 'enter-code', 'enter-code']);
    const [first, second, third] = codes as [Page, Page, Page];
    const code = nextCode(at.app);
    expect(hasCode(await visitor.follow(await visitor.submit(first, { code })))).to.equal(true);
    expect(hasCode(await reload(visitor, second))).to.equal(true);
    expect(hasCode(await visitor.follow(await visitor.submit(third, { code })))).to.equal(true);
    expect(await auditOf('cas@open.test')).not.to.include('second_factor.refused');
    expect(await recordsOf('cas@open.test')).to.have.length(1);
  });

  it('refuse a forged form at the page of the code, with a session too [A56]', async () => {
    const visitor = at.app.visitor();
    const page = await tab(visitor, at.rp);
    const waiting = await visitor.follow(
      await visitor.submit(page, { email: 'dee@open.test', password: PASSWORD }),
    );
    await signInAt(visitor, await tab(visitor, await party('one')), 'dee@open.test');
    const forged = await visitor.post(waiting.url, { code: '000000', _token: 'guessed' });
    expect(forged).to.include({ status: 403, name: 'error' });
  });

  it('finish by a form with the address of the session’s account, whatever its password', async () => {
    const visitor = at.app.visitor();
    const page = await tab(visitor, at.rp);
    await signInAt(visitor, await tab(visitor, await party('one')), 'eva@open.test');
    const end = await visitor.submit(page, { email: ' EVA@open.test', password: 'forgotten' });
    expect(hasCode(await visitor.follow(end))).to.equal(true);
    expect(await auditOf('eva@open.test')).not.to.include('sign_in.password_refused');
  });

  it('check the password of another address as usual, and change to its account', async () => {
    const visitor = at.app.visitor();
    const page = await tab(visitor, at.rp);
    await signInAt(visitor, await tab(visitor, await party('one')), 'eva@open.test');
    const wrong = await visitor.submit(page, { email: 'jan@open.test', password: 'wrong' });
    expect(wrong).to.include({ status: 422, error: 'credentials_invalid' });
    const change = await visitor.follow(
      await visitor.submit(wrong, { email: 'jan@open.test', password: PASSWORD }),
    );
    expect(change.name).to.equal('switch-account');
    const end = await visitor.follow(await visitor.submit(change, {}));
    expect((await redeem(at.rp, end)).claims.sub).to.equal(await idOf('jan@open.test'));
  });

  it('finish for prompt=login where the sign-in came after the request, and ask where it did not', async () => {
    const visitor = at.app.visitor();
    const waiting = await tab(visitor, at.rp, { prompt: 'login' });
    await signInAt(visitor, await tab(visitor, await party('one')), 'fay@open.test');
    expect(hasCode(await reload(visitor, waiting))).to.equal(true);

    at.clock.nextStep(5 * SECOND);
    const second = await tab(visitor, at.rp, { prompt: 'login' });
    const third = await tab(visitor, await party('two'), { prompt: 'login' });
    expect((await reload(visitor, second)).name, 'the session is older').to.equal('sign-in');
    at.clock.nextStep(40 * SECOND);
    expect(hasCode(await signInAt(visitor, second, 'fay@open.test'))).to.equal(true);
    expect(hasCode(await reload(visitor, third)), 'after a new sign-in of the session').to.equal(true);
  });

  it('ask where max_age has passed since the sign-in', async () => {
    const visitor = at.app.visitor();
    const [soon, later] = [
      await tab(visitor, at.rp, { max_age: '60' }),
      await tab(visitor, await party('two'), { max_age: '600' }),
    ];
    await signInAt(visitor, await tab(visitor, await party('one')), 'gus@open.test');
    at.clock.nextStep(90 * SECOND);
    expect((await reload(visitor, soon)).name).to.equal('sign-in');
    expect(hasCode(await reload(visitor, later))).to.equal(true);
    const end = await signInAt(visitor, soon, 'gus@open.test');
    expect(hasCode(end)).to.equal(true);
  });

  it('ask for the factor that the session lacks for the level of a request', async () => {
    const visitor = at.app.visitor();
    const mfa = await party('mfa');
    const [level, client] = [await tab(visitor, at.rp, { acr_values: MFA }), await tab(visitor, mfa)];
    await signInAt(visitor, await tab(visitor, await party('one')), 'kim@open.test');
    for (const page of [level, client]) {
      const typed = { email: 'kim@open.test', password: PASSWORD };
      expect((await reload(visitor, page)).name).to.equal('sign-in');
      const next = await visitor.follow(await visitor.submit(page, typed));
      expect(next.name).to.match(/^set-up-/);
    }
  });

  it('ask where the request is for another account or another tenant', async () => {
    const hint = (await tokensFor(at.app, at.rp, 'jan@open.test')).tokens.id_token ?? '';
    const own = (await tokensFor(at.app, at.rp, 'hal@open.test')).tokens.id_token ?? '';
    const visitor = at.app.visitor();
    const foreign = [
      await tab(visitor, at.rp, { id_token_hint: hint }),
      await tab(visitor, await party('strict-only')),
    ];
    const welcome = await tab(visitor, at.rp, { id_token_hint: own });
    await signInAt(visitor, await tab(visitor, await party('one')), 'hal@open.test');
    for (const page of foreign) {
      expect((await reload(visitor, page)).name).to.equal('sign-in');
      // A form for the same address is checked as well.
      const answer = await visitor.submit(page, { email: 'hal@open.test', password: 'wrong' });
      expect(answer).to.include({ status: 422, error: 'credentials_invalid' });
    }
    expect(hasCode(await reload(visitor, welcome))).to.equal(true);
  });

  it('lead a third party’s users to the consent page', async () => {
    const visitor = at.app.visitor();
    const third = await party('third');
    const page = await tab(visitor, third);
    await signInAt(visitor, await tab(visitor, await party('one')), 'ida@open.test');
    const consent = await reload(visitor, page);
    expect(consent.name).to.equal('consent');
    const end = await visitor.follow(await visitor.submit(consent, {}, 'allow'));
    expect((await redeem(third, end)).claims.acr).to.equal(MFA);
  });

  it('ask again after the session has ended', async () => {
    const visitor = at.app.visitor();
    const page = await tab(visitor, at.rp);
    await signInAt(visitor, await tab(visitor, await party('one')), 'jan@open.test');
    await visitor.follow(await visitor.submit(await visitor.open('/session/end'), {}, 'logout'));
    expect((await reload(visitor, page)).name).to.equal('sign-in');
  });

  it('keep the life of the session as it was', async () => {
    const visitor = at.app.visitor();
    const page = await tab(visitor, at.rp);
    await signInAt(visitor, await tab(visitor, await party('one')), 'jan@open.test');
    at.clock.nextStep(300 * SECOND);
    expect(hasCode(await reload(visitor, page))).to.equal(true);
    const silent = async () => errorOf(await askAgain(visitor, at.rp, { prompt: 'none' }));
    at.clock.nextStep(DAY - 400 * SECOND);
    expect(await silent()).to.equal(null);
    at.clock.nextStep(200 * SECOND);
    expect(await silent()).to.equal('login_required');
  });
});
