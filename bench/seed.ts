/** Fills the stores before a run: accounts with a factor each, and live sessions beside which the measured ones stand. */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPasswordHasher } from '../src/adapters/system/password-hasher.ts';
import { cipherOf } from '../src/compose/keys.ts';
import { openParts, type Parts, secretsOf, seedAccounts } from '../src/compose/parts.ts';
import type { Config, SeedAccount } from '../src/config/shape.ts';
import type { Account } from '../src/domain/account.ts';
import { acrOf, amrOf } from '../src/domain/policy/assurance.ts';
import { createProviderAdapter } from '../src/oidc/adapter/adapter.ts';
import type { Cipher } from '../src/ports/system.ts';
import {
  BY_MAIL,
  CLIENT,
  PASSWORD,
  type Place,
  readConfig,
  SCOPE,
  SECRET,
  TENANT,
  writeConfig,
} from './settings.ts';

/** Memory that looks like a disk: a hundred thousand commits need not wait for one each. */
const MEMORY = '/dev/shm';
const DAY_SECONDS = 24 * 60 * 60;
/** How many are written at once: a store on the network is kept busy by it. */
const AT_ONCE = 32;

/** The e-mail address of a person with an authenticator app. */
export function emailOf(number: number): string {
  return `person${number}@bench.test`;
}

/** The e-mail address of a person who gets codes by mail. */
export function readerEmailOf(number: number): string {
  return `reader${number}@bench.test`;
}

export interface Population {
  /** With an authenticator app. */
  readonly accounts: number;
  /** The number of people who have a live session beside those of the run. */
  readonly sessions: number;
  /** The number of people who get codes by mail. */
  readonly readers: number;
}

/** Stores with so many, in a folder of their own; `remove` deletes the folder. */
export async function makePlace(
  population: Population,
  servers: Place['servers'],
): Promise<Place & { remove(): void }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'doublelock-bench-'));
  const aside = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'doublelock-bench-'));
  try {
    await fill({ dataDir: aside, servers }, population);
    cpSync(aside, dataDir, { recursive: true });
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return { dataDir, servers, remove: () => rmSync(dataDir, { recursive: true, force: true }) };
}

async function fill(place: Place, { accounts, sessions, readers }: Population): Promise<void> {
  // No server is started with this file: any port will do.
  const config = readConfig(writeConfig(1, place), 'silent');
  const parts = await openParts(config);
  const cipher = await cipherOf(secretsOf(config), parts);
  const passwordHash = await createPasswordHasher({ concurrency: 1, queueLimit: 1 }).hash(PASSWORD);
  const people = [
    ...Array.from({ length: accounts }, (_, n) => person(emailOf(n), passwordHash, APP)),
    ...Array.from({ length: readers }, (_, n) => person(readerEmailOf(n), passwordHash, MAIL)),
  ];
  await eachOf(people.values(), (one) => seedAccounts({ ...config, accounts: [one] }, parts, cipher));
  const found = await parts.stores.accounts.pageByTenant(TENANT, null, 1_000_000);
  const withApp = found.filter(({ groups }) => !groups.includes(BY_MAIL));
  await eachOf(withApp.slice(0, sessions).values(), (account) => addSession(account, config, parts, cipher));
  await parts.stores.close();
}

type Second = Pick<SeedAccount, 'groups' | 'factors'>;

const APP: Second = { groups: [], factors: [{ method: 'totp', secret: SECRET }] };
const MAIL: Second = { groups: [BY_MAIL], factors: [{ method: 'email' }] };

function person(email: string, passwordHash: string, second: Second): SeedAccount {
  return {
    ...second,
    email,
    name: email.split('@')[0] ?? '',
    givenName: null,
    familyName: null,
    username: null,
    locale: null,
    attributes: {},
    tenantId: TENANT,
    role: 'member',
    password: null,
    passwordHash,
    manages: [],
    emailConfirmed: true,
    phone: null,
  };
}

/** Adds the records that a sign-in leaves: a session, the grant of one relying party, and the sign-in record. */
async function addSession(
  { id: accountId }: Account,
  { session: { absoluteHours } }: Config,
  { stores, clock, random }: Parts,
  cipher: Cipher,
): Promise<void> {
  const adapter = createProviderAdapter(
    { durable: stores.providerDurable, shortLived: stores.providerShortLived },
    cipher,
    clock,
  );
  const now = clock.now();
  const iat = Math.floor(now / 1000);
  const exp = iat + absoluteHours * 60 * 60;
  const [uid, jti, grantId] = [random.id(), random.id(), random.id()];
  const [enrolment] = await stores.enrolments.listByAccount(accountId);
  const proofs = [
    { method: 'pwd', enrolmentId: null, atMs: now },
    { method: 'totp', enrolmentId: enrolment?.id ?? null, atMs: now },
  ] as const;
  const authorizations = { [CLIENT.id]: { sid: random.id(), grantId } };
  const signedIn = { accountId, loginTs: iat, acr: acrOf(proofs), amr: [...amrOf(proofs)] };
  const session = { iat, exp, uid, jti, kind: 'Session', ...signedIn, authorizations };
  const grant = { iat, exp, jti: grantId, kind: 'Grant', accountId, clientId: CLIENT.id };
  await Promise.all([
    adapter('Session').upsert(jti, session, exp - iat),
    adapter('Grant').upsert(grantId, { ...grant, openid: { scope: SCOPE } }, exp - iat + 30 * DAY_SECONDS),
    stores.records.save({
      sessionUid: uid,
      accountId,
      authentications: proofs,
      trustedBrowserId: null,
      atMs: iat * 1000,
      ip: '127.0.0.1',
      browser: 'bench',
      lastUsedAt: iat * 1000,
      offlineClients: [],
      expiresAt: (exp + 30 * DAY_SECONDS) * 1000,
    }),
  ]);
}

async function eachOf<T>(left: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const sides = Array.from({ length: AT_ONCE }, async () => {
    for (const one of left) await work(one);
  });
  await Promise.all(sides);
}
