/** A mail to a new address that cannot be handed over: the account stays as it was. */
import { expect } from 'chai';
import { accepted } from '../../../src/domain/refusal.ts';
import type { PendingEmail } from '../../../src/domain/self-service/email-change.ts';
import { doneByLink, mailNewAddress } from '../../../src/use-cases/account/email/new-address-link.ts';
import { NOW } from '../../contracts/examples.ts';
import { codeOf, freshSetting } from '../setting.ts';

const MESSAGE = { kind: 'address-taken' } as const;

describe('a mail to a new address', () => {
  const setting = freshSetting();

  for (const field of ['pendingEmail', 'pendingNotificationEmail'] as const) {
    for (const before of [null, { email: 'first@home.test', askedAt: NOW - 1, linkIssuedAt: NOW - 1 }]) {
      const what = before ? 'keeps the address that waited before' : 'leaves no address that waits';
      it(`${what} as ${field} when it is not handed over, and is not counted`, async () => {
        const { stores, clock } = setting();
        const { accounts } = stores;
        const { id } = await setting().person();
        await accounts.update(id, { [field]: before }, NOW);
        const account = await accounts.findById(id);
        if (!account) throw new Error('no account');
        const stored: (PendingEmail | null | undefined)[] = [];
        let counted = 0;
        const outcome = await mailNewAddress(
          {
            accounts,
            clock,
            async countMail() {
              counted += 1;
              const takeBack = async () => {
                counted -= 1;
              };
              return accepted({ takeBack });
            },
            messenger: {
              async send() {
                stored.push((await accounts.findById(id))?.[field]);
                return false;
              },
            },
          },
          await setting().evaluated(account),
          {
            email: 'second@home.test',
            locale: 'en',
            field,
            mailOf: async () => ({ owner: null, message: MESSAGE }),
          },
        );
        expect(codeOf(outcome)).to.equal('delivery_failed');
        expect(
          stored.map((pending) => pending?.email),
          'stored first',
        ).to.deep.equal(['second@home.test']);
        expect((await accounts.findById(id))?.[field]).to.deep.equal(before);
        expect(counted).to.equal(0);
      });
    }
  }

  it('is done by its link alone when the account has its address', async () => {
    const { accounts } = setting().stores;
    const { id, email } = await setting().person();
    const content = { id, email, issuedAt: NOW, expiresAt: NOW, isOfRemoval: false, mark: '', about: null };
    const reading = (read: Partial<typeof content> | null) =>
      doneByLink(
        { accounts, tokens: { read: () => read && { ...content, ...read } } },
        'change-email',
        'token',
        (account) => account.email,
      );
    expect((await reading({}))?.id).to.equal(id);
    expect(await reading({ email: 'other@acme.test' })).to.equal(null);
    expect(await reading({ id: 'nobody' })).to.equal(null);
    expect(await reading(null)).to.equal(null);
  });
});
