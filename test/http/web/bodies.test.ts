/** Bodies that no form of ours sends: too large, too many, packed, cut off, of another kind. */
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import {
  type Content,
  createSender,
  DEEP_FIELD,
  type Headers,
  type Sender,
  TEN_THOUSAND_FIELDS,
} from './sending.ts';

/** Names that a form may have, each of its own. */
const HUNDRED_FIELDS = Array.from(
  { length: 100 },
  (_, n) => `${n % 2 ? 'a' : 'b'}${'_'.repeat(n % 39)}${'x'.repeat(Math.floor(n / 39))}=`,
);

/** The status, what becomes of the right form, and with which headers it is sent. */
type Spoilt = readonly [status: number, spoil: (right: string) => Content, headers?: Headers];

const SPOILT: Readonly<Record<string, Spoilt>> = {
  '10,000 fields': [413, (right) => `${right}&${TEN_THOUSAND_FIELDS}`],
  'a hundred fields': [400, (right) => [right, ...HUNDRED_FIELDS].join('&')],
  'a field 1,000 levels deep': [400, (right) => `${right}&${DEEP_FIELD}`],
  'a field twice': [400, (right) => `${right}&password=x`],
  'a null character': [400, (right) => right.replace('email=', 'email=%00')],
  'bytes that are no UTF-8': [400, (right) => Buffer.from(`${right}&a=\xff\xfe`, 'latin1')],
  '33 KiB': [413, (right) => `${right}&a=${'x'.repeat(33 * 1024)}`],
  gzip: [400, (right) => gzipSync(right), { 'content-encoding': 'gzip' }],
  'a gzip bomb': [400, () => gzipSync(Buffer.alloc(10_000_000)), { 'content-encoding': 'gzip' }],
  JSON: [
    400,
    () => '{"email":"new@plain.test","password":{"$ne":null}}',
    { 'content-type': 'application/json' },
  ],
  'JSON that calls itself plain text': [400, () => '{"code":{"$ne":null}}', { 'content-type': 'text/plain' }],
  'JSON 1,000 levels deep': [400, () => '{"a":'.repeat(1000), { 'content-type': 'application/json' }],
  'a form with files': [400, () => '--x\r\n', { 'content-type': 'multipart/form-data; boundary=x' }],
  XML: [400, () => '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>', { 'content-type': 'text/xml' }],
  'no type': [400, (right) => right, { 'content-type': '' }],
  'no field': [403, () => ''],
  'no token': [403, (right) => right.replace(/_token=[^&]+/, '')],
};

describe('malformed bodies', () => {
  let sender: Sender;
  before(async () => {
    sender = await createSender();
  });
  after(() => sender.app.stop());

  for (const [what, [status, spoil, headers]] of Object.entries(SPOILT)) {
    it(`get ${status} for ${what}, and the valid form is accepted afterwards [A88 A100]`, async () => {
      const { send, path, body } = sender;
      const answer = await send(path, spoil(body), headers);
      expect(answer.status).to.equal(status);
      expect(answer.body).to.include('data-page="error"');
      expect(answer.headers['cache-control']).to.equal('no-store');
      expect((await send(path, body)).status).to.equal(303);
    });
  }

  it('get the same refusal at every form, from every sender [A100]', async () => {
    for (const path of [
      '/locale',
      '/auth',
      '/session/end',
      '/demo/refresh',
      '/account/security/remove',
      '/interaction/abc/consent',
    ]) {
      for (const [what, [, spoil, headers]] of Object.entries(SPOILT).slice(0, 15)) {
        const answer = await sender.send(path, spoil(sender.body), headers);
        // A visitor who is not signed in is redirected to the sign-in, whatever the form was.
        expect(answer.status, `${path}, ${what}`).to.be.oneOf([303, 400, 404, 413]);
        expect(answer.headers.location ?? '', `${path}, ${what}`).not.to.match(/^\/(auth|session)/);
      }
    }
  });
});
