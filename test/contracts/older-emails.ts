/** Addresses of accounts as older releases have stored them, by the id, and what this release makes of them. */

export const OLDER_EMAILS = {
  plain: 'bob@acme.test',
  numbers: 'bob@1.2',
  local: 'ren\u00e9e@acme.test',
  idn: 'bob@b\u00fccher.test',
  wide: 'eve@\uff41cme.test',
  impossible: 'bob@b\u00fc..test',
  // Another account has the address already.
  'taken-new': 'dan@xn--bcher-kva.test',
  'taken-old': 'dan@b\u00fccher.test',
  // Two older spellings of one address.
  'twin-dots': 'kim@b\u00fccher\u3002test',
  'twin-plain': 'kim@b\u00fccher.test',
} as const;

export const RESPELLED_EMAILS = {
  ...OLDER_EMAILS,
  idn: 'bob@xn--bcher-kva.test',
  wide: 'eve@acme.test',
} as const;

export const WARNING =
  '3 accounts have an e-mail address that, spelled another way, is that of one more account, and cannot sign in with it: taken-old, twin-dots, twin-plain';
