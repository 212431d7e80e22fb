/** A sign-in form that is not filled in: no attempt, and a word about the field. */
import { expect } from 'chai';
import type { PasswordSubmission } from '../../../src/use-cases/sign-in/password.ts';
import { MINUTE, NOW } from '../../contracts/examples.ts';
import { ADDRESS, codeOf, freshSetting, PASSWORD, random, refusalOf, submitted } from '../setting.ts';

describe('sign-in: a form that is not filled in', () => {
  const setting = freshSetting();

  function submit(changes: Partial<PasswordSubmission> = {}) {
    return submitted(setting().signIn, {
      uid: random.id(),
      before: null,
      email: 'bob@acme.test',
      password: PASSWORD,
      ip: ADDRESS,
      knownBrowser: null,
      tenantId: null,
      accountId: null,
      clientId: 'rp',
      expiresAt: NOW + 15 * MINUTE,
      ...changes,
    });
  }

  for (const [what, changes, refusal] of [
    ['no e-mail address', { email: ' ' }, { because: 'email_incomplete' }],
    ['half of one', { email: 'bob' }, { because: 'email_incomplete' }],
    ['a domain that cannot exist', { email: 'bob@b\u00fc..test' }, { because: 'email_incomplete' }],
    ['no password', { password: '' }, { because: 'password_missing' }],
  ] as const) {
    it(`says which field to fill in for ${what}, and counts no attempt [A140]`, async () => {
      await setting().person();
      for (let each = 0; each < 12; each += 1)
        expect(refusalOf(await submit(changes))).to.deep.equal({ code: 'field_invalid', ...refusal });
      expect(await setting().events()).to.deep.equal([]);
      expect(codeOf(await submit())).to.equal('ok');
    });
  }
});
