/** Reads the change of an address from a store, and tells which former addresses a restoration leaves. */
import { expect } from 'chai';
import {
  olderThan,
  RESTORE_LINK_MS,
  readFormerEmails,
  readPendingEmail,
  restorable,
} from '../../../src/domain/self-service/email-change.ts';

const FIRST = { email: 'first@x.test', linkIssuedAt: 1000 };
const SECOND = { email: 'second@x.test', linkIssuedAt: 2000 };

describe('the change of an address', () => {
  it('is read from a store with its link or without one [A15 A58]', () => {
    const asked = { email: 'new@x.test', askedAt: 5, linkIssuedAt: null };
    expect(readPendingEmail(asked)).to.deep.equal(asked);
    expect(readPendingEmail({ ...asked, linkIssuedAt: 6 })).to.deep.equal({ ...asked, linkIssuedAt: 6 });
  });

  for (const value of [null, 'text', {}, { email: 1, askedAt: 1 }, { email: 'a@x.test', askedAt: '1' }])
    it(`is none where a store holds ${JSON.stringify(value)} [A15 A58]`, () => {
      expect(readPendingEmail(value)).to.equal(null);
    });

  it('is none where the time of its link is no number [A15 A58]', () => {
    expect(readPendingEmail({ email: 'a@x.test', askedAt: 1, linkIssuedAt: '2' })).to.equal(null);
  });

  it('leaves out former addresses that no release has written [A15 A58]', () => {
    expect(readFormerEmails('text')).to.deep.equal([]);
    expect(readFormerEmails([FIRST, null, { email: 'a@x.test' }, { linkIssuedAt: 1 }])).to.deep.equal([
      FIRST,
    ]);
  });

  it('keeps the addresses older than the restored one [A15 A58]', () => {
    expect(olderThan([FIRST, SECOND], SECOND)).to.deep.equal([FIRST]);
    expect(olderThan([FIRST, SECOND], FIRST)).to.deep.equal([]);
  });

  it('can be restored until the link has had its days [A15 A58]', () => {
    expect(restorable([FIRST, SECOND], FIRST.linkIssuedAt + RESTORE_LINK_MS)).to.deep.equal([SECOND]);
  });
});
