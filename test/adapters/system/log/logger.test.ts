import { expect } from 'chai';
import { createLogger, type LoggerOptions } from '../../../../src/adapters/system/log/logger.ts';
import type { LogFields, Logger } from '../../../../src/ports/log.ts';

/** Gives a logger and its lines, both raw and parsed. */
function logging(level: LoggerOptions['level'] = 'info') {
  const lines: string[] = [];
  const destination = {
    write: (line: string) => lines.push(line),
    flush: () => {},
    dropped: 0,
    whenDropped: () => {},
  };
  const logger = createLogger({ level, destination });
  const read = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line));
  return { logger, lines, read };
}

function written(fields: LogFields): Record<string, unknown> {
  const { logger, read } = logging();
  logger.info(fields);
  return read()[0] ?? {};
}

const SECRETS = {
  code: '492039',
  grouped: '492 039',
  password: 'correct horse battery staple',
  totp: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
  groups: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP',
  idToken: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXNpZ25hdHVyZQ',
  opaqueToken: 'tHkz5xJ0qWc2Lr8YdUeN3gVbA7mPfS1oQiXwZ4tRy6K',
  cookie: '_session=tHkz5xJ0qWc2Lr8YdUeN3; _session.sig=0b1c',
};

describe('logger', () => {
  it('writes one JSON object per line, with the level and the time', () => {
    const { logger, lines, read } = logging();
    logger.info({ event: 'server.started' });
    logger.warn({
      event: 'sign_in.refused',
      account_id: 'a1',
      tenant: 'acme',
      client: 'demo',
      reason: 'code_used',
    });

    expect(lines.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1)).to.equal(
      true,
    );
    const [first, second] = read();
    expect(first).to.have.all.keys('level', 'time', 'event');
    expect(first).to.include({ level: 'info', event: 'server.started' });
    expect(first?.time).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(second).to.include({
      level: 'warn',
      event: 'sign_in.refused',
      account_id: 'a1',
      tenant: 'acme',
      client: 'demo',
      reason: 'code_used',
    });
  });

  for (const level of [
    'fatal',
    'error',
    'warn',
    'info',
    'debug',
    'trace',
  ] as const satisfies (keyof Logger)[]) {
    it(`writes ${level} from ${level} on, and nothing when silent`, () => {
      const own = logging(level);
      own.logger[level]({ event: 'x' });
      expect(own.read().map((line) => line.level)).to.deep.equal([level]);
      const silent = logging('silent');
      silent.logger[level]({ event: 'x' });
      expect(silent.lines).to.deep.equal([]);
    });
  }

  it('omits lines below its level', () => {
    const { logger, lines } = logging('warn');
    logger.info({ event: 'x' });
    expect(lines).to.deep.equal([]);
  });

  it('drops every field that is not on the list [A98]', () => {
    const fields = { event: 'x', body: SECRETS, ...SECRETS, headers: { cookie: SECRETS.cookie } };
    expect(written(fields)).to.have.all.keys('level', 'time', 'event');
  });

  for (const [name, secret] of Object.entries(SECRETS).filter(([known]) => known !== 'password')) {
    it(`masks a ${name} in a sentence, a path and an error's message [A98]`, () => {
      const line = JSON.stringify(
        written({
          event: 'x',
          reason: `refused ${secret} as given`,
          path: `/x/${secret}`,
          client: secret,
          error: new Error(`unexpected ${secret}`, { cause: new Error(`because of ${secret}`) }),
        }),
      );
      expect(line).not.to.include(secret);
      expect(line).to.include('refused').and.to.include('as given').and.to.include('unexpected');
      expect(line).to.include('because of');
    });
  }

  it('masks passwords and keys where their name stands beside them [A98]', () => {
    const reason = [
      'redis://default:hunter2hunter2@cache:6379 is away',
      'got {"password":"hunter2hunter2","secret":"hunter2hunter2"}',
      'at https://rp.example/callback?code=hunter2hunter2&state=hunter2hunter2#x=hunter2hunter2',
      'sent Authorization: Basic aHVudGVyMjpodW50ZXIy',
      'otpauth://totp/Bob?secret=hunter2hunter2',
      "password = 'hunter2hunter2', secret=hunter2hunter2",
    ].join('\n');
    const line = String(written({ event: 'x', reason }).reason);

    expect(line).not.to.match(/hunter2|aHVudGVy/);
    expect(line).to.include('cache:6379 is away').and.to.include('https://rp.example/callback?code=');
  });

  it('takes no longer for words that look like the beginning of a secret all along [A98]', () => {
    for (const part of ['code', 'session_', 'token.', 'eyJ-', 'eyJa.', 'AAAA-', '?code', 'secret ', '://a']) {
      const begun = performance.now();
      written({ event: 'x', reason: `scope: ${part.repeat(4000)}` });
      // It takes a millisecond, and takes many seconds where the time grows with the third power of the length.
      expect(performance.now() - begun, part).to.be.below(500);
    }
  });

  it('does not change the words of a refused configuration [R36]', () => {
    const reason =
      'config/demo.yaml: clients[0].client_secret (line 12): weak; accounts[1].password: is unknown';
    expect(written({ event: 'x', reason }).reason).to.equal(reason);
  });

  it('writes the message and the stack of an error, and no other property [A98]', () => {
    const error = Object.assign(new TypeError('fetch failed'), {
      body: SECRETS.password,
      request: { headers: { cookie: SECRETS.cookie } },
      code: SECRETS.code,
    });
    const { error: shown } = written({ event: 'x', error });

    expect(shown).to.have.all.keys('name', 'message', 'stack');
    expect(shown).to.include({ name: 'TypeError', message: 'fetch failed' });
    expect((shown as { stack: string }).stack).to.match(/^at .*logger\.test\.ts/);
    expect(JSON.stringify(shown)).not.to.include(SECRETS.password).and.not.to.include(SECRETS.cookie);
  });

  it('takes no part of a message as a stack frame [A98]', () => {
    const { error: shown } = written({ event: 'x', error: new Error(`a\n    at ${SECRETS.code}`) });
    expect(JSON.stringify(shown)).not.to.include(SECRETS.code);
  });

  it('never writes a thrown object [A98]', () => {
    const line = written({ event: 'x', error: { password: SECRETS.password } });
    expect(line.error).to.deep.equal({ name: 'NotAnError', message: 'a value of type object' });
  });

  it('accepts only identifiers as ids, and only numbers as numbers [A98]', () => {
    const mistaken = { event: 'x', account_id: SECRETS.password, request_id: SECRETS.idToken };
    expect(written(mistaken)).to.have.all.keys('level', 'time', 'event');
    const numbers = { event: 'x', status: SECRETS.code, duration_ms: Number.NaN } as unknown as LogFields;
    expect(written(numbers)).to.have.all.keys('level', 'time', 'event');
  });

  it('prevents forged lines, reversed text and oversized values', () => {
    const forged = 'a\r\n{"event":"forged"}\u2028b\u202Ec\u0000d\u001B[31m';
    const { logger, lines } = logging();
    logger.info({ event: 'x', reason: forged, error: new Error(forged) });

    expect(lines.join('').split('\n')).to.have.length(2);
    // Nor may a reader that undoes the escapes of JSON find them.
    expect(lines[0]).not.to.match(/\\[rnu]/);
    expect(String(written({ event: 'x', reason: 'long '.repeat(10_000) }).reason).length).to.be.below(2_100);
  });

  const addresses = {
    '192.0.2.123': '192.0.2.0/24',
    '::ffff:192.0.2.123': '192.0.2.0/24',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1::/48',
    '2001:db8::1': '2001:db8:0::/48',
    'fe80::1%eth0': 'fe80:0:0::/48',
    '::1': '0:0:0::/48',
    '192.0.2.0/24': '192.0.2.0/24',
    '2001:db8:0::/48': '2001:db8:0::/48',
  };
  for (const [ip, network] of Object.entries(addresses)) {
    it(`writes only the network of ${ip}`, () => {
      expect(written({ event: 'x', ip }).ip).to.equal(network);
    });
  }

  it('writes no malformed IP address', () => {
    expect(written({ event: 'x', ip: '999.1.1.1' })).not.to.have.property('address');
    expect(written({ event: 'x', ip: 'bob@acme.test' })).not.to.have.property('address');
  });
});
