/** Against real servers: one that keeps mail, and ones that misbehave. */
import type { Socket } from 'node:net';
import { expect } from 'chai';
import {
  createSmtpTransport,
  type MailServer,
  SMTP_TIMEOUTS,
  type SmtpTimeouts,
} from '../../../src/adapters/delivery/smtp-sender.ts';
import { type MailServerOptions, mailServers } from '../../support/delivery/mail-server.ts';
import { selfSigned } from '../../support/process/certificate.ts';
import { freePort } from '../../support/process/free-port.ts';
import { muteServers } from '../../support/process/mute-server.ts';
import { MAIL } from './messages.ts';

const CERTIFICATE = selfSigned('localhost', '127.0.0.1');
const FROM = { name: 'Acme, Inc.', address: 'no-reply@acme.test' };
/** A tenth of the real ones, or less. */
const SHORT: SmtpTimeouts = { connection: 500, greeting: 500, silence: 500, attempt: 500 };
const PASSWORD = 'hunter2-hunter2';

describe('the SMTP sender', () => {
  const startMailServer = mailServers();
  const startMute = muteServers();
  let open: { close(): void }[] = [];
  afterEach(() => {
    for (const transport of open) transport.close();
    open = [];
  });

  function transportTo(
    server: Partial<MailServer> & { port: number },
    rest: { ca?: string; timeouts?: SmtpTimeouts } = {},
  ) {
    const plain = { host: '127.0.0.1', user: null, password: null, tls: 'none' as const };
    const transport = createSmtpTransport({
      server: { ...plain, ...server },
      from: FROM,
      connections: 2,
      ...rest,
    });
    open.push(transport);
    return transport;
  }

  it('sends text and HTML to one recipient, marked as automatic and without tracking', async () => {
    const server = await startMailServer();
    const attempt = await transportTo(server).attempt(MAIL, 'an-id');

    expect(attempt).to.deep.equal({ outcome: 'accepted' });
    const [mail, ...others] = server.mails;
    expect(others).to.deep.equal([]);
    expect(mail).to.deep.include({ from: FROM.address, to: [MAIL.to] });
    const [head = '', body = ''] = mail?.source.split('\r\n\r\n', 2) ?? [];
    expect(head).to.match(/^Auto-Submitted: auto-generated$/m);
    expect(head).to.match(/^From: "Acme, Inc\." <no-reply@acme\.test>$/m);
    expect(head).to.match(/^To: ann\.private@acme\.test$/m);
    expect(head).to.match(/^Subject: 482913 is your Acme code$/m);
    expect(head).to.match(/^Message-ID: <an-id@acme\.test>$/m);
    expect(head).to.match(/^Content-Type: multipart\/alternative;/m);
    expect(head).not.to.match(/^(X-Mailer|Cc|Bcc|Disposition-Notification-To|Return-Receipt-To):/im);
    expect(body).not.to.equal('');
    expect(mail?.source).to.include(MAIL.text.replaceAll('\n', '\r\n'));
    expect(mail?.source).to.include(MAIL.html);
    expect(mail?.source).not.to.match(/https?:|<img/);
  });

  it('sends only text where there is no HTML', async () => {
    const server = await startMailServer();
    await transportTo(server).attempt({ ...MAIL, html: null }, 'an-id');
    expect(server.mails[0]?.source).to.match(/^Content-Type: text\/plain; charset=utf-8\r$/m);
  });

  it('keeps a subject from adding a header', async () => {
    const server = await startMailServer();
    const subject = 'Code\r\nBcc: b@evil.test\r\n\r\nAnother body';
    await transportTo(server).attempt({ ...MAIL, subject }, 'an-id');
    expect(server.mails[0]?.to).to.deep.equal([MAIL.to]);
    expect(server.mails[0]?.source.split('\r\n\r\n', 1)[0]).not.to.match(/^Bcc:/im);
  });

  it('accepts an internationalised domain', async () => {
    const server = await startMailServer();
    await transportTo(server).attempt({ ...MAIL, to: 'ann@bücher.test' }, 'an-id');
    expect(server.mails[0]?.to).to.deep.equal(['ann@bücher.test']);
    expect(server.mails[0]?.source).to.match(/^To: ann@(xn--bcher-kva|bücher)\.test$/m);
  });

  describe('with TLS', () => {
    const ca = CERTIFICATE.cert;
    const login = { user: 'acme', password: PASSWORD };
    const auth = {
      ...CERTIFICATE,
      disabledCommands: [],
      authOptional: false,
      onAuth({ username, password }, _session, done) {
        if (password === PASSWORD) done(null, { user: username });
        else done(new Error('no such login'));
      },
    } satisfies MailServerOptions;

    for (const tls of ['starttls', 'implicit'] as const) {
      it(`signs in and sends by ${tls}`, async () => {
        const { port, mails } = await startMailServer({ ...auth, secure: tls === 'implicit' });
        const attempt = await transportTo({ port, tls, ...login }, { ca }).attempt(MAIL, 'an-id');
        expect(attempt).to.deep.equal({ outcome: 'accepted' });
        expect(mails[0]).to.include({ secure: true, user: 'acme' });
      });

      it(`sends nothing by ${tls} to a server with an untrusted certificate`, async () => {
        const { port, mails, asked } = await startMailServer({ ...auth, secure: tls === 'implicit' });
        const attempt = await transportTo({ port, tls, ...login }).attempt(MAIL, 'an-id');
        expect(attempt).to.deep.equal({
          outcome: 'later',
          reason: 'the mail server did not take it (DEPTH_ZERO_SELF_SIGNED_CERT)',
        });
        expect([mails, asked]).to.deep.equal([[], []]);
      });
    }

    it('sends nothing to a server that offers no STARTTLS', async () => {
      const { port, mails, asked } = await startMailServer({ hideSTARTTLS: true });
      const attempt = await transportTo({ port, tls: 'starttls' }, { ca }).attempt(MAIL, 'an-id');
      expect(attempt.outcome).not.to.equal('accepted');
      expect([mails, asked]).to.deep.equal([[], []]);
    });

    it('reveals neither login nor address when the login is refused', async () => {
      const { port } = await startMailServer(auth);
      const wrong = { user: 'acme-login', password: 'not-that-one' };
      const attempt = await transportTo({ port, tls: 'starttls', ...wrong }, { ca }).attempt(MAIL, 'an-id');
      expect(attempt).to.deep.equal({
        outcome: 'refused',
        reason: 'the mail server answered 535 to AUTH PLAIN',
      });
    });
  });

  describe('when the message is not accepted', () => {
    it('reports that nothing listens [R15]', async () => {
      const attempt = await transportTo({ port: await freePort() }).attempt(MAIL, 'an-id');
      expect(attempt).to.deep.equal({
        outcome: 'later',
        reason: 'the mail server did not take it (ECONNREFUSED)',
      });
    });

    it('gives up within ten seconds, whatever the server does [R16]', () => {
      const { attempt, ...parts } = SMTP_TIMEOUTS;
      expect(attempt).to.be.at.most(10_000);
      expect(parts).to.deep.equal({ connection: 5000, greeting: 5000, silence: 10_000 });
    });

    it('gives up on a server that does not greet [R16]', async () => {
      const { port, connections } = await startMute();
      const attempt = await transportTo({ port }, { timeouts: SHORT }).attempt(MAIL, 'an-id');
      expect(attempt).to.deep.equal({
        outcome: 'later',
        reason: 'the mail server did not take it (ETIMEDOUT)',
      });
      expect(connections()).to.equal(1);
    });

    it('gives up on a server that takes the message and does not answer [R16]', async () => {
      const { port, mails } = await startMailServer({ onMail: () => new Promise(() => {}) });
      const timeouts = { connection: 5000, greeting: 5000, silence: 1000, attempt: 5000 };
      const attempt = await transportTo({ port }, { timeouts }).attempt(MAIL, 'an-id');
      expect(attempt).to.deep.equal({
        outcome: 'later',
        reason: 'the mail server did not take it (ETIMEDOUT)',
      });
      expect(mails).to.have.lengthOf(1);
    });

    it('gives up on a server that keeps sending a little [R16]', async () => {
      const talk = (socket: Socket) => {
        const timer = setInterval(() => socket.write('220-wait\r\n'), 20);
        socket.on('close', () => clearInterval(timer));
      };
      const { port } = await startMute(talk);
      const timeouts = { ...SHORT, connection: 60_000, greeting: 60_000 };
      const attempt = await transportTo({ port }, { timeouts }).attempt(MAIL, 'an-id');
      expect(attempt).to.deep.equal({
        outcome: 'later',
        reason: 'the mail server did not take it (ETIMEDOUT)',
      });
    });

    for (const [said, outcome] of [
      ['451 greylisted ann.private@acme.test', 'later'],
      ['421 too busy', 'later'],
      ['550 no such user ann.private@acme.test', 'refused'],
      ['554 no', 'refused'],
    ] as const) {
      it(`treats ${said.slice(0, 3)} as ${outcome}, and does not repeat the reply text [R17]`, async () => {
        const { port, mails } = await startMailServer({ answer: () => said });
        const attempt = await transportTo({ port }).attempt(MAIL, 'an-id');
        expect(attempt.outcome).to.equal(outcome);
        const reason = 'reason' in attempt ? attempt.reason : '';
        expect(reason).to.match(
          new RegExp(`^the mail server answered ${said.slice(0, 3)} to (RCPT TO|CONN)$`),
        );
        expect(mails).to.deep.equal([]);
      });
    }

    it('does not resend when the server hangs up after the message [R17]', async () => {
      const server = await startMailServer({
        onMail: async () => {
          server.hangUp();
        },
      });
      const attempt = await transportTo(server).attempt(MAIL, 'an-id');
      expect(attempt.outcome).to.equal('later');
      expect(server.mails).to.have.lengthOf(1);
    });
  });

  it('reuses its connection, and opens another when the server has closed it', async () => {
    const server = await startMailServer();
    const transport = transportTo(server);
    await transport.attempt(MAIL, 'one');
    await transport.attempt(MAIL, 'two');
    expect(server.connections()).to.equal(1);
    server.hangUp();
    expect(await transport.attempt(MAIL, 'three')).to.deep.equal({ outcome: 'accepted' });
    expect(server.mails.map(({ source }) => /Message-ID: <(\w+)@/.exec(source)?.[1])).to.deep.equal([
      'one',
      'two',
      'three',
    ]);
  });
});
