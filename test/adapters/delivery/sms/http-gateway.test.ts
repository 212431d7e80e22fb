/** Requests of many kinds, to a server of this machine that reads them as gateways do. */

import { expect } from 'chai';
import { load } from 'cheerio';
import {
  createHttpGateway,
  type HttpGatewayOptions,
} from '../../../../src/adapters/delivery/sms/http-gateway.ts';
import { smsGateways } from '../../../support/delivery/sms-gateway.ts';
import { createSettableClock } from '../../../support/time/clock.ts';
import { NOW, SMS } from '../messages.ts';
import { itRefusesOtherNumbers, refusalOf, wordsOf } from '../refusals.ts';

/** Text that could end its own field in a request and begin another one. */
const HOSTILE = '&to=+31687654321#?/../"\'\\}{to}</text><to>+316</to>%26%0d%0a\r\nX: y\t€ é 👍';

describe('the HTTP gateway', () => {
  const startGateway = smsGateways();

  function gatewayTo(url: string, rest: Partial<HttpGatewayOptions> = {}) {
    return createHttpGateway({
      url,
      method: 'POST',
      headers: {},
      body: null,
      contentType: 'application/json',
      from: 'Acme',
      password: null,
      bearerToken: null,
      success: { statuses: null, body: null },
      clock: createSettableClock(NOW),
      ...rest,
    });
  }

  it('fills a URL', async () => {
    const gateway = await startGateway();
    const template = '/send/{to_digits}?to={to}&from={from}&text={text}&key={password}';
    const given = { method: 'GET', password: 'p&w=1' } as const;
    await gatewayTo(gateway.url + template, given).send({ ...SMS, text: HOSTILE });
    const [call] = gateway.calls;
    const { pathname, searchParams } = new URL(call?.path ?? '', gateway.url);
    expect([call?.method, call?.body, pathname]).to.deep.equal(['GET', '', '/send/31612345678']);
    expect([...searchParams]).to.deep.equal([
      ['to', SMS.to],
      ['from', 'Acme'],
      ['text', HOSTILE],
      ['key', 'p&w=1'],
    ]);
  });

  it('fills JSON', async () => {
    const gateway = await startGateway();
    const body = '{"messages": [{"to": "{to}", "from": "{from}", "text": "{text}", "key": "{password}"}]}';
    await gatewayTo(gateway.url, { body, password: '"\\' }).send({ ...SMS, text: HOSTILE });
    const [call] = gateway.calls;
    expect(call?.headers['content-type']).to.equal('application/json');
    expect(JSON.parse(call?.body ?? '')).to.deep.equal({
      messages: [{ to: SMS.to, from: 'Acme', text: HOSTILE, key: '"\\' }],
    });
  });

  it('fills a form', async () => {
    const gateway = await startGateway();
    const contentType = 'application/x-www-form-urlencoded';
    await gatewayTo(gateway.url, { body: 'to={to}&text={text}', contentType }).send({
      ...SMS,
      text: HOSTILE,
    });
    expect([...new URLSearchParams(gateway.calls[0]?.body)]).to.deep.equal([
      ['to', SMS.to],
      ['text', HOSTILE],
    ]);
  });

  it('fills XML', async () => {
    const gateway = await startGateway();
    const body = '<sms to="{to}" about="{text}"><text>{text}</text></sms>';
    await gatewayTo(gateway.url, { body, contentType: 'text/xml', method: 'PUT' }).send({
      ...SMS,
      text: `${HOSTILE}\u0001`,
    });
    const $ = load(gateway.calls[0]?.body ?? '', { xml: true });
    expect([$('sms').length, $('to').length, $('sms').attr('to')]).to.deep.equal([1, 0, SMS.to]);
    expect([$('text').text(), $('sms').attr('about')]).to.deep.equal([`${HOSTILE} `, `${HOSTILE} `]);
  });

  it('sends plain text unchanged', async () => {
    const gateway = await startGateway();
    await gatewayTo(gateway.url, { body: '{text}', contentType: 'text/plain' }).send({
      ...SMS,
      text: HOSTILE,
    });
    expect(gateway.calls[0]?.body).to.equal(HOSTILE);
  });

  it('sends the credentials of its URL, its token or its headers, in this order', async () => {
    const gateway = await startGateway();
    const url = gateway.url.replace('//', '//acme:{password}@');
    const password = 'p@ss:w/rd';
    const basic = `Basic ${Buffer.from(`acme:${password}`).toString('base64')}`;
    await gatewayTo(url, { password }).send(SMS);
    await gatewayTo(url, { password, bearerToken: 'a-token' }).send(SMS);
    await gatewayTo(url, {
      password,
      bearerToken: 'a-token',
      headers: { Authorization: 'Key {password}' },
    }).send(SMS);
    await gatewayTo(gateway.url, { password, headers: { 'X-Api-Key': '{password}' } }).send(SMS);
    expect(gateway.calls.map(({ headers }) => headers.authorization ?? headers['x-api-key'])).to.deep.equal([
      basic,
      'Bearer a-token',
      `Key ${password}`,
      password,
    ]);
  });

  it('recognises success by the status and the response body', async () => {
    const gateway = await startGateway();
    const says = (success: HttpGatewayOptions['success'], status: number, body: string) => {
      gateway.answer({ status, body });
      return gatewayTo(gateway.url, { success })
        .send(SMS)
        .then(
          () => 'taken',
          (error: Error) => error.message,
        );
    };
    const any = { statuses: null, body: null };
    expect(await says(any, 204, '')).to.equal('taken');
    expect(await says({ ...any, statuses: [202] }, 202, '')).to.equal('taken');
    expect(await says({ ...any, statuses: [202] }, 200, '')).to.equal('the gateway answered 200');
    expect(await says({ ...any, body: '^OK\\b' }, 200, 'OK: 7')).to.equal('taken');
    const refused = 'the gateway answered 200, and not what success looks like';
    expect(await says({ ...any, body: '^OK\\b' }, 200, `ERR ${SMS.to}`)).to.equal(refused);
    expect(await says({ ...any, body: 'late' }, 200, `${'x'.repeat(16 * 1024)}late`)).to.equal(refused);
    expect(await says({ ...any, statuses: [202] }, 400, '')).to.equal('the gateway answered 400');
  });

  it('follows no redirect', async () => {
    const gateway = await startGateway();
    const elsewhere = await startGateway();
    for (const status of [301, 302, 307, 308]) {
      gateway.answer({ status, headers: { location: elsewhere.url } });
      const words = await wordsOf(gatewayTo(gateway.url, { bearerToken: 'a-token' }), SMS);
      expect(words).to.deep.equal([true, `the gateway answered ${status}`]);
    }
    expect(elsewhere.calls).to.deep.equal([]);
  });

  it('sends one request, whatever its result [R19]', async () => {
    const gateway = await startGateway();
    gateway.answer((response) => response.destroy());
    expect((await wordsOf(gatewayTo(gateway.url), SMS))[0]).to.equal(true);
    gateway.answer(null);
    expect((await wordsOf(gatewayTo(gateway.url, { timeoutMs: 500 }), SMS))[0]).to.equal(true);
    expect(gateway.calls).to.have.lengthOf(2);
  });

  it('reveals no secret when the request cannot be made', async () => {
    const headers = { 'X-Api-Key': '{password}' };
    const refusal = await refusalOf(gatewayTo('http://127.0.0.1:1', { headers, password: 'a\nsecret' }), SMS);
    expect(`${refusal.message} ${refusal.stack}`).not.to.include('secret');
  });

  it('refuses a request template with an unknown placeholder', () => {
    expect(() => gatewayTo('http://gw.test/{number}')).to.throw('{number} of an SMS request is not known');
    expect(() => gatewayTo('http://gw.test/{password}')).to.throw(
      '{password} of an SMS request is not known',
    );
    expect(() => gatewayTo('http://gw.test/', { headers: { 'X-To': '{to}' } })).to.throw(
      '{to} of an SMS request',
    );
    expect(() => gatewayTo('http://gw.test/{__proto__}')).to.throw(
      '{__proto__} of an SMS request is not known',
    );
    expect(() => gatewayTo('http://gw.test/', { contentType: 'text/csv' })).to.throw('text/csv');
  });

  itRefusesOtherNumbers(SMS, async () => {
    const gateway = await startGateway();
    return { sender: gatewayTo(gateway.url), asked: () => gateway.calls.length };
  });
});
