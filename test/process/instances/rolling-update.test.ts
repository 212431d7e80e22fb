/** Processes that take over from others, one after the other: who was on the way arrives, and nobody is signed out. */
import { expect } from 'chai';
import * as client from 'openid-client';
import { PASSWORD, SECRET } from '../../support/app.ts';
import type { RelyingParty } from '../../support/hosts/relying-party.ts';
import type { Page } from '../../support/pages/page.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';
import { partyAt } from '../forms.ts';
import { PATIENCE_MS, type Program } from '../program.ts';
import { instances } from './instances.ts';

const OFFLINE = { scope: 'openid offline_access' };

describe('a rolling update', function () {
  this.timeout(PATIENCE_MS);
  const at = instances(26);
  let rp: RelyingParty;
  let serving: Program[] = [];

  before(async () => {
    serving = [await at().start({}), await at().start({})];
    at().balancer.leadTo(serving.map(({ port }) => port));
    rp = await partyAt(at().balancer);
  });

  /** As orchestrators do it: the new one is ready before the old one is told to stop. */
  async function replaceOldest(): Promise<void> {
    const next = await at().start({});
    const [oldest, ...others] = serving;
    serving = [...others, next];
    at().balancer.leadTo(serving.map(({ port }) => port));
    expect(await oldest?.stop()).to.include({ code: 0 });
  }

  async function arrive(parameters: Record<string, string> = {}): Promise<{ visitor: Visitor; page: Page }> {
    const visitor = at().visitor();
    return { visitor, page: await visitor.open(await rp.authorizationUrl(parameters)) };
  }

  const code = (secret: string) => totpCode(secret, Date.now());
  const silent = async (visitor: Visitor) =>
    (await visitor.open(await rp.authorizationUrl({ prompt: 'none' }))).location;

  it('completes every sign-in under way and keeps every session [R26 R25]', async () => {
    const signedIn = await arrive(OFFLINE);
    const first = await rp.exchange(
      (await signedIn.visitor.signIn('new@open.test', PASSWORD)).location ?? '',
    );
    const atPassword = await arrive();
    const atCode = await arrive();
    await atCode.visitor.signIn('app@open.test', PASSWORD);
    const atSetUp = await arrive();
    const setUp = await atSetUp.visitor.signIn('new@strict.test', PASSWORD);
    const atEnd = await arrive();
    const ended = await atEnd.visitor.submit(atEnd.page, { email: 'new@plain.test', password: PASSWORD });
    const withCode = await (await arrive()).visitor.signIn('boss@plain.test', PASSWORD);

    const before = new Set(serving);
    await replaceOldest();
    const half = await atCode.visitor.submit(atCode.visitor.page, { code: '000000' });
    expect(half.error).to.equal('code_invalid');
    await replaceOldest();
    expect(serving.some((program) => before.has(program))).to.equal(false);

    expect((await rp.exchange(withCode.location ?? '')).claims()?.aud).to.equal('rp');
    const ends = [
      await atPassword.visitor.signIn('boss@open.test', PASSWORD),
      await atCode.visitor.enterCode(code(SECRET)),
      await atEnd.visitor.follow(ended),
      await atSetUp.visitor.enterCode(code(setUp.mark('secret'))),
    ];
    for (const end of ends) expect(end.location, `${end.name} ${end.error}`).to.include('code=');
    expect(await silent(signedIn.visitor)).to.include('code=');
    const second = await client.refreshTokenGrant(rp.configuration, first.refresh_token ?? '');
    expect(second.claims()?.sub).to.equal(first.claims()?.sub);
    expect(
      (await client.fetchUserInfo(rp.configuration, second.access_token, client.skipSubjectCheck)).sub,
    ).to.equal(first.claims()?.sub);
  });

  it('answers new sign-ins without an error while it runs [R26]', async () => {
    let isOver = false;
    let count = 0;
    async function keepComing(): Promise<void> {
      while (!isOver) {
        const { visitor } = await arrive();
        const end = await visitor.signIn('new@open.test', PASSWORD);
        expect((await rp.exchange(end.location ?? '')).claims()?.aud).to.equal('rp');
        count += 1;
      }
    }
    const people = Promise.all([keepComing(), keepComing()]);
    await Promise.race([people, replaceOldest().then(replaceOldest)]);
    isOver = true;
    await people;
    expect(count).to.be.above(4);
  });
});
