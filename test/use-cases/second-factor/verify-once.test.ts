/** A code opens one sign-in, once, whoever offers it again and how fast (RFC 6238, 5.2). */
import { expect } from 'chai';
import { NO_ASSURANCE_REQUESTED } from '../../../src/domain/policy/policy.ts';
import { together } from '../../contracts/make-store.ts';
import {
  ADDRESS,
  acceptedBy,
  codeOf,
  freshSetting,
  PERIOD,
  refusalOf,
  SECRET,
  tally,
  typing,
  withTotp,
} from '../setting.ts';

const OTHER = 'NXUDEDWYJLU4KT2NCK3K42UBFT6AJJ2V';

describe('a TOTP code', () => {
  const setting = freshSetting();

  async function app() {
    const account = await setting().person(withTotp);
    return { account, context: await setting().atCode(account) };
  }

  it('is refused in another sign-in [A32]', async () => {
    const { account, context } = await app();
    const { secondFactor, code, clock } = setting();
    const typed = code();
    acceptedBy(await secondFactor.verifyCode(context, 'totp', typing(typed)));
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(typed))),
    ).to.equal('code_used');
    clock.nextStep(PERIOD);
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(typed))),
    ).to.equal('code_used');
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(code()))),
    ).to.equal('ok');
  });

  it('counts as used when it is older than an accepted one, though within tolerance [A34]', async () => {
    const { account, context } = await app();
    const { secondFactor, code } = setting();
    acceptedBy(await secondFactor.verifyCode(context, 'totp', typing(code(0))));
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(code(-1)))),
    ).to.equal('code_used');
  });

  it('is refused when it has confirmed the enrolment [A36]', async () => {
    const account = await setting().person();
    const { secondFactor, enrolment, evaluated, clock } = setting();
    const begun = acceptedBy(
      await enrolment.begin(await setting().begun(account), await evaluated(account), 'totp'),
    );
    const secret = enrolment.reveal(begun, await evaluated(account))?.secret ?? '';
    const typed = setting().code(0, secret);
    const given = { typed, label: '', app: '', ip: ADDRESS, clientId: 'rp' };
    acceptedBy(await enrolment.confirm(begun, await evaluated(account), 'totp', given));
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(typed))),
    ).to.equal('code_used');
    clock.nextStep(PERIOD);
    const next = setting().code(0, secret);
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(next))),
    ).to.equal('ok');
  });

  it('from a nearby step is used up, so that the hint about the clock reveals no valid code [A35]', async () => {
    const { account, context } = await app();
    const { secondFactor, code, clock } = setting();
    const ahead = code(4);
    expect(refusalOf(await secondFactor.verifyCode(context, 'totp', typing(ahead)))).to.deep.include({
      clockOffSeconds: 120,
    });
    clock.nextStep(4 * PERIOD);
    for (const later of [context, await setting().atCode(account)]) {
      expect(codeOf(await secondFactor.verifyCode(later, 'totp', typing(ahead)))).to.equal('code_used');
    }
    expect(
      codeOf(await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(code(1)))),
    ).to.equal('ok');
  });

  it('is accepted in one of ten sign-ins that offer it at once [A32]', async () => {
    const { account } = await app();
    const typed = setting().code();
    const sessions = await together(10, () => setting().atCode(account));
    const codes = await Promise.all(
      sessions.map(async (context) =>
        codeOf(await setting().secondFactor.verifyCode(context, 'totp', typing(typed))),
      ),
    );
    expect(tally(codes).ok).to.equal(1);
    expect(codes.filter((code) => !['ok', 'code_used', 'too_many_attempts'].includes(code))).to.deep.equal(
      [],
    );
  });

  it('is accepted at most once of fifty, wherever the limit falls [A32]', async () => {
    const { account } = await app();
    const typed = setting().code();
    const sessions = await together(50, () => setting().atCode(account));
    const codes = await Promise.all(
      sessions.map(async (context) =>
        codeOf(await setting().secondFactor.verifyCode(context, 'totp', typing(typed))),
      ),
    );
    expect(tally(codes).ok).to.equal(1);
  });

  it('is in the audit log once, also when the process died before it was noted [R24]', async () => {
    const { account } = await app();
    const { secondFactor, stores, forget, clock } = setting();
    clock.nextStep(1000);
    const context = await setting().atCode(account);
    const accepted = async () =>
      (await stores.audit.list({ accountId: account.id, limit: 20 })).map(({ event }) => event);
    const typed = setting().code();
    const transaction = acceptedBy(await secondFactor.verifyCode(context, 'totp', typing(typed)));
    expect(await accepted()).to.deep.equal(['second_factor.accepted']);
    forget('audit');
    for (let each = 0; each < 3; each += 1) {
      acceptedBy(await secondFactor.verifyCode({ ...context, transaction }, 'totp', typing(typed)));
      expect(await accepted()).to.deep.equal(['second_factor.accepted']);
    }
  });

  it('is one authentication event when the form is sent twice', async () => {
    const { account, context } = await app();
    const typed = setting().code();
    const both = await together(2, () => setting().secondFactor.verifyCode(context, 'totp', typing(typed)));
    const [one, two] = both.map(acceptedBy);
    expect(one).to.deep.equal(two);
    expect(one?.authentications).to.have.lengthOf(2);
    // The sign-in goes on, and later clicks of the same form find it done.
    if (!one) throw new Error('no transaction');
    for (const later of [context, { ...context, transaction: one }]) {
      expect(acceptedBy(await setting().secondFactor.verifyCode(later, 'totp', typing(typed)))).to.deep.equal(
        one,
      );
    }
    expect((await setting().stores.lockouts.read(`second-factor:${account.id}`)).failures).to.deep.equal({});
    expect(tally(await setting().events())).to.deep.equal({ 'second_factor.accepted': 1 });
  });

  it('is refused when the same sign-in asks for another one [A32]', async () => {
    const { context } = await app();
    const typed = setting().code();
    const transaction = acceptedBy(await setting().secondFactor.verifyCode(context, 'totp', typing(typed)));
    setting().clock.nextStep(PERIOD);
    const again = { ...context, transaction, requested: { ...NO_ASSURANCE_REQUESTED, freshMs: 1000 } };
    expect(codeOf(await setting().secondFactor.verifyCode(again, 'totp', typing(typed)))).to.equal(
      'code_used',
    );
    expect(codeOf(await setting().secondFactor.verifyCode(again, 'totp', typing(setting().code())))).to.equal(
      'ok',
    );
  });

  it('is accepted from either of two phones, each with its own used steps', async () => {
    const account = await setting().person({
      factors: [
        { method: 'totp', secret: SECRET },
        { method: 'totp', secret: OTHER },
      ],
    });
    const [phone, tablet] = await setting().stores.enrolments.listByAccount(account.id);
    const { secondFactor, code } = setting();
    const first = acceptedBy(
      await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(code(0, SECRET))),
    );
    const second = acceptedBy(
      await secondFactor.verifyCode(await setting().atCode(account), 'totp', typing(code(0, OTHER))),
    );
    expect([first, second].map(({ authentications }) => authentications.at(-1)?.enrolmentId)).to.have.members(
      [phone?.id, tablet?.id],
    );
  });
});
