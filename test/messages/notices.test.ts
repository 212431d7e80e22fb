import { setImmediate } from 'node:timers/promises';
import { expect } from 'chai';
import type { Account } from '../../src/domain/account.ts';
import { createNotify, TEXTED_TOPICS } from '../../src/messages/notices.ts';
import { createMessenger } from '../../src/messages/templates.ts';
import type { LogFields } from '../../src/ports/log.ts';
import { DeliveryFailed, type Message, type NoticeTopic } from '../../src/ports/senders.ts';
import { anAccount } from '../contracts/examples.ts';
import { MESSAGE_ISSUER, MESSAGE_NOW, MESSAGE_TEMPLATES } from '../support/delivery/message-samples.ts';
import { SAMPLE_TENANTS } from '../support/pages/sample-tenants.ts';

const BOB = anAccount({ emailConfirmed: true, locale: 'en' });
const NUMBER = '+31612345678';
const BOSS = anAccount({ id: 'boss', email: 'boss@acme.test', role: 'admin', emailConfirmed: true });

type NotifyDeps = Parameters<typeof createNotify>[0];

/** A real messenger whose messages end here. */
function post(over: Partial<NotifyDeps> = {}, send: (message: Message) => void = () => {}) {
  const sent: Message[] = [];
  const lines: LogFields[] = [];
  let links = 0;
  const clock = { now: () => MESSAGE_NOW };
  const messenger = createMessenger({
    tenants: SAMPLE_TENANTS,
    issuer: MESSAGE_ISSUER,
    clock,
    sender: {
      async send(message) {
        send(message);
        sent.push(message);
      },
    },
  });
  const notify = createNotify({
    messenger,
    notMeUrl: ({ id }) => `${MESSAGE_ISSUER}/not-me/${id}-${++links}`,
    confirmedPhone: async () => NUMBER,
    allowedPrefixes: null,
    countText: async () => true,
    administratorsOf: async () => [BOSS],
    supportOf: () => 'help@acme.test',
    clock,
    log: (line) => lines.push(line),
    ...over,
  });
  return { notify, sent, lines, to: () => sent.map(({ to }) => to) };
}

const TOPICS: readonly NoticeTopic[] = [
  'factor-added',
  'factor-removed',
  'factor-replaced',
  'removed-by-administrator',
  'set-up-postponed',
  'recovery-made',
  'recovery-used',
  'phone-changed',
  'email-changed',
  'password-changed',
  'token-replayed',
  'trust-ended',
];

/** A new factor, and a removal, are told by text message too. */
const TEXTED: readonly NoticeTopic[] = [
  'factor-added',
  'factor-removed',
  'factor-replaced',
  'removed-by-administrator',
  'pass-issued',
  'phone-changed',
  'email-changed',
  'password-changed',
  'email-restored',
  'reset-requested',
  'reset-filed',
  'reset-done',
];

