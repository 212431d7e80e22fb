/** The settings that come from a mail server's URL, TLS above all. */
import { expect } from 'chai';
import { mailboxOf, mailServerOf } from '../../../src/config/build/mail-server.ts';

describe('the URL of a mail server', () => {
  const nobody = { user: null, password: null };

  it('selects TLS from the first byte with smtps, and STARTTLS with smtp', () => {
    expect(mailServerOf('smtps://mail.test')).to.deep.equal({
      host: 'mail.test',
      port: null,
      ...nobody,
      tls: 'implicit',
    });
    expect(mailServerOf('smtp://mail.test:25/')).to.deep.equal({
      host: 'mail.test',
      port: 25,
      ...nobody,
      tls: 'starttls',
    });
  });

  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '[::1]']) {
    it(`requires no TLS on this machine (${host}), unless it is configured`, () => {
      expect(mailServerOf(`smtp://${host}:25`)?.tls).to.equal('none');
      expect(mailServerOf(`smtp://${host}:25?tls=required`)?.tls).to.equal('starttls');
      expect(mailServerOf(`smtps://${host}`)?.tls).to.equal('implicit');
    });
  }

  for (const host of ['localhost.evil.test', '127.0.0.1.evil.test', '10.0.0.1', '0.0.0.0', '[::2]']) {
    it(`treats ${host} as another machine`, () => {
      expect(mailServerOf(`smtp://${host}`)?.tls).to.equal('starttls');
      expect(mailServerOf(`smtp://${host}?tls=none`)?.tls).to.equal('none');
    });
  }

  it('carries credentials, whatever characters they have', () => {
    expect(mailServerOf('smtps://a%40b.test:p%2Fw%3A%C3%A9@mail.test:465')).to.deep.equal({
      host: 'mail.test',
      port: 465,
      user: 'a@b.test',
      password: 'p/w:é',
      tls: 'implicit',
    });
    expect(mailServerOf('smtp://[2001:db8::1]:25')?.host).to.equal('2001:db8::1');
  });

  const faulty = [
    'mail.test',
    'http://mail.test',
    'smtp://',
    'smtp://mail.test/path',
    'smtp://mail.test#x',
    'smtp://mail.test?tls=off',
    'smtp://mail.test?tls=none&tls=required',
    'smtp://mail.test?pool=false',
    'smtp://mail.test?tls=none&logger=true',
    'smtps://mail.test?tls=none',
    'smtp://:password@mail.test',
    'smtp://%zz@mail.test',
  ];
  for (const text of faulty) it(`is not ${text}`, () => expect(mailServerOf(text)).to.equal(null));
});

describe('the sender address of mail', () => {
  it('is an e-mail address, with or without a name', () => {
    expect(mailboxOf('a@b.test')).to.deep.equal({ name: '', address: 'a@b.test' });
    expect(mailboxOf('Acme, Inc. <a@b.test>')).to.deep.equal({ name: 'Acme, Inc.', address: 'a@b.test' });
  });
});
