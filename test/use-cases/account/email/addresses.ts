/** The use cases of an account's addresses, on the stores of a setting. */
import { createPasswordAdvisor } from '../../../../src/adapters/system/passwords/advisor.ts';
import { createPasswordBlockList } from '../../../../src/adapters/system/passwords/block-list.ts';
import { createCommonPasswords } from '../../../../src/adapters/system/passwords/common-passwords.ts';
import type { Account } from '../../../../src/domain/account.ts';
import { accepted, refused } from '../../../../src/domain/refusal.ts';
import type { PendingEmail } from '../../../../src/domain/self-service/email-change.ts';
import { createEmailChange } from '../../../../src/use-cases/account/email/email-change.ts';
import { createEmailProof } from '../../../../src/use-cases/account/email/email-proof.ts';
import { createEmailRestoration } from '../../../../src/use-cases/account/email/email-restoration.ts';
import type { CountMail } from '../../../../src/use-cases/account/email/new-address-link.ts';
import { createOwnDetails } from '../../../../src/use-cases/account/own-details.ts';
import { createPasswords } from '../../../../src/use-cases/account/passwords/passwords.ts';
import { createAttemptLimiter } from '../../../../src/use-cases/second-factor/attempt-limiter.ts';
import { createPasswordAttempts } from '../../../../src/use-cases/sign-in/password-attempts.ts';
import { ADDRESS, type Setting } from '../../setting.ts';

export const FROM = { ip: ADDRESS, clientId: null, locale: 'en' } as const;

const blockList = createPasswordBlockList({ common: createCommonPasswords(), breached: null });
const advisor = createPasswordAdvisor();

export function addressesOf(setting: () => Setting) {
  /** Says whether mails may go out. */
  let isFull = false;
  const countMail: CountMail = async () =>
    isFull ? refused({ code: 'resend_too_soon', retryAt: 0 }) : accepted({ takeBack: async () => {} });

  const urlOf =
    (use: 'change-email' | 'confirm-notices') =>
    ({ id }: Account, { email, linkIssuedAt }: PendingEmail) => {
      const token = setting().linkTokens.tokenIssuedAt(use, { id, email }, linkIssuedAt ?? 0);
      return `http://localhost:3000/${use}/${token}`;
    };

  /** The token in the newest mail to this address. */
  async function tokenTo(to: string): Promise<string> {
    const mail = (await setting().outbox()).find((message) => message.to === to);
    const token = /(?:change-email|confirm-notices)\/(\S+)/.exec(mail?.text ?? '')?.[1];
    if (token === undefined) throw new Error(`no link was mailed to ${to}`);
    return token;
  }

  async function stored({ id }: Account): Promise<Account> {
    const account = await setting().stores.accounts.findById(id);
    if (!account) throw new Error('the account is gone');
    return account;
  }

  return {
    limitMails: (isLimited: boolean) => {
      isFull = isLimited;
    },
    tokenTo,
    stored,
    change: () => {
      const mailing = { ...setting().needs, countMail, confirmUrl: urlOf('change-email') };
      return createEmailChange(mailing);
    },
    details: () => {
      const mailing = { ...setting().needs, countMail, confirmUrl: urlOf('confirm-notices') };
      return createOwnDetails(mailing);
    },
    proofWith: (change: Partial<Parameters<typeof createEmailProof>[0]> = {}) => {
      const { needs, sendCode } = setting();
      const sending = { ...needs, sendCode, countMail, attemptLimiter: createAttemptLimiter(needs) };
      return createEmailProof({ ...sending, ...change });
    },
    restorationWith: (change: Partial<Parameters<typeof createEmailRestoration>[0]> = {}) => {
      const { needs } = setting();
      const passwords = createPasswords({ ...needs, blockList, advisor });
      const passwordAttempts = createPasswordAttempts(needs);
      return createEmailRestoration({ ...needs, passwords, passwordAttempts, ...change });
    },
  };
}
