/** The hash and the key of an imported account, and what the store has of it afterwards. */
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { type Enrolment, enrolmentPurpose } from '../../src/domain/enrolment/enrolment.ts';
import type { storedPeople } from './stored-people.ts';

/** Of "correct horse battery staple". */
export const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$ISO7kkvFzh19GM8qB7patN3C3Y9HHsjlVTfEZ9T600Y';
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const URI = `otpauth://totp/Old:ann?secret=${SECRET}&issuer=Old&algorithm=SHA1&digits=6&period=30`;

export function importedInto(people: ReturnType<typeof storedPeople>) {
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
    const cipher = createCipher([{ id: 'old', key: 'old'.padEnd(40, '-') }]);
    return enrolment?.secret ? cipher.decrypt(enrolment.secret, enrolmentPurpose(enrolment)) : '';
  }

  return { accountOf, secretOf };
}
