/** The hash and the key of an imported account, and what the store has of it afterwards. */
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { systemRandom } from '../../src/adapters/system/random.ts';
import { type Enrolment, enrolmentPurpose } from '../../src/domain/enrolment/enrolment.ts';
import { createRecoveryCodes, recoveryText } from '../../src/domain/methods/recovery-code.ts';
import { anEnrolment } from '../contracts/examples.ts';
import type { storedPeople } from './stored-people.ts';

/** Of "correct horse battery staple". */
export const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$ISO7kkvFzh19GM8qB7patN3C3Y9HHsjlVTfEZ9T600Y';
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const URI = `otpauth://totp/Old:ann?secret=${SECRET}&issuer=Old&algorithm=SHA1&digits=6&period=30`;

export function importedInto(people: ReturnType<typeof storedPeople>) {
  const cipher = createCipher([{ id: 'old', key: 'old'.padEnd(40, '-') }]);

  async function accountOf(email: string) {
    const stores = people.open();
    try {
      const account = await stores.accounts.findByEmail(email);
      const enrolments = account ? await stores.enrolments.listByAccount(account.id) : [];
      return { account, enrolments };
    } finally {
      stores.close();
    }
  }

  function secretOf(enrolment: Enrolment | undefined): string {
    return enrolment?.secret ? cipher.decrypt(enrolment.secret, enrolmentPurpose(enrolment)) : '';
  }

  /** Stores recovery codes for an account. Returns every text that could tell them: the codes, and what is kept of them. */
  async function storeCodes(email: string): Promise<readonly string[]> {
    const { account } = await accountOf(email);
    const set = anEnrolment({ id: 'set', accountId: account?.id ?? '', method: 'recovery' });
    const { newCodes, spelt } = createRecoveryCodes();
    const codes = newCodes(systemRandom.bytes);
    const digests = codes.map((code) =>
      cipher.digest(recoveryText(set.id, spelt(code) ?? ''), 'recovery-code'),
    );
    const secret = cipher.encrypt(JSON.stringify(digests), enrolmentPurpose(set));
    const stores = people.open();
    try {
      await stores.enrolments.insert({ ...set, secret });
    } finally {
      stores.close();
    }
    return [...codes, ...digests, secret];
  }

  return { accountOf, secretOf, storeCodes };
}
