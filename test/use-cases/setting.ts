/** The environment of the use cases: real stores, real encryption and hashing, and a clock that tests move. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EmbeddedStores, openEmbedded } from '../../src/adapters/embedded/open.ts';
import { createCipher } from '../../src/adapters/system/cipher.ts';
import { createPasswordHasher } from '../../src/adapters/system/password-hasher.ts';
import { systemRandom } from '../../src/adapters/system/random.ts';
import type { Account } from '../../src/domain/account.ts';
import {
  NO_ASSURANCE_REQUESTED,
  type PolicyQuestion,
  type PolicyResult,
} from '../../src/domain/policy/policy.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../src/domain/refusal.ts';
import { EMPTY_TRANSACTION, type SignInTransaction } from '../../src/domain/sign-in/transaction.ts';
import type { Tenant, TenantSecondFactor } from '../../src/domain/tenant.ts';
import type { OutboxMessage } from '../../src/ports/senders.ts';
import { createSeeding, type Seed } from '../../src/use-cases/administration/seeding.ts';
import type { SignInContext } from '../../src/use-cases/second-factor/sign-in-context.ts';
import type { Typed } from '../../src/use-cases/second-factor/verify.ts';
import type { PasswordSubmission, SignIn } from '../../src/use-cases/sign-in/password.ts';
import type { AcceptedFirstFactor } from '../../src/use-cases/sign-in/wanted-account.ts';
import { MINUTE, NOW } from '../contracts/examples.ts';
import { makeDataDir, removeDataDir } from '../support/stores/embedded.ts';
import { createSettableClock } from '../support/time/clock.ts';
import { totpCode } from '../support/totp.ts';
import { createWiring, signInOf, type WiringDeps } from './wiring.ts';

export const PASSWORD = 'correct horse battery staple';
export const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const ADDRESS = '192.0.2.7';
/** The part of it that the audit log keeps. */
export const NETWORK = '192.0.2.0/24';
/** The time step of an authenticator app, in milliseconds. */
export const PERIOD = 30_000;

export const random = systemRandom;
export const hasher = createPasswordHasher({ concurrency: 2, queueLimit: 1000, refusalMs: 0 });
export const cipher = createCipher([{ id: 'test', key: 'a key of the tests, long enough to be one' }]);

export function aTenant(id: string, secondFactor: Partial<TenantSecondFactor> = {}): Tenant {
  return {
    id,
    name: id,
    locale: 'en',
    timeZone: 'UTC',
    country: null,
    brand: { logo: null, colour: null },
    support: { email: null, url: null },
    secondFactor: {
      enforcement: 'optional',
      methods: ['totp'],
      graceDays: 0,
      minimum: 'any',
      groups: {},
      trustedDevices: false,
      passkeySignIn: true,
      setUpProof: 'none',
      resetApprovers: 1,
      resetCoolingOffHours: 0,
      message: {},
      ...secondFactor,
    },
  };
}

type SignInParts = Pick<Parameters<typeof signInOf>[0], 'hasher' | 'attempts'>;

export const withTotp: Pick<Seed, 'factors'> = { factors: [{ method: 'totp', secret: SECRET }] };

export interface SettingOptions extends Partial<Pick<WiringDeps, 'tenants' | 'smsLimits' | 'sender'>> {}

export type Setting = ReturnType<typeof createSetting>;