describe('notices', () => {
  for (const topic of TOPICS) {
    it(`of ${topic} are mailed to the confirmed address, with a link to report that it was not you [A48]`, async () => {
      const { notify, sent } = post();
      await notify(BOB, { topic });
      const mail = sent.find(({ channel }) => channel === 'email');
      expect(mail?.to).to.equal(BOB.email);
      expect(mail?.text).to.include(`${MESSAGE_ISSUER}/not-me/account-1-`).and.include('14:05 UTC');
    });
  }

  it('of a possible take-over reach the confirmed number too, others do not [A48]', async () => {
    const every = Object.values(MESSAGE_TEMPLATES).flatMap((each) => ('topic' in each ? each.topic : []));
    const texted = new Set<NoticeTopic>();
    for (const topic of every) {
      const { notify, to } = post();
      await notify(BOB, { topic });
      if (to().includes(NUMBER)) texted.add(topic);
    }
    expect([...texted]).to.have.members(TEXTED);
    expect([...TEXTED_TOPICS]).to.have.members(TEXTED);
  });

  it('are not texted to the number that has just answered, nor to an unconfirmed one', async () => {
    const { notify, to } = post();
    await notify(BOB, { topic: 'factor-added', method: 'sms' });
    expect(to()).to.deep.equal([BOB.email]);
    const unknown = post({ confirmedPhone: async () => null });
    await unknown.notify({ ...BOB, phone: NUMBER }, { topic: 'factor-added', method: 'totp' });
    expect(unknown.to()).to.deep.equal([BOB.email]);
  });

  it('are not texted to a country that is no longer served, but still mailed [A73]', async () => {
    const old = [{ channel: 'sms' as const, to: '+32470123456' }];
    const told = async (allowedPrefixes: readonly string[], account = BOB) => {
      const { notify, to } = post({ allowedPrefixes });
      await notify(account, { topic: 'phone-changed', also: old });
      return to();
    };
    expect(await told(['+31', '+32'])).to.have.members([BOB.email, NUMBER, '+32470123456']);
    expect(await told(['+31'])).to.have.members([BOB.email, NUMBER]);
    expect(await told([])).to.deep.equal([BOB.email]);
    expect(await told([], { ...BOB, emailConfirmed: false })).to.deep.equal([BOB.email]);
  });

  it('go to an unconfirmed address only when there is no confirmed contact', async () => {
    const unconfirmed = { ...BOB, emailConfirmed: false };
    const { notify, to } = post();
    await notify(unconfirmed, { topic: 'factor-added' });
    expect(to()).to.deep.equal([NUMBER]);
    const nothing = post({ confirmedPhone: async () => null });
    await nothing.notify(unconfirmed, { topic: 'factor-added' });
    expect(nothing.to()).to.deep.equal([BOB.email]);
  });

  it('go to the old address and number too, once to each and with its own link', async () => {
    const { notify, sent, to } = post();
    const also = [
      { channel: 'email', to: 'old@acme.test' },
      { channel: 'email', to: BOB.email },
      { channel: 'sms', to: NUMBER },
    ] as const;
    await notify(BOB, { topic: 'email-changed', also });
    expect(to()).to.have.members([BOB.email, NUMBER, 'old@acme.test']);
    const links = sent.map(({ text }) => /not-me\/\S+/.exec(text)?.[0]);
    expect(new Set(links).size).to.equal(3);
  });

  it('name the method and how many recovery codes are left', async () => {
    const { notify, sent } = post();
    await notify(BOB, { topic: 'factor-removed', method: 'passkey' });
    await notify(BOB, { topic: 'recovery-used', left: 2 });
    const mails = sent.filter(({ channel }) => channel === 'email').map(({ text }) => text);
    expect(mails[0]).to.include('Passkey');
    expect(mails[1]).to.include('left: 2');
  });

  it('of a report reach the administrators in their own language, with the e-mail address of the account', async () => {
    const bob: Account = { ...BOB, name: 'Go to https://evil.test' };
    const dutch = { ...BOSS, id: 'baas', email: 'baas@acme.test', locale: 'nl' as const };
    const { notify, sent } = post({ administratorsOf: async () => [BOSS, dutch, bob] });
    await notify(bob, { topic: 'reported' });
    expect(sent.map(({ to }) => to)).to.have.members([BOB.email, BOSS.email, dutch.email]);
    const texts = Object.fromEntries(sent.map(({ to, text }) => [to, text]));
    expect(texts[BOSS.email])
      .to.include(`Account: ${BOB.email}`)
      .and.include('reported activity that wasn’t theirs');
    expect(texts[dutch.email]).to.include('meldt activiteit van een ander');
    expect(texts[BOB.email]).not.to.include('Account:');
    expect(Object.values(texts).join()).not.to.match(/evil|\/not-me\//);
  });

  it('of a report reach the support of the tenant where nobody else is an administrator [A48]', async () => {
    for (const topic of ['reported', 'removal-reported'] as const) {
      const { notify, sent } = post({ administratorsOf: async () => [BOB] });
      await notify(BOB, { topic });
      expect(sent.map(({ to }) => to)).to.have.members([BOB.email, 'help@acme.test']);
      const helped = sent.find(({ to }) => to === 'help@acme.test');
      expect(helped?.text, topic).to.include(`Account: ${BOB.email}`);
      const none = post({ administratorsOf: async () => [], supportOf: () => null });
      await none.notify(BOB, { topic });
      expect(none.to()).to.deep.equal([BOB.email]);
    }
  });

  it('do not stop the act when they fail, and the failure is logged without an address [R41]', async () => {
    const { notify, lines, to } = post({}, ({ channel }) => {
      if (channel === 'email') throw new DeliveryFailed('away');
    });
    await notify(BOB, { topic: 'factor-added', method: 'totp' });
    expect(to()).to.deep.equal([NUMBER]);
    expect(lines).to.deep.equal([
      { event: 'notice.undelivered', account_id: BOB.id, tenant: 'acme', reason: 'factor-added' },
    ]);
  });

  it('are no longer texted over the limit, while mails continue [A73]', async () => {
    const old = { channel: 'sms', to: '+31687654321' } as const;
    let left = 2;
    const { notify, to } = post({ countText: async () => left-- > 0 });
    await notify(BOB, { topic: 'factor-removed', method: 'sms', also: [old] });
    expect(to()).to.have.members([BOB.email, NUMBER, old.to]);
    await notify(BOB, { topic: 'factor-added', method: 'totp' });
    await notify({ ...BOB, emailConfirmed: false }, { topic: 'factor-added', method: 'totp' });
    expect(to().slice(3)).to.deep.equal([BOB.email, BOB.email]);
  });

  it('are not texted when their count cannot be read, while mails continue [A73]', async () => {
    const { notify, to, lines } = post({ countText: () => Promise.reject(new Error('the store is away')) });
    await notify(BOB, { topic: 'factor-added', method: 'totp' });
    expect([to(), lines.length]).to.deep.equal([[BOB.email], 1]);
  });

  it('delay the act only briefly, and are delivered later [R19]', async () => {
    const gateway = Promise.withResolvers<void>();
    const arrived: string[] = [];
    const { notify } = post({
      patienceMs: 10,
      messenger: {
        async send({ to, channel }) {
          if (channel === 'sms') await gateway.promise;
          arrived.push(to);
          return true;
        },
      },
    });
    await notify(BOB, { topic: 'factor-removed', method: 'totp' });
    expect(arrived).to.deep.equal([BOB.email]);
    gateway.resolve();
    await setImmediate();
    expect(arrived).to.deep.equal([BOB.email, NUMBER]);
  });

  it('do not stop the act after another failure, and the mail goes out without the number [R41]', async () => {
    const away = () => Promise.reject(new Error('the store is away'));
    const { notify, lines, to } = post({ confirmedPhone: away, administratorsOf: away });
    await notify(BOB, { topic: 'factor-added' });
    await notify(BOB, { topic: 'reported' });
    expect(to()).to.deep.equal([BOB.email, BOB.email]);
    expect(lines.map(({ error }) => String(error))).to.deep.equal(Array(2).fill('Error: the store is away'));
    const broken = post({
      notMeUrl() {
        throw new Error('no key');
      },
    });
    await broken.notify(BOB, { topic: 'recovery-made' });
    expect(broken.lines).to.have.lengthOf(1);
  });
});
