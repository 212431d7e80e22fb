/** The test's authenticator app gives the codes that the standard prints. */
import { expect } from 'chai';
import { totpCode } from './totp.ts';

/** "12345678901234567890" in base32: RFC 6238, appendix B. */
const SECRET = 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ';

describe('the authenticator app of the tests', () => {
  for (const [seconds, code] of [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [20_000_000_000, '65353130'],
  ] as const) {
    it(`gives ${code} at ${seconds} s (RFC 6238, appendix B)`, () => {
      expect(totpCode(SECRET, seconds * 1000, { digits: 8 })).to.equal(code);
      expect(totpCode(SECRET, seconds * 1000)).to.equal(code.slice(-6));
    });
  }
});
