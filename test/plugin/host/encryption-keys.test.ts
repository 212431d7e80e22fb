/** A host's own encryption keys are replaced, and what was made with the first one is good without it. */
import { expect } from 'chai';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import { BARE } from '../../support/hosts/guest-kinds.ts';
import type { Page } from '../../support/pages/page.ts';
import { begin, interaction, MFA, nextCode, redeem } from '../story.ts';

const key = (id: string) => ({ id, key: id.padEnd(40, '-') });
const [old, next] = [key('old'), key('new')];

describe('the encryption keys of a host [U.6]', () => {
  let told: string[] = [];
  const at = interaction(BARE, { options: { encryption: [old], log: ({ event }) => told.push(event) } });
  beforeEach(() => {
    told = [];
  });

  /** Bob's app, and the codes that he has put away. */
  async function setUp(): Promise<{ secret: string; codes: string[] }> {
    const visitor = at.host.visitor();
    await begin(at, visitor, 'bob');
    await visitor.chooseMethod('totp');
    const secret = visitor.page.mark('secret');
    const shown = await visitor.follow(
      await visitor.submit(visitor.page, { code: nextCode(at.host, secret) }),
    );
    const codes = shown
      .$('[data-mark=recovery-code]')
      .toArray()
      .map((mark) => shown.$(mark).text().trim());
    await visitor.putAway(shown);
    return { secret, codes };
  }

  async function byApp(secret: string): Promise<Page> {
    const visitor = at.host.visitor();
    await begin(at, visitor, 'bob');
    return visitor.enterCode(nextCode(at.host, secret));
  }

  async function byPaper(code = ''): Promise<Page> {
    const visitor = at.host.visitor();
    await begin(at, visitor, 'bob');
    await visitor.chooseMethod('recovery');
    return visitor.enterCode(code);
  }

  it('re-encrypt records on use, and the first may go once it is listed for digests only [R35]', async () => {
    const { secret, codes } = await setUp();
    await at.host.restart({ encryption: [next, old] });
    expect((await redeem(at.rp, await byApp(secret))).claims.acr).to.equal(MFA);
    const enrolments = await at.host.stores.durable.enrolments.listByAccount('bob');
    const cipher = createCipher([next]);
    expect(enrolments.map((enrolment) => cipher.keyIdOf(enrolment.secret ?? ''))).to.deep.equal([
      'new',
      'new',
    ]);

    await at.host.restart({ encryption: [next] });
    expect((await byPaper(codes[0])).error).to.equal('code_invalid');
    await at.host.restart({ encryption: [next], digestKey: old.key });
    expect((await redeem(at.rp, await byPaper(codes[0]))).claims.acr).to.equal(MFA);
    expect((await redeem(at.rp, await byApp(secret))).claims.acr).to.equal(MFA);
  });

  it('that are missing or replaced cause no error: the person sees a message and is refused [R35]', async () => {
    await setUp();
    for (const encryption of [[next], [{ ...next, id: old.id }]]) {
      await at.host.restart({ encryption });
      const visitor = at.host.visitor();
      const page = await begin(at, visitor, 'bob');
      expect([page.name, page.status, page.error]).to.deep.equal(['error', 403, 'method_not_allowed']);
    }
    const visitor = at.host.visitor();
    await at.host.restart({ encryption: [old] });
    await begin(at, visitor, 'ann');
    const shown = await visitor.chooseMethod('totp');
    await at.host.restart({ encryption: [next] });
    const again = await visitor.open(shown.url);
    expect([again.name, again.status], 'in the middle of a set-up').to.deep.equal(['error', 403]);
    expect(told).to.deep.equal(['secret.unreadable']);
    const [newest] = await at.host.stores.durable.audit.list({ accountId: 'bob', limit: 1 });
    expect(newest).to.include({ event: 'sign_in.refused', reason: 'secret_unreadable' });
  });
});
