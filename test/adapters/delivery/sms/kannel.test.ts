/** The HTTP driver before Debian's Kannel: a message really comes out at the SMS centre behind it. */
import { expect } from 'chai';
import {
  createHttpGateway,
  type HttpGatewayOptions,
} from '../../../../src/adapters/delivery/sms/http-gateway.ts';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { type Kannel, startKannel } from '../../../support/delivery/kannel.ts';
import { needs } from '../../../support/needs.ts';
import { eventually } from '../../../support/time/eventually.ts';
import { SMS } from '../messages.ts';
import { wordsOf } from '../refusals.ts';

describe('the HTTP gateway before Kannel', () => {
  const programs = needs('bearerbox', 'smsbox', 'fakesmsc');
  let kannel: Kannel;
  before(async () => {
    kannel = await startKannel(programs);
  });
  after(() => kannel?.stop());

  function gateway(rest: Partial<HttpGatewayOptions> = {}) {
    const places = 'username=acme&password={password}&from={from}&to={to}&charset=UTF-8&coding=0&text={text}';
    return createHttpGateway({
      url: `${kannel.url}?${places}`,
      method: 'GET',
      headers: {},
      body: null,
      contentType: 'text/xml',
      from: 'Acme',
      password: kannel.password,
      bearerToken: null,
      success: { statuses: [202], body: '^[03]:' },
      clock: systemClock,
      ...rest,
    });
  }

  async function arrivedAfter(count: number, at: number): Promise<readonly string[]> {
    return eventually(async () => {
      expect(kannel.arrived()).to.have.lengthOf(at + count);
      return kannel.arrived().slice(at);
    });
  }

  it('delivers a code to the number, with the line from which a browser fills it in', async () => {
    const at = kannel.arrived().length;
    await gateway().send(SMS);
    // The record of arrivals starts a new line at each line break of a text.
    expect(await arrivedAfter(3, at)).to.deep.equal([
      'Acme +31612345678 text 482913 is your Acme code.',
      '',
      '@id.acme.test #482913',
    ]);
  });

  it('delivers every character unchanged, markup and separators included', async () => {
    const at = kannel.arrived().length;
    const text = 'Café: €5 & more? a=b&to=+31687654321 #x %41 "{to}"';
    await gateway().send({ ...SMS, text });
    expect(await arrivedAfter(1, at)).to.deep.equal([`Acme +31612345678 text ${text}`]);
  });

  it('delivers it by XML too', async () => {
    const at = kannel.arrived().length;
    const xml = gateway({
      url: kannel.url,
      method: 'POST',
      body:
        '<?xml version="1.0" encoding="UTF-8"?><message><submit><da><number>{to}</number></da>' +
        '<oa><number>{from}</number></oa><ud>{text}</ud><dcs><coding>0</coding></dcs>' +
        '<from><user>acme</user><pass>{password}</pass></from></submit></message>',
    });
    await xml.send({ ...SMS, text: 'One <code> & "two"' });
    expect(await arrivedAfter(1, at)).to.deep.equal(['Acme +31612345678 text One <code> & "two"']);
  });

  it('reports a wrong password as a refusal, and does not reveal it', async () => {
    const words = await wordsOf(gateway({ password: 'not-that-one' }), SMS);
    expect(words).to.deep.equal([false, 'the gateway answered 403']);
  });
});
