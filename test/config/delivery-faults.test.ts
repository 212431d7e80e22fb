/** The faults that a file can have in its mail and SMS settings, and the result of correct ones. */
import { expect } from 'chai';
import { configFolder, itRefuses, production, type Row } from './config-file.ts';

const http = (rest: string) => `sms: { transport: http, url: "https://gw.test/", ${rest} }`;
const url = (value: string) => `sms: { transport: http, url: "${value}" }`;
const smpp = (rest: string) =>
  `sms: { transport: smpp, host: a, port: 2775, system_id: b, password: c, ${rest} }`;

const ROWS: readonly Row[] = [
  [
    'a mail server with a path',
    'mail: { transport: smtp, url: "smtp://a/b" }',
    'mail.url',
    /at most behind it/,
  ],
  ['an option unknown', 'mail: { transport: smtp, url: "smtp://a?pool=0" }', 'mail.url', /at most behind it/],
  [
    'smtps without TLS',
    'mail: { transport: smtp, url: "smtps://a?tls=none" }',
    'mail.url',
    /at most behind it/,
  ],
  ['an unknown place', url('https://gw.test/?to={number}'), 'sms.url', /unknown place/],
  ['a host of the message', url('https://{to}.gw.test/'), 'sms.url', /no place in its host/],
  ['a login of the message', url('https://{to}:x@gw.test/'), 'sms.url', /no place in its host/],
  ['an unknown place in a body', http('body: \'{"n":"{number}"}\''), 'sms.body', /unknown place/],
  ['a body with GET', http('method: GET, body: a'), 'sms.body', /not sent with GET/],
  ['XML without a body', http('content_type: text/xml'), 'sms.body', /is required with/],
  ['an unknown kind of body', http('content_type: text/csv'), 'sms.content_type', /must be one of/],
  [
    'a header of two lines',
    http('headers: { X-Key: "a\\r\\nX-Other: b" }'),
    'sms.headers.X-Key',
    /printable/,
  ],
  ['a number in a header', http('headers: { X-To: "{to}" }'), 'sms.headers.X-To', /unknown place/],
  ['a header of the connection', http('headers: { Host: a }'), 'sms.headers.Host', /not to be set/],
  ['a password to come', url('https://gw.test/?key={password}'), 'sms.password', /is required/],
  ['a failure as success', http('success: { status: [500] }'), 'sms.success.status[0]', /299 or less/],
  ['success that is no pattern', http('success: { body: "(" }'), 'sms.success.body', /regular expression/],
  ['an unknown alphabet', smpp('alphabet: morse'), 'sms.alphabet', /one of gsm/],
  ['no messages at all', 'sms: { limits: { per_day: 0 } }', 'sms.limits.per_day', /1 or more/],
  ['a limit unknown', 'sms: { limits: { per_week: 1 } }', 'sms.limits.per_week', /^unknown key$/],
];

describe('a file with a fault in its delivery settings [R36]', () => itRefuses(ROWS));

describe('the delivery settings of a file', () => {
  const folder = configFolder();

  it('have a default request that most gateways understand', () => {
    expect(folder.load(url('https://gw.test/sms')).sms.gateway).to.deep.equal({
      transport: 'http',
      url: 'https://gw.test/sms',
      method: 'POST',
      headers: {},
      body: '{"to":"{to}","from":"{from}","text":"{text}"}',
      contentType: 'application/json',
      success: { statuses: null, body: null },
      bearerToken: null,
      password: null,
    });
    expect(folder.load(http('content_type: application/x-www-form-urlencoded')).sms.gateway).to.include({
      body: 'to={to}&from={from}&text={text}',
    });
    expect(folder.load(http('method: GET')).sms.gateway).to.include({ body: null });
  });

  it('have by default the URL of Twilio itself, and SMPP with TLS', () => {
    const { sms } = folder.load('sms: { transport: twilio, account_sid: AC1, auth_token: t }');
    expect(sms.gateway).to.deep.equal({
      transport: 'twilio',
      accountSid: 'AC1',
      authToken: 't',
      url: 'https://api.twilio.com',
    });
    expect(folder.load(smpp('')).sms.gateway).to.include({ tls: true, systemType: '', alphabet: 'gsm' });
    expect(folder.load(smpp('tls: false')).sms.gateway).to.include({ tls: false });
  });

  it('have default limits against SMS pumping', () => {
    const { sms } = folder.load('sms: { limits: { per_block_hour: 3, per_day: 50 } }');
    expect(sms.limits).to.deep.equal({ perBlockHour: 3, perTenantDay: 5000, perDay: 50 });
  });
});

describe('delivery in production [R36]', () => {
  const folder = configFolder();
  const rest = { availableMethods: ['totp', 'email', 'sms'] } as const;
  const tenant = (settings: string) => `tenants: [{ id: acme, second_factor: { ${settings} } }]`;

  it('requires a mail server where members get codes by mail', () => {
    for (const settings of ['methods: [email], set_up_proof: none', 'methods: [totp]']) {
      const [fault, ...others] = folder.refusal(production(tenant(settings)), rest).faults;
      expect(others).to.deep.equal([]);
      expect(fault).to.include({ path: 'mail.transport' });
      expect(fault?.message).to.equal('smtp is required: members are mailed codes (tenants: acme)');
    }
  });

  it('requires none where nobody gets mail', () => {
    const none = ['mail has no transport: nothing is mailed to anybody'];
    for (const settings of ['methods: [totp], set_up_proof: none', 'enforcement: off'])
      expect(folder.load(production(tenant(settings)), rest).warnings).to.deep.equal(none);
  });

  it('warns about SMS that nobody gets', () => {
    const without = (sms: string) =>
      folder.load(
        production(
          `mail: { transport: smtp, url: "smtps://a" }\n${sms}\n${tenant('methods: [totp, sms], set_up_proof: none')}`,
        ),
        rest,
      ).warnings;
    expect(without('')).to.deep.equal([
      'sms has no transport: the method sms is not offered (tenants: acme)',
    ]);
    const gateway = 'transport: http, url: "https://gw.test"';
    expect(without(`sms: { ${gateway} }`)).to.deep.equal([
      'sms lists no allowed_prefixes: the method sms is not offered (tenants: acme)',
    ]);
    expect(without(`sms: { ${gateway}, allowed_prefixes: [+31] }`)).to.deep.equal([]);
  });

  it('refuses unencrypted mail, and warns about an unencrypted SMS gateway', () => {
    const faults = folder.faults(production('mail: { transport: smtp, url: "smtp://a:25?tls=none" }'));
    expect(faults.map(({ path }) => path)).to.deep.equal(['mail.url']);
    const said = (sms: string) =>
      folder.load(production(`mail: { transport: smtp, url: "smtp://127.0.0.1:25" }\nsms: ${sms}`)).warnings;
    expect(said('{ transport: http, url: "http://gw.test" }')[0]).to.match(/^sms\.url begins with http:/);
    expect(said('{ transport: http, url: "http://127.0.0.1:13013" }')).to.deep.equal([]);
    const centre = 'transport: smpp, port: 1, system_id: b, password: c';
    expect(said(`{ ${centre}, host: a, tls: false }`)[0]).to.match(/^sms\.tls is false/);
    expect(said(`{ ${centre}, host: a }`)).to.deep.equal([]);
  });
});