function createSetting(
  stores: EmbeddedStores,
  dataDir: string,
  { tenants = [aTenant('acme')], ...more }: SettingOptions,
) {
  const clock = createSettableClock(NOW);
  const wiring = createWiring({ ...more, stores, tenants, hasher, cipher, clock, random });
  const { needs, evaluatePolicy, loadSnapshot } = wiring;
  const seeding = createSeeding(needs);

  /** An account of the tenant `acme`, with the password, as configuration would make it. */
  async function person(changes: Partial<Seed> = {}): Promise<Account> {
    const bob = { email: 'bob@acme.test', tenantId: 'acme', name: 'Bob' };
    const nobody = { ...bob, password: PASSWORD, passwordHash: null };
    const nothing = {
      givenName: null,
      familyName: null,
      username: null,
      attributes: {},
      locale: null,
      role: 'member',
      groups: [],
      manages: [],
      emailConfirmed: false,
      phone: null,
      factors: [],
    } as const;
    const seed: Seed = { ...nobody, ...nothing, ...changes };
    await seeding.seed(seed);
    const account = await stores.accounts.findByEmail(seed.email);
    if (!account) throw new Error(`${seed.email} was not made`);
    return account;
  }

  /** A sign-in whose password was accepted just now. */
  async function begun(
    { id }: Account,
    changes: Partial<SignInTransaction> = {},
  ): Promise<SignInTransaction> {
    const first: SignInTransaction = {
      uid: random.id(),
      version: 0,
      accountId: id,
      authentications: [{ method: 'pwd', enrolmentId: null, atMs: clock.now() }],
      ...EMPTY_TRANSACTION,
      keepsAuthTime: null,
      expiresAt: clock.now() + 15 * MINUTE,
      ...changes,
    };
    await stores.transactions.save(first);
    return { ...first, version: first.version + 1 };
  }

  /** Evaluates the policy for a person at the second-factor page. */
  async function evaluated(
    { id }: Pick<Account, 'id'>,
    changes: Partial<PolicyQuestion> = {},
  ): Promise<PolicyResult> {
    const password = { method: 'pwd', enrolmentId: null, atMs: clock.now() } as const;
    const question: PolicyQuestion = {
      accountId: id,
      authentications: [password],
      requested: NO_ASSURANCE_REQUESTED,
      occasion: 'sign-in',
      ...changes,
    };
    const policyResult = await evaluatePolicy(question);
    if (!policyResult) throw new Error('no account to evaluate');
    return policyResult;
  }

  /** Verifies a code as the route does, whose answer waits for the pending writes. */
  async function verifyCode(
    ...given: Parameters<typeof wiring.secondFactor.verifyCode>
  ): Promise<Outcome<SignInTransaction>> {
    const verified = await wiring.secondFactor.verifyCode(...given);
    if (!verified.ok) return verified;
    await verified.value.pendingWrites;
    await verified.value.pending.append();
    return accepted(verified.value.transaction);
  }

  /** Postpones an enrolment as the route does, which evaluates the policy first. */
  async function postpone(context: SignInContext): Promise<Outcome<SignInTransaction>> {
    const policyResult = await wiring.secondFactor.evaluate(context);
    return policyResult
      ? wiring.secondFactor.postpone(context, policyResult)
      : refused({ code: 'session_expired' });
  }

  /** Gives the sent messages, newest first. */
  async function outbox(): Promise<OutboxMessage[]> {
    return stores.outbox.list(1000);
  }

  return {
    ...wiring,
    secondFactor: { ...wiring.secondFactor, verifyCode, postpone },
    stores,
    dataDir,
    clock,
    evaluated,
    person,
    begun,
    seeding,
    outbox,
    signIn: signInOf({ ...needs, loadSnapshot }),
    signInWith: (change: (parts: SignInParts) => Partial<SignInParts>) =>
      signInOf({ ...needs, loadSnapshot, ...change({ hasher, attempts: stores.attempts }) }),
    /** A new sign-in, up to where its code is asked for. */
    async atCode(account: Account): Promise<SignInContext> {
      return {
        transaction: await begun(account),
        requested: NO_ASSURANCE_REQUESTED,
        clientId: 'rp',
        ip: ADDRESS,
        localeOf: () => 'en',
      };
    },
    /** The code that the phone shows, so many steps from now. */
    code: (steps = 0, secret = SECRET) => totpCode(secret, clock.now() + steps * PERIOD),
    /** One that no clock anywhere near would show. */
    wrongCode(): string {
      const near = Array.from({ length: 41 }, (_, index) =>
        totpCode(SECRET, clock.now() + (index - 20) * PERIOD),
      );
      return ['000000', '111111', '222222'].find((code) => !near.includes(code)) ?? '333333';
    },
    /** A code of the same shape as the newest that was sent to this place, and not that one. */
    async wrongSentCode(to: string): Promise<string> {
      return (await this.sentCode(to)) === '000000' ? '111111' : '000000';
    },
    /** The newest code that was sent to this place. */
    async sentCode(to: string): Promise<string> {
      const newest = (await outbox()).find((message) => message.to === to);
      const code = /\b\d{6}\b/.exec(newest?.text ?? '')?.[0];
      if (code === undefined) throw new Error(`no code was sent to ${to}`);
      return code;
    },
    /** The audit log, oldest first, as `event reason`. */
    async events(): Promise<string[]> {
      const events = await stores.audit.list({ limit: 1000 });
      return events.reverse().map(({ event, reason }) => (reason === null ? event : `${event} ${reason}`));
    },
    /** All that lies in the data directory. */
    onDisk: () =>
      readdirSync(dataDir)
        .map((file) => readFileSync(join(dataDir, file), 'latin1'))
        .join('\n'),
    /** Empties a table of the accounts store, as if nothing had been written to it. */
    forget(table: 'audit'): void {
      const db = new DatabaseSync(join(dataDir, 'accounts.sqlite'));
      db.exec(`DELETE FROM ${table}`);
      db.close();
    },
  };
}

/** Called in a `describe`: a setting of its own for each test. */
export function freshSetting(options: SettingOptions = {}): () => Setting {
  let made: { setting: Setting; dataDir: string } | null = null;
  beforeEach(() => {
    const dataDir = makeDataDir();
    made = { setting: createSetting(openEmbedded({ dataDir }), dataDir, options), dataDir };
  });
  afterEach(() => {
    made?.setting.stores.close();
    if (made) removeDataDir(made.dataDir);
    made = null;
  });
  return () => {
    if (!made) throw new Error('a setting exists inside tests only');
    return made.setting;
  };
}

/** The refusal of an outcome, in the words of the closed list; null when it was accepted. */
export function refusalOf(outcome: Outcome<unknown>): Refusal | null {
  return outcome.ok ? null : outcome.refusal;
}

export function codeOf(outcome: Outcome<unknown>): string {
  return outcome.ok ? 'ok' : outcome.refusal.code;
}

/** The value of an outcome that has to be one. */
export function acceptedBy<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code}`);
  return outcome.value;
}

/** A code, as the form of a sign-in gives it. */
export function typing(code: string): Typed {
  return { code, trustBrowser: false };
}

/** How often each of these came. */
export function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Calls one after the other. */
export async function inTurn<T>(times: number, call: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < times; index += 1) results.push(await call(index));
  return results;
}

/** Submits a password as the route does, whose answer waits for the pending events. */
export async function submitted(
  signIn: SignIn,
  submission: PasswordSubmission,
): Promise<Outcome<Omit<AcceptedFirstFactor, 'pending'>>> {
  const outcome = await signIn.submitPassword(submission);
  if (!outcome.ok) return outcome;
  const { pending, ...value } = outcome.value;
  await pending.append();
  return accepted(value);
}
