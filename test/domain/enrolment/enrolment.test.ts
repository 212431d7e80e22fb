/** A sealed secret opens in its own record only: what it is sealed under must differ for each. */
import { expect } from 'chai';
import { enrolmentPurpose } from '../../../src/domain/enrolment/enrolment.ts';

describe('enrolmentPurpose', () => {
  const own = { method: 'totp', tenantId: 'acme', accountId: 'bob', id: 'phone' } as const;

  it('is the same for the same record', () => {
    expect(enrolmentPurpose({ ...own })).to.equal(enrolmentPurpose(own));
  });

  for (const change of [
    { method: 'sms' },
    { tenantId: 'other' },
    { accountId: 'eve' },
    { id: 'tablet' },
  ] as const) {
    it(`differs by ${Object.keys(change)}`, () => {
      expect(enrolmentPurpose({ ...own, ...change })).not.to.equal(enrolmentPurpose(own));
    });
  }

  it('keeps the boundaries of its parts', () => {
    const one = enrolmentPurpose({ ...own, tenantId: 'acme', accountId: 'bob' });
    expect(enrolmentPurpose({ ...own, tenantId: 'acmebob', accountId: '' })).not.to.equal(one);
  });
});
