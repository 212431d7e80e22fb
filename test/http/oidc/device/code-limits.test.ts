/** The limits on guessing the code of a device (RFC 8628, 5.1). */
import { expect } from 'chai';
import type { RelyingParty } from '../../../support/hosts/relying-party.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { interaction, tokensFor } from '../story.ts';
import { ask, confirm, deviceParty, type, withDevices } from './device-story.ts';

const MINUTE = 60_000;
const PER_ADDRESS = 30;
const PER_BROWSER = 10;

describe('the limits on codes of devices', () => {
  const at = interaction(() => ({ ...withDevices(), listen: { trusted_proxies: 1 } }));
  let tv: RelyingParty;
  before(async () => {
    tv = await deviceParty(at.app);
  });

  const from = (ip: string) => at.app.visitor({ headers: { 'x-forwarded-for': ip } });

  /** Types wrong codes, each a different one, and gives the last answer. */
  async function guess(visitor: Visitor, times: number) {
    const page = await visitor.open('/device');
    for (let each = 0; each < times; each += 1) {
      const code = `BBBBBB${'BCDFGHJKLMNPQRSTVWXZ'[each % 20]}${'BCDFGHJKLMNPQRSTVWXZ'[Math.floor(each / 20)]}`;
      await visitor.submit(page, { user_code: code });
    }
    return visitor.page;
  }

  it('refuse every code from an address after thirty wrong ones, whatever the session [A19]', async () => {
    expect(await guess(from('192.0.2.1'), PER_ADDRESS)).to.include({ status: 422, error: 'code_invalid' });
    const device = await ask(tv);
    const refused = await type(from('192.0.2.1'), device.user_code);
    expect(refused).to.include({ status: 429, name: 'device-code', error: 'too_many_attempts' });
    expect(Number(refused.headers['retry-after'])).to.be.within(60, 15 * 60);
    expect((await type(from('192.0.2.2'), device.user_code)).status).to.equal(303);
    at.app.clock.nextStep(15 * MINUTE);
    const next = await ask(tv);
    expect((await type(from('192.0.2.1'), next.user_code)).status).to.equal(303);
  });

  it('count an IPv6 subscriber as one address [A19]', async () => {
    await guess(from('2001:db8:1:2::1'), PER_ADDRESS);
    const device = await ask(tv);
    expect((await type(from('2001:db8:1:2:ffff::9'), device.user_code)).status).to.equal(429);
    expect((await type(from('2001:db8:1:3::1'), device.user_code)).status).to.equal(303);
  });

  it('give a browser that has signed in before ten attempts of its own [A19]', async () => {
    await guess(from('192.0.2.3'), PER_ADDRESS);
    const { visitor } = await tokensFor(at.app, at.rp, 'new@open.test');
    const known = { 'x-forwarded-for': '192.0.2.3' };
    const page = await visitor.get('/device', known);
    const device = await ask(tv);
    expect((await visitor.submit(page, { user_code: device.user_code }, undefined, known)).status).to.equal(
      303,
    );
    expect((await guess(visitor, PER_BROWSER)).status).to.equal(422);
    expect((await guess(visitor, 1)).status).to.equal(429);
  });

  it('give all browsers of a person the same ten attempts [A19]', async () => {
    const first = await tokensFor(at.app, at.rp, 'boss@open.test');
    const second = await tokensFor(at.app, at.rp, 'boss@open.test');
    await guess(first.visitor, PER_BROWSER);
    const device = await ask(tv);
    expect((await type(second.visitor, device.user_code)).status).to.equal(429);
  });

  it('count neither right codes nor texts without the shape of a code [A19]', async () => {
    const visitor = from('192.0.2.4');
    for (let each = 0; each < PER_ADDRESS + 1; each += 1) {
      const answer = await type(visitor, 'not a code');
      expect(answer).to.include({ status: 422, error: 'code_invalid' });
    }
    const device = await ask(tv);
    for (let each = 0; each < PER_ADDRESS + 1; each += 1)
      expect((await type(visitor, device.user_code)).status).to.equal(303);
  });

  it('do not count a right code that leads to a sign-in [A19]', async () => {
    for (let each = 0; each < PER_ADDRESS + 1; each += 1) {
      const { user_code: userCode } = await ask(tv);
      expect((await confirm(from('192.0.2.6'), userCode)).name).to.equal('sign-in');
    }
  });

  it('hold for simultaneous guesses too [A21]', async () => {
    const visitors = Array.from({ length: 50 }, () => from('192.0.2.5'));
    const answers = await Promise.all(visitors.map((visitor) => type(visitor, 'BBBBBBBZ')));
    expect(answers.filter(({ status }) => status === 422)).to.have.length(PER_ADDRESS);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(50 - PER_ADDRESS);
  });
});
