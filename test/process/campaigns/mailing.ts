/** A mailing to many people, and a process that dies in its midst: who got which mail from which process. */
import { expect } from 'chai';
import { createPasswordHasher } from '../../../src/adapters/system/password-hasher.ts';
import type { Stores } from '../../../src/compose/parts.ts';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../support/app.ts';
import type { MailServer, ReceivedMail } from '../../support/delivery/mail-server.ts';
import { eventually } from '../../support/time/eventually.ts';
import { totpCode } from '../../support/totp.ts';
import type { Visitor } from '../../support/visitor.ts';

const PEOPLE = 45;
/** Connections of one process to a mail server: so many mails may be on their way when it dies. */
const ON_THEIR_WAY = 5;
/** Milliseconds: the slots of the mailing, a lease of the queue, and a start on a busy machine. */
const SENT_WITHIN_MS = 120_000;
const BOSS = 'boss@mail.test';

const recipients = Array.from(
  { length: PEOPLE },
  (_, number) => `p${String(number).padStart(2, '0')}@mail.test`,
);

/** One half of the people has a password, and gets a link. The other half is invited. */
export async function mailingConfig(port: number, from: string): Promise<Yaml> {
  const { tenants, accounts } = standardConfig();
  const password_hash = await createPasswordHasher({ concurrency: 1, queueLimit: 1 }).hash(PASSWORD);
  const boss = {
    email: BOSS,
    tenant: 'mail',
    name: 'Boss',
    password_hash,
    role: 'admin',
    email_confirmed: true,
    factors: [{ method: 'totp', secret: SECRET }],
  };
  const people = recipients.map((email, number) => ({
    email,
    tenant: 'mail',
    name: email,
    ...(number % 2 === 0 && { password_hash }),
  }));
  return {
    mail: { transport: 'smtp', url: `smtp://127.0.0.1:${port}`, from: `Mailing <${from}@mail.test>` },
    tenants: [...tenants, { id: 'mail', second_factor: { enforcement: 'optional', methods: ['totp'] } }],
    accounts: [...accounts, boss, ...people],
  };
}

type Accounts = Pick<Stores, 'accounts' | 'audit' | 'campaigns'>;

/** The server makes most accounts of its configuration after its start. */
export async function allThere({ accounts }: Accounts): Promise<void> {
  await eventually(async () => {
    expect(await accounts.pageByTenant('mail', null, 500)).to.have.lengthOf(PEOPLE + 1);
  }, SENT_WITHIN_MS);
}

/** Begins the mailing in the console. */
export async function beginMailing(visitor: Visitor): Promise<void> {
  await visitor.open('/admin/users');
  const asked = await visitor.signIn(BOSS, PASSWORD);
  expect(asked.name).to.equal('enter-code');
  const list = await visitor.enterCode(totpCode(SECRET, Date.now()));
  const preview = await visitor.follow(await visitor.submit(list, {}, 'resend-confirmations'));
  expect(preview.mark('count')).to.equal(String(PEOPLE));
  expect((await visitor.submit(preview, {}, 'send')).status).to.equal(303);
}

const isOfMailing = ({ to }: ReceivedMail) => recipients.includes(to[0] ?? '');

/** Each person has one mail by now, nobody is left out, and the stores say the same. */
export async function expectEachOnce(server: MailServer, stores: Accounts): Promise<void> {
  const ofMailing = () => server.mails.filter(isOfMailing);
  const people = () => new Set(ofMailing().map(({ to }) => to[0]));
  await eventually(async () => expect(people().size).to.equal(PEOPLE), SENT_WITHIN_MS);
  await eventually(async () => {
    const [campaign] = await stores.campaigns.page('mail', null, null, 9);
    expect(campaign?.endedAt).to.be.a('number');
    expect(campaign?.counts).to.deep.equal({ sent: Math.ceil(PEOPLE / 2), invited: Math.floor(PEOPLE / 2) });
  }, SENT_WITHIN_MS);
  // A mail whose answer the dead process did not hear comes again under its id, by which its reader's server knows it.
  const ids = ofMailing().map(({ source }) => /^Message-ID: <([^>]+)>/im.exec(source)?.[1]);
  expect(new Set(ids).size).to.equal(PEOPLE);
  expect(ids.length - PEOPLE).to.be.at.most(ON_THEIR_WAY);
  const lines = await stores.audit.list({ tenantId: 'mail', limit: 500 });
  const told = lines.filter(({ event }) => event === 'contact.link_asked' || event === 'account.invited');
  expect(new Set(told.map(({ accountId }) => accountId)).size).to.equal(PEOPLE);
  expect(told).to.have.lengthOf(PEOPLE);
}
