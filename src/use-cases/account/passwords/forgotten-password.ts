/**
 * Mails a link for a new password to a person who has forgotten it. The answer and its time are the same for every address:
 * the mail is written after the answer.
 */
import {
  type Account,
  isEmail,
  LONGEST_EMAIL,
  type Locale,
  normaliseEmail,
} from '../../../domain/account.ts';
import { accepted, type Outcome, refused } from '../../../domain/refusal.ts';
import { anonymousOwner, onceThrottled } from '../../../domain/sign-in/attempts.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Log } from '../../../ports/log.ts';
import type { AccountStore, AttemptLimit, AttemptStore } from '../../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../../ports/system.ts';
import type { PasswordPlace } from '../../sign-in/password-attempts.ts';

interface LimitsDeps {
  readonly attempts: AttemptStore;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly clock: Clock;
  readonly random: Random;
}

interface ForgottenPasswordDeps extends LimitsDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail'>;
  /** Mails a link to the address of the account. False when it could not be handed over. */
  readonly mailLink: (account: Account, locale: Locale) => Promise<boolean>;
  readonly events: EventLog;
  readonly log: Log;
}

export interface ForgottenPassword extends PasswordPlace {
  /** As typed. */
  readonly email: string;
  /** The language of the page. */
  readonly locale: Locale;
}

/** Sends the mail, if there is one to send. Never rejects. Called after the answer. */
export type SendLater = () => Promise<void>;

/** As with codes: to one address, within the window. */
const MOST_SENDS = 5;
const SENDS_WINDOW_MS = 10 * 60_000;
/** Mails to one address in a day. */
const MOST_A_DAY = 20;
const DAY_MS = 24 * 60 * 60_000;
/** Requests of one network within the window, for any addresses. */
const MOST_REQUESTS = 30;

/** The reason why an account gets no link. Null when it gets one. */
function reasonFor(account: Account | null): string | null {
  if (account === null) return 'no_account';
  // An invitation lets its person choose the first password. A passkey signs in without one.
  if (account.passwordHash === null) return 'no_password';
  if (account.disabledAt !== null) return 'disabled';
  return account.frozenAt === null ? null : 'frozen';
}

/** Counts a request for its network and for the typed address. A browser that knows the address has a count of its own. */
function createLimits({ attempts, cipher, clock, random }: LimitsDeps) {
  return async (email: string, { ip, knownBrowser }: PasswordPlace): Promise<Outcome<null>> => {
    const id = random.id();
    const atMs = clock.now();
    const network = `resets:${anonymousOwner(ip, null)}`;
    const digest = cipher.digest(email, 'password-resets');
    const owner = knownBrowser === null ? `resets:${digest}` : `resets:${knownBrowser}:${digest}`;
    const take = (whose: string, ...limits: AttemptLimit[]) =>
      attempts.take({ owner: whose, id, bucket: id, atMs, limits });
    const inWindow = (limit: number) => ({ counter: 'resets', limit, windowMs: SENDS_WINDOW_MS });
    const inDay = { counter: 'resets-a-day', limit: MOST_A_DAY, windowMs: DAY_MS };
    const byNetwork = await take(network, inWindow(MOST_REQUESTS));
    if (!byNetwork.ok) return refused({ code: 'too_many_requests', retryAt: byNetwork.retryAt });
    const byAddress = await take(owner, inWindow(MOST_SENDS), inDay);
    return byAddress.ok ? accepted(null) : refused({ code: 'resend_too_soon', retryAt: byAddress.retryAt });
  };
}

export function createForgottenPassword(needs: ForgottenPasswordDeps) {
  const { accounts, mailLink, events, log, cipher } = needs;
  const count = createLimits(needs);

  async function ask({ email: typed, locale, ...place }: ForgottenPassword): Promise<Outcome<SendLater>> {
    const { ip } = place;
    const email = normaliseEmail(typed);
    if (email.length > LONGEST_EMAIL || !isEmail(email))
      return refused({ code: 'field_invalid', because: 'email_incomplete' });
    const [counted, account] = await Promise.all([count(email, place), accounts.findByEmail(email)]);
    const line = { accountId: account?.id ?? null, tenantId: account?.tenantId ?? null, ip };
    if (!counted.ok) {
      const { refusal } = counted;
      const visitor = cipher.digest(`${email}|${anonymousOwner(ip, null)}`, 'password-resets-throttled');
      const once = 'retryAt' in refusal ? onceThrottled(visitor, refusal.retryAt ?? 0) : undefined;
      await events.append({
        ...line,
        name: 'password.reset_asked',
        reason: refusal.code,
        ...(once && { once }),
      });
      return counted;
    }
    const reason = reasonFor(account);
    await events.append({ ...line, name: 'password.reset_asked', reason });
    return accepted(async () => {
      if (account && reason === null) await send(account, locale);
    });
  }

  async function send(account: Account, locale: Locale): Promise<void> {
    const undelivered = {
      event: 'password.link_undelivered',
      account_id: account.id,
      tenant: account.tenantId,
    };
    try {
      if (!(await mailLink(account, locale))) log(undelivered);
    } catch (error) {
      log({ ...undelivered, error });
    }
  }

  return { ask };
}

export type ForgottenPasswords = ReturnType<typeof createForgottenPassword>;
