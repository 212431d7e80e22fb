/** "It was not me" is final: nothing that was under way before it goes on after an operator has unfrozen the account. */
import { join } from 'node:path';
import { expect } from 'chai';
import * as client from 'openid-client';
import { cipherOf } from '../../../../src/compose/keys.ts';
import { secretsOf } from '../../../../src/compose/parts.ts';
import type { Account } from '../../../../src/domain/account.ts';
import { createLinkTokens } from '../../../../src/use-cases/account/link-tokens.ts';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Page } from '../../../support/pages/page.ts';
import { runCommand } from '../../../support/process/command.ts';
import type { Visitor } from '../../../support/visitor.ts';
import {
  ask,
  confirm,
  type DeviceAnswer,
  deviceParty,
  poll,
  withDevices,
} from '../../oidc/device/device-story.ts';
import {
  askAgain,
  errorOf,
  interaction,
  nextCode,
  post,
  redeem,
  refresh,
  refusal,
  type SignedIn,
  signIn,
} from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, withApp, words } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';
import { openSecurity, signInAgain, trust, trusting } from '../trusted-browsers/trust.ts';

type Link = 'not-me' | 'confirm-email';

describe('"it was not me", after an operator has unfrozen the account', () => {
  const s = interaction(() => ({
    ...withDevices(),
    ...trusting('open'),
    ...accounts(
      ...['ann', 'ben', 'cas', 'dee'].map((name) => withApp(name, 'open', { email_confirmed: true })),
    ),
  }));
  const emailOf = (name: string) => `${name}@open.test`;

  async function accountOf(name: string): Promise<Account> {
    const account = await s.app.parts.stores.accounts.findByEmail(emailOf(name));
    if (!account) throw new Error(`there is no ${name}`);
    return account;
  }

  /** As a mail of this moment would carry it. */
  async function linkFor(name: string, use: Link = 'not-me'): Promise<string> {
    const cipher = await cipherOf(secretsOf(s.app.config), s.app.parts);
    const token = createLinkTokens({ cipher, clock: s.clock }).tokenFor(use, await accountOf(name));
    return `${s.app.origin}/${use}/${encodeURIComponent(token)}`;
  }

  async function press(link: string): Promise<Page> {
    const owner = s.app.visitor();
    const answer = await owner.submit(await owner.open(link), {}, 'report');
    expect(answer.status).to.equal(303);
    return answer;
  }

  /** As the operator runs it, beside the server. */
  async function unfreeze(name: string): Promise<void> {
    const { dataDir } = s.app.config.storage;
    const env = { DOUBLELOCK_CONFIG: join(dataDir, 'config.yaml') };
    const { out } = await runCommand(['accounts', 'unfreeze', emailOf(name)], { cwd: dataDir, env });
    expect(out).to.include('may change');
    expect((await accountOf(name)).frozenAt).to.equal(null);
  }

  async function eventsOf(name: string): Promise<{ event: string; reason: string | null }[]> {
    return s.app.parts.stores.audit.list({ accountId: (await accountOf(name)).id, limit: 100 });
  }

  describe('a sign-in of before', () => {
    let half: { visitor: Visitor; page: Page };
    let finished: { visitor: Visitor; answer: Page };
    let resumed: { visitor: Visitor; end: Page };
    let whole: SignedIn;
    let trusted: Visitor;
    let device: DeviceAnswer;
    let tv: RelyingParty;
    let links: Readonly<Record<Link, string>>;
    let restoreStored: () => Promise<void>;

    before(async function () {
      this.timeout(60_000);
      const email = emailOf('ann');
      ({ visitor: trusted } = await trust(s, email));
      const visitor = s.app.visitor();
      const url = await s.rp.authorizationUrl({ scope: 'openid offline_access' });
      whole = { visitor, ...(await redeem(s.rp, await signIn(s.app, visitor, url, email))) };
      tv = await deviceParty(s.app);
      device = await ask(tv);
      expect((await confirm(visitor, device.user_code)).name).to.equal('device-done');
      half = await givePassword(s, email);
      const unresumed = await givePassword(s, email);
      const answer = await unresumed.visitor.submit(unresumed.page, { code: nextCode(s.app) });
      expect(new URL(answer.location ?? '').pathname).to.match(/^\/auth\//);
      finished = { visitor: unresumed.visitor, answer };
      const other = s.app.visitor();
      resumed = { visitor: other, end: await signIn(s.app, other, await s.rp.authorizationUrl(), email) };
      expect(hasCode(resumed.end)).to.equal(true);
      links = { 'not-me': await linkFor('ann'), 'confirm-email': await linkFor('ann', 'confirm-email') };

      const { records, trustedBrowsers } = s.app.parts.stores;
      const { id } = await accountOf('ann');
      const kept = {
        records: await records.listByAccount(id, s.clock.now()),
        browsers: await trustedBrowsers.listByAccount(id, s.clock.now()),
      };
      expect(kept.browsers).to.have.length(1);
      restoreStored = async () => {
        for (const record of kept.records) await records.save(record);
        for (const browser of kept.browsers) await trustedBrowsers.insert(browser);
      };
      s.clock.nextStep(1000);
      await press(links['not-me']);
      s.clock.nextStep(1000);
      await unfreeze('ann');
      // As a deletion that failed, or a backup, would have left them.
      await restoreStored();
    });

    it('gets no tokens for a code that was issued and not exchanged [A117]', async () => {
      expect(await refusal(s.rp.exchange(resumed.end.location ?? ''))).to.equal('invalid_grant');
      expect(errorOf(await askAgain(resumed.visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    });

    it('is not resumed once its second factor was accepted [A117]', async () => {
      const page = await finished.visitor.follow(finished.answer);
      expect([page.name, hasCode(page)]).to.deep.equal(['sign-in', false]);
      expect(errorOf(await askAgain(finished.visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    });

    it('is not finished with its second factor when only the password was given [A117]', async () => {
      const code = nextCode(s.app);
      const refused = await half.visitor.submit(half.page, { code });
      expect([refused.status, refused.name, refused.error]).to.deep.equal([400, 'error', 'session_expired']);
      expect(errorOf(await askAgain(half.visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
      const reasons = (await eventsOf('ann')).filter(({ event }) => event === 'sign_in.refused');
      expect(reasons.map(({ reason }) => reason)).to.include('sign_in_ended');
      // The code was not counted or used up: the person starts again with it.
      const { visitor, page } = await givePassword(s, emailOf('ann'));
      expect(hasCode(await visitor.follow(await visitor.submit(page, { code })))).to.equal(true);
    });

    it('keeps no session, refresh token or access token [A117]', async () => {
      const { visitor, tokens, claims } = whole;
      expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
      expect((await visitor.open('/account')).name).to.equal('sign-in');
      expect(await refusal(refresh(s.rp, tokens.refresh_token))).to.equal('invalid_grant');
      for (const token of [tokens.access_token, tokens.refresh_token ?? ''])
        expect((await post(s.app, '/token/introspection', { token })).body.active).to.equal(false);
      const info = client.fetchUserInfo(s.rp.configuration, tokens.access_token, claims.sub);
      expect(await refusal(info)).to.equal('invalid_token');
    });

    it('gives no tokens to a device that it approved [A117]', async () => {
      expect(await refusal(poll(s.app, tv, device))).to.equal('invalid_grant');
    });

    it('leaves no browser trusted, even where a backup brings the trust back [A117]', async () => {
      const { id } = await accountOf('ann');
      expect(await s.app.parts.stores.trustedBrowsers.listByAccount(id, s.clock.now())).to.have.length(1);
      const page = await signInAgain(s, emailOf('ann'), trusted);
      expect(page.name).to.equal('enter-code');
      await trusted.follow(await trusted.submit(page, { code: nextCode(s.app) }));
      expect(
        (await openSecurity(s, trusted)).$('[name=remove_trusted_browser], [name=remove-trusted-browser]'),
      ).to.have.length(0);
      // Trust that is given now is new.
      await trust(s, emailOf('ann'), trusted);
      expect((await signInAgain(s, emailOf('ann'), trusted)).name).not.to.equal('enter-code');
    });

    it('confirms no address by a link of before [A117]', async () => {
      const page = await s.app.visitor().open(links['confirm-email']);
      expect([page.status, page.error]).to.deep.equal([400, 'session_expired']);
    });
  });

  it('does not freeze again by the same link, and says how to report anew [A117]', async () => {
    const link = await linkFor('ben');
    const owner = s.app.visitor();
    const form = await owner.open(link);
    s.clock.nextStep(1000);
    await press(link);
    expect((await press(link)).status, 'while it is frozen').to.equal(303);
    await unfreeze('ben');
    for (let time = 0; time < 2; time += 1) {
      const page = await s.app.visitor().open(`${link}?done=1`);
      expect([page.status, page.name, page.error]).to.deep.equal([400, 'error', 'session_expired']);
      expect(words(page)).to.match(/dealt with.*newest mail/);
      const late = await owner.submit(form, {}, 'report');
      expect([late.status, late.name]).to.deep.equal([400, 'error']);
    }
    expect((await accountOf('ben')).frozenAt).to.equal(null);
    const names = (await eventsOf('ben')).map(({ event }) => event);
    expect(names.filter((name) => name === 'account.reported')).to.have.length(1);
    expect(names.filter((name) => name === 'account.report_refused')).to.have.length(1);
  }).timeout(60_000);

  it('freezes again by the link of a notice that comes later [A117]', async () => {
    s.clock.nextStep(1000);
    await press(await linkFor('cas'));
    await unfreeze('cas');
    const visitor = s.app.visitor();
    expect(hasCode(await signIn(s.app, visitor, await s.rp.authorizationUrl(), emailOf('cas')))).to.equal(
      true,
    );
    const page = await visitor.follow(await visitor.submit(await openSecurity(s, visitor), {}, 'set-up'));
    expect((await visitor.enterCode(nextCode(s.app, page.mark('secret')))).name).to.equal('security');
    const [mail] = await sentTo(s.app, emailOf('cas'));
    await press(linkIn(mail, 'not-me'));
    expect((await accountOf('cas')).frozenAt).not.to.equal(null);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
  }).timeout(60_000);

  it('holds for a second factor that is given at the moment of the report [A117]', async () => {
    const link = await linkFor('dee');
    const { visitor, page } = await givePassword(s, emailOf('dee'));
    const code = nextCode(s.app);
    const [answer] = await Promise.all([visitor.submit(page, { code, trust_device: '1' }), press(link)]);
    await unfreeze('dee');
    expect(hasCode(await visitor.follow(answer))).to.equal(false);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal('login_required');
    expect((await signInAgain(s, emailOf('dee'), visitor)).name, 'not trusted').to.equal('enter-code');
  }).timeout(60_000);
});
