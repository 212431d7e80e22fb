/** Nonsense at the protocol's endpoints and in addresses: refused as the protocol says, and it changes nothing. */
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { CLIENT_SECRET } from '../../support/app.ts';
import {
  type Content,
  createSender,
  DEEP_FIELD,
  type Headers,
  type Sender,
  TEN_THOUSAND_FIELDS,
} from './sending.ts';

const BASIC = `Basic ${Buffer.from(`rp:${CLIENT_SECRET}`).toString('base64')}`;
const ENDPOINTS = [
  '/token',
  '/token/introspection',
  '/token/revocation',
  '/request',
  '/me',
  '/session/end/confirm',
];

const NONSENSE: Readonly<Record<string, readonly [Content, Headers?]>> = {
  '10,000 fields': [TEN_THOUSAND_FIELDS],
  'a field 1,000 levels deep': [DEEP_FIELD],
  'names that every object has': [
    '__proto__=1&constructor=2&toString=3&hasOwnProperty=4&__proto__[polluted]=1',
  ],
  operators: ['grant_type[$ne]=x&code[$gt]=&token[$ne]=&client_id[$ne]=x&$where=1'],
  'every parameter twice': [
    'grant_type=a&grant_type=b&token=a&token=b&code=a&code=b&logout=a&logout=b&xsrf=a&xsrf=b',
  ],
  'null characters': ['grant_type=%00&code=%00&token=%00&access_token=%00&xsrf=%00'],
  'bytes that are no UTF-8': [Buffer.from('grant_type=\xff\xfe&token=\xc3\x28', 'latin1')],
  'percent signs': ['grant_type=%&token=%zz&code=%u0041'],
  gzip: [gzipSync('grant_type=refresh_token'), { 'content-encoding': 'gzip' }],
  JSON: ['{"grant_type":{"$ne":1}}', { 'content-type': 'application/json' }],
  '60 KiB': [`token=${'x'.repeat(60 * 1024)}`],
  nothing: [''],
};

const QUERIES: Readonly<Record<string, string>> = {
  'names that every object has':
    '__proto__=1&constructor=2&toString=3&__proto__[polluted]=1&constructor.prototype.x=1',
  operators: 'client_id[$ne]=x&scope[$gt]=&redirect_uri[]=x&$where=1',
  'every parameter twice': 'client_id=a&client_id=b&scope=a&scope=b&error=a&error=b&done=a&done=b',
  'null characters': 'client_id=%00&redirect_uri=%00&error=%00',
  'percent signs': 'client_id=%&scope=%zz%ff&error=%',
  'options of a template engine': 'settings[view+options][client]=1&outputFunctionName=x&cache=1&debug=1',
  '1,000 parameters': Array.from({ length: 1000 }, (_, n) => `a${n}=1`).join('&'),
};
const WHERE = {
  '/auth': [400],
  '/session/end': [303, 400],
  '/demo': [200],
  '/account': [303],
  '/account/return': [303, 403],
  '/health/live': [200],
  '/nowhere': [404],
};

describe('malformed protocol input', () => {
  let sender: Sender;
  before(async () => {
    sender = await createSender();
  });
  after(() => sender.app.stop());

  for (const [what, [content, headers]] of Object.entries(NONSENSE)) {
    it(`is refused at every endpoint: ${what} [A88 A89 A100]`, async () => {
      for (const endpoint of ENDPOINTS) {
        const { status = 0, body } = await sender.send(endpoint, content, {
          authorization: BASIC,
          accept: 'application/json',
          ...headers,
        });
        const about = `${endpoint}: ${status} ${body.slice(0, 200)}`;
        // Nothing is said about what is no token (RFC 7009, 2.2; RFC 7662, 2.2).
        if (status === 200)
          expect(`${endpoint}${body}`).to.be.oneOf([
            '/token/revocation',
            '/token/introspection{"active":false}',
          ]);
        else expect(status, about).to.be.within(400, 499);
        if (status !== 200) expect(JSON.parse(body), about).to.include.keys('error', 'error_description');
      }
      expect('polluted' in {}).to.equal(false);
      expect((await sender.send(sender.path, sender.body)).status).to.equal(303);
    });
  }

  for (const [what, query] of Object.entries(QUERIES)) {
    it(`breaks no page when it is in a URL: ${what} [A88 A89 A90]`, async () => {
      for (const [path, statuses] of Object.entries(WHERE)) {
        const page = await sender.app.visitor().get(`${path}?${query}`);
        expect(page.status, `${path}: ${page.text.slice(0, 300)}`).to.be.oneOf(statuses);
        expect(page.text, path).not.to.match(/at \w+ \(|\bejs\b|Error:/);
      }
      expect('polluted' in {}).to.equal(false);
      expect((await sender.app.visitor().get('/demo')).name).to.equal('demo');
    });
  }
});
