/** A host in plain JavaScript gets an error at once, by name, for a missing, misspelt or asynchronous option. */
import { expect } from 'chai';
import { deliver, http, smpp, smtp, twilio } from '../../../src/delivery.ts';
import { embedded } from '../../../src/embedded.ts';
import { mongo } from '../../../src/mongo.ts';
import { redis } from '../../../src/redis.ts';

const OPENERS = { deliver, embedded, http, mongo, redis, smpp, smtp, twilio };
const SMTP = { url: 'smtps://user:changeme@mail.test', from: 'Acme <a@b.test>' };
const URI = 'redis://:changeme@127.0.0.1:1';

const REFUSED: readonly (readonly [keyof typeof OPENERS, unknown, string])[] = [
  ['embedded', undefined, 'options: '],
  ['embedded', {}, 'dataDir: '],
  ['embedded', { datadir: './data' }, 'Unrecognized key: "datadir"'],
  ['embedded', { dataDir: './data', auditRetentionDays: '30' }, 'auditRetentionDays: '],
  ['mongo', {}, 'uri: '],
  ['mongo', { url: 'mongodb://changeme@a.test' }, 'Unrecognized key: "url"'],
  ['mongo', { uri: 'https://changeme@a.test' }, 'uri: must begin with mongodb://'],
  ['redis', {}, 'exactly one of uri, sentinel and cluster'],
  ['redis', { uri: 'http://changeme@a.test' }, 'uri: must begin with redis://'],
  ['redis', { uri: URI, cluster: ['127.0.0.1:1'] }, 'exactly one of uri, sentinel and cluster'],
  ['redis', { cluster: [] }, 'cluster: is empty'],
  ['redis', { cluster: ['changeme'] }, 'cluster.0: must be host:port'],
  ['redis', { sentinel: { nodes: ['127.0.0.1:1'] } }, 'sentinel.name: '],
  ['smtp', {}, 'url: '],
  ['smtp', { url: SMTP.url }, 'from: '],
  ['smtp', { ...SMTP, from: 'changeme' }, 'from: must be an address'],
  ['twilio', { accountSid: 'changeme', from: 'Acme' }, 'authToken: '],
  ['twilio', { accountSid: 'a', authToken: 'changeme' }, 'from: '],
  ['http', { from: 'Acme' }, 'url: '],
  ['http', { url: 'https://a.test', from: 'Acme', bearer: 'changeme' }, 'Unrecognized key: "bearer"'],
  ['http', { url: 'https://a.test', from: 'Acme', success: { body: '(' } }, 'success.body: '],
  ['smpp', { host: 'a.test', port: '2775', systemId: 'a', password: 'changeme', from: 'Acme' }, 'port: '],
  ['deliver', undefined, 'options: '],
  ['deliver', { email: {} }, 'Unrecognized key: "email"'],
  ['deliver', { mail: {} }, 'mail: has no attempt()'],
  ['deliver', { sms: { close: () => {} } }, 'sms: has no send()'],
];

describe('the options of stores and transports [U.6]', () => {
  for (const [name, options, fault] of REFUSED) {
    it(`are refused when they cannot be meant: ${name}, ${fault}`, async () => {
      const open: (given: never) => unknown = OPENERS[name];
      const refusal: unknown = await (async () => open(options as never))().catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(TypeError);
      expect(String(refusal))
        .to.contain(`${name} can't work with these options:`)
        .and.contain(fault)
        .and.not.contain('changeme');
    });
  }

  it('are refused when a transport is a promise that was not awaited', async () => {
    const mail = smtp(SMTP);
    expect(() => deliver({ mail: mail as never })).to.throw(TypeError, 'mail: is a promise still: await it');
    await deliver({ mail: await mail }).close();
  });
});
