/** The limits of a device's sign-in: guesses of its code, and requests of the device. */
import { expect } from 'chai';
import { createDeviceCodes } from '../../../src/use-cases/device/device-codes.ts';
import { MINUTE } from '../../contracts/examples.ts';
import { codeOf, freshSetting, inTurn, tally } from '../setting.ts';

describe('the limits of a device', () => {
  const setting = freshSetting();
  const codes = () => createDeviceCodes(setting().needs);
  const guess = async (times: number, ip: string, knownPerson: string | null = null) =>
    tally((await inTurn(times, () => codes().count({ ip, knownPerson }))).map(codeOf));

  it('allow thirty codes of an address in 15 minutes, and ten of the person of a known browser [A19]', async () => {
    expect(await guess(31, '192.0.2.1')).to.deep.equal({ ok: 30, too_many_attempts: 1 });
    expect(await guess(1, '192.0.2.2')).to.deep.equal({ ok: 1 });
    expect(await guess(11, '192.0.2.1', 'known')).to.deep.equal({ ok: 10, too_many_attempts: 1 });
    setting().clock.nextStep(15 * MINUTE);
    expect(await guess(1, '192.0.2.1')).to.deep.equal({ ok: 1 });
  });

  it('leave one audit line while an address waits, however often it asks [A19]', async () => {
    await guess(60, '192.0.2.1');
    expect(await setting().events()).to.deep.equal(['device.code_refused too_many_attempts']);
    expect(await guess(31, '192.0.2.2')).to.deep.equal({ ok: 30, too_many_attempts: 1 });
    expect(await setting().events()).to.have.lengthOf(2);
  });

  it('forget a code that was right, and no other', async () => {
    await guess(29, '192.0.2.1');
    const right = await codes().count({ ip: '192.0.2.1', knownPerson: null });
    if (right.ok) await right.value.forget();
    expect(await guess(2, '192.0.2.1')).to.deep.equal({ ok: 1, too_many_attempts: 1 });
  });

  it('allow a device one request in five seconds, less a second for the way', async () => {
    expect(await codes().asksTooSoon('code')).to.equal(false);
    expect(await codes().asksTooSoon('code')).to.equal(true);
    expect(await codes().asksTooSoon('other')).to.equal(false);
    setting().clock.nextStep(3999);
    expect(await codes().asksTooSoon('code')).to.equal(true);
    setting().clock.nextStep(1);
    expect(await codes().asksTooSoon('code')).to.equal(false);
  });
});
