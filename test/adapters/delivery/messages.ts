/** Messages of the tests of delivery, and what nobody may read in a log or an error. */
import type { LogFields } from '../../../src/ports/log.ts';
import type { Message } from '../../../src/ports/senders.ts';

export const NOW = Date.UTC(2030, 0, 1);

export const MAIL: Message = {
  channel: 'email',
  to: 'ann.private@acme.test',
  subject: '482913 is your Acme code',
  text: 'Your code is 482913.\n\nIt is valid for 90 seconds.',
  html: '<p>Your code is <strong>482913</strong>.</p>',
  expiresAt: NOW + 90_000,
};

export const SMS: Message = {
  channel: 'sms',
  to: '+31612345678',
  subject: '',
  text: '482913 is your Acme code.\n\n@id.acme.test #482913',
  html: null,
  expiresAt: NOW + 90_000,
};

/** The lines as they would be written, for a look at all that they say. */
export function createLogLines() {
  const lines: LogFields[] = [];
  return { lines, log: (fields: LogFields) => void lines.push(fields), text: () => JSON.stringify(lines) };
}

/** Destinations that are not one, and what each would do if it were believed. */
export const NOT_ONE_MAILBOX: readonly (readonly [what: string, to: string])[] = [
  ['a header behind it', 'a@acme.test\r\nBcc: b@evil.test'],
  ['a header behind it, encoded', 'a@acme.test%0d%0aBcc:b@evil.test'],
  ['a line feed alone', 'a@acme.test\nb'],
  ['a NUL', 'a@acme.test\0'],
  ['a second address', 'a@acme.test, b@evil.test'],
  ['a second address by semicolon', 'a@acme.test;b@evil.test'],
  ['a second address by space', 'a@acme.test b@evil.test'],
  ['a second at sign', 'a@acme.test@evil.test'],
  ['a quoted local part', '"a@evil.test"@acme.test'],
  ['a quoted pair', 'a\\@acme.test'],
  ['a name before it', 'Ann <a@acme.test>'],
  ['angle brackets', '<a@acme.test>'],
  ['a comment', 'a(b)@acme.test'],
  ['a group', 'friends: a@acme.test;'],
  ['a route', '@evil.test:a@acme.test'],
  ['an address literal', 'a@[127.0.0.1]'],
  ['a direction mark', 'a@acme.test\u202e'],
  ['no domain', 'a@'],
  ['no local part', '@acme.test'],
  ['a domain that begins with a dot', 'a@.acme.test'],
  ['no address', ''],
  ['255 characters', `${'a'.repeat(245)}@acme.test`],
];
