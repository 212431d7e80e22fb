/** Changes on the security page after a sign-in with a recovery code: the session that makes them stays signed in. */
import { expect } from 'chai';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { askAgain, errorOf, interaction, nextCode } from '../../oidc/story.ts';
import { accounts, givePassword, hasCode, removeWith, withApp } from '../members.ts';
import { openSecurity } from '../trusted-browsers/trust.ts';

describe('a person who signed in with a recovery code', () => {
  const s = interaction(() => accounts(...['ann', 'ben'].map((name) => withApp(name, 'open'))));

  /** On the security page of an account with an app and codes, by the first of these. */
  async function inByPaper(email: string): Promise<{ visitor: Visitor; page: Page; codes: string[] }> {
    const { visitor: owner } = await givePassword(s, email);
    await owner.enterCode(nextCode(s.app));
    const shown = await owner.follow(
      await owner.submit(await openSecurity(s, owner), {}, 'new-recovery-codes'),
    );
    const codes = shown.marks('recovery-code');
    await owner.follow(await owner.submit(shown, {}, 'saved'));

    const { visitor } = await givePassword(s, email);
    await visitor.chooseMethod('recovery');
    expect(hasCode(await visitor.enterCode(codes[0] ?? ''))).to.equal(true);
    const page = await visitor.open('/account/security');
    expect(page.name).to.equal('security');
    return { visitor, page, codes };
  }

  it('sees new recovery codes, which invalidate the old ones [1.5 A52 A58]', async () => {
    const email = 'ann@open.test';
    const { visitor, page, codes: old } = await inByPaper(email);
    const shown = await visitor.follow(await visitor.submit(page, {}, 'new-recovery-codes'));
    expect([shown.name, shown.marks('recovery-code').length]).to.deep.equal(['recovery-codes', 10]);
    const codes = shown.marks('recovery-code');
    expect((await visitor.follow(await visitor.submit(shown, {}, 'saved'))).name).to.equal('security');
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(null);

    const again = await givePassword(s, email);
    const asked = await again.visitor.chooseMethod('recovery');
    const refused = await again.visitor.submit(asked, { code: old[1] ?? '' });
    expect([refused.status, refused.error]).to.deep.equal([422, 'code_invalid']);
    expect(hasCode(await again.visitor.enterCode(codes[0] ?? ''))).to.equal(true);
  });

  it('can remove the lost phone together with the codes, and stays signed in [1.5 A53 A58]', async () => {
    const { visitor, page } = await inByPaper('ben@open.test');
    const other = s.app.visitor();
    await givePassword(s, 'ben@open.test', other);
    await other.enterCode(nextCode(s.app));
    const gone = await visitor.follow(await removeWith(visitor, page, 'remove'));
    expect([gone.name, new URL(gone.url).search]).to.deep.equal(['security', '?done=removed']);
    expect(gone.$('button[name=remove], button[name=new-recovery-codes]').length).to.equal(0);
    expect(errorOf(await askAgain(visitor, s.rp, { prompt: 'none' }))).to.equal(null);
    expect(errorOf(await askAgain(other, s.rp, { prompt: 'none' }))).to.equal('login_required');
  });
});
