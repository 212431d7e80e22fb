/**
 * Accepts an invitation: the person sets a first password, or makes a first passkey. The first who accepts decides, by a
 * once-only key that holds what was set. A process that dies after it leaves an acceptance that the next form completes.
 */
import { type Account, normalisePassword } from '../../domain/account.ts';
import { hasFactor } from '../../domain/enrolment/enrolment.ts';
import type { AuthenticationEvent } from '../../domain/policy/assurance.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../domain/refusal.ts';
import { PASSWORDS_PER_ACCOUNT, WINDOW_MS } from '../../domain/sign-in/attempts.ts';
import { beginningAt, hasEnded, isBarred } from '../../domain/sign-in/ending.ts';
import type { EventLog } from '../../ports/events.ts';
import type { AccountStore, AttemptStore, EnrolmentStore, OnceStore } from '../../ports/stores.ts';
import type { Clock, PasswordHasher, Random } from '../../ports/system.ts';
import { confirmAddress } from '../account/confirm-address.ts';
import type { LinkContent, LinkTokens } from '../account/link-tokens.ts';
import type { Passwords } from '../account/passwords/passwords.ts';
import type { VisitTickets } from '../sign-in/visit-tickets.ts';
import type { FirstPasskeys } from './first-passkey.ts';

interface AcceptDeps {
  readonly accounts: Pick<AccountStore, 'findById' | 'replacePasswordHash' | 'confirmEmail'>;
  readonly enrolments: Pick<EnrolmentStore, 'listByAccount'>;
  readonly attempts: Pick<AttemptStore, 'take'>;
  readonly onceKeys: Pick<OnceStore, 'first' | 'peek'>;
  readonly tokens: Pick<LinkTokens, 'open'>;
  readonly passwords: Passwords;
  readonly hasher: Pick<PasswordHasher, 'inTurn'>;
  readonly firstPasskeys: FirstPasskeys;
  readonly tickets: Pick<VisitTickets, 'issue'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

/** `used`: the account has its first factor. `replaced`: a newer invitation was sent. `expired`: too old, or ended. */
export type InvitationState = 'open' | 'used' | 'replaced' | 'expired';

export interface Invitation {
  readonly account: Account;
  /** The application that it names. */
  readonly clientId: string | null;
  readonly state: InvitationState;
  /** It is too old, or from before an ending of its account. */
  readonly isOver: boolean;
}

/** An accepted invitation, with the ticket of the sign-in after it. */
export interface Joined {
  readonly invitation: Invitation;
  readonly ticket: string;
}

const GONE = { code: 'session_expired' } as const satisfies Refusal;
/** Milliseconds: longer than an invitation lives. */
const KEPT_MS = 8 * 24 * 60 * 60 * 1000;
const BY_PASSKEY = 'passkey:';

export function createAcceptance(deps: AcceptDeps) {
  const { accounts, enrolments, onceKeys, attempts, tokens, passwords, hasher, firstPasskeys, tickets } =
    deps;
  const { events, clock, random } = deps;

  /** Null for a link that is forged, or whose account is gone or has another address. */
  async function find(token: string): Promise<Invitation | null> {
    const link = tokens.open('invitation', token);
    const account = link && (await accounts.findById(link.id));
    if (!account || account.email !== link.email) return null;
    const isOver = link.expiresAt <= clock.now() || hasEnded(link.issuedAt, account);
    return { account, clientId: link.about, state: await stateOf(link, account), isOver };
  }

  async function stateOf({ issuedAt, expiresAt }: LinkContent, account: Account): Promise<InvitationState> {
    if (account.passwordHash !== null || hasFactor(await enrolments.listByAccount(account.id))) return 'used';
    // The password or the passkey may have been removed since. The invitation stays used.
    if ((await onceKeys.peek(doneKeyOf(account))) !== null) return 'used';
    if (account.invitedAt === null || issuedAt < account.invitedAt) return 'replaced';
    return isBarred(account) || expiresAt <= clock.now() || hasEnded(issuedAt, account) ? 'expired' : 'open';
  }

  /** Gives what the first acceptance of the invitation has set. */
  function claim(account: Account, value: string): Promise<string> {
    return onceKeys.first(keyOf(account), value, clock.now() + KEPT_MS);
  }

  async function acceptPassword(token: string, typed: string, ip: string): Promise<Outcome<Joined>> {
    const invitation = await find(token);
    if (!invitation) return refused(GONE);
    const { account } = invitation;
    if (invitation.state !== 'open') return repeated(invitation, account.passwordHash, typed, ip);
    const checked = await passwords.check(account, typed);
    if (!checked.ok) return checked;
    const hash = await passwords.hash(checked.value);
    const first = await claim(account, hash);
    if (first.startsWith(BY_PASSKEY)) return refused(GONE);
    const isSet = await accounts.replacePasswordHash(account.id, null, first);
    // An operator may have set another password meanwhile.
    if (!isSet && (await accounts.findById(account.id))?.passwordHash !== first) return refused(GONE);
    if (first !== hash) return repeated(invitation, first, typed, ip);
    return join(invitation, passwordAt(account), ip);
  }

  /** The same form again, or one that completes what an interrupted form has begun. Another password changes nothing. */
  async function repeated(
    invitation: Invitation,
    known: string | null,
    typed: string,
    ip: string,
  ): Promise<Outcome<Joined>> {
    const { account } = invitation;
    const isHere = invitation.state === 'open' || invitation.state === 'used';
    if (!isHere || invitation.isOver || isBarred(account)) return refused(GONE);
    // The first form may have set it after this one has read the account.
    const hash = known ?? (await accounts.findById(account.id))?.passwordHash ?? null;
    if (hash === null) return refused(GONE);
    // A password that was changed since has nothing to do with the invitation.
    if ((await onceKeys.peek(keyOf(account))) !== hash) return refused(GONE);
    const id = random.id();
    const limits = [{ counter: 'invitation', limit: PASSWORDS_PER_ACCOUNT, windowMs: WINDOW_MS }];
    const owner = `invitation:${account.id}`;
    const counted = await attempts.take({ owner, id, bucket: id, atMs: clock.now(), limits });
    if (!counted.ok) return refused({ code: 'too_many_attempts', retryAt: counted.retryAt });
    const password = normalisePassword(typed);
    const isSame = await hasher.inTurn((verify) => verify(hash, password));
    if (isSame) return join(invitation, passwordAt(account), ip, true);
    const line = { accountId: account.id, tenantId: account.tenantId, ip };
    await events.append({ ...line, name: 'password.refused', reason: 'credentials_invalid' });
    return refused(GONE);
  }

  function passwordAt(account: Account): AuthenticationEvent {
    return { method: 'pwd', enrolmentId: null, atMs: beginningAt(clock.now(), account) };
  }

  async function acceptPasskey(
    token: string,
    nonce: string,
    response: string,
    ip: string,
  ): Promise<Outcome<Joined>> {
    const invitation = await find(token);
    if (invitation?.state !== 'open') return refused(GONE);
    const { account } = invitation;
    const verified = await firstPasskeys.verify(account, token, nonce, response);
    if (!verified.ok) return verified;
    const first = await claim(account, `${BY_PASSKEY}${verified.value}`);
    if (!first.startsWith(BY_PASSKEY)) {
      await accounts.replacePasswordHash(account.id, null, first);
      return refused(GONE);
    }
    const enrolmentId = first.slice(BY_PASSKEY.length);
    const made = await firstPasskeys.enrol(account, { token, nonce, response, enrolmentId, ip });
    if (!made.ok) return made;
    return join(invitation, made.value.firstFactor, ip, false, made.value.newCodes);
  }

  /** Each act may be repeated. The link came by mail, so it has proven the address. */
  async function join(
    invitation: Invitation,
    firstFactor: AuthenticationEvent,
    ip: string,
    isRetold = false,
    newCodes: string | null = null,
  ): Promise<Outcome<Joined>> {
    const { account } = invitation;
    const { id: accountId, tenantId, invitedAt } = account;
    const line = { accountId, tenantId, actor: accountId, ip };
    await onceKeys.first(doneKeyOf(account), 'done', clock.now() + KEPT_MS);
    await confirmAddress({ accounts, events, clock }, account, line);
    const once = { key: accountId, atMs: invitedAt ?? 0, isRetold };
    const confirmed = { ...account, emailConfirmed: true };
    await events.append({ ...line, once, name: 'account.joined', account: confirmed });
    const link = `invitation:${accountId}:${invitedAt}`;
    const ticket = tickets.issue({ accountId, link: `${link}:${firstFactor.atMs}`, firstFactor, newCodes });
    return accepted({ invitation, ticket });
  }

  return { find, acceptPassword, acceptPasskey, shortest: passwords.shortest, passkeyFor: firstPasskeys.ask };
}

export type Acceptance = ReturnType<typeof createAcceptance>;

/** The key of an invitation by which somebody has joined. */
function doneKeyOf({ id, invitedAt }: Account): string {
  return `joined-by:${id}:${invitedAt}`;
}

/** The key that holds what an invitation has set. */
function keyOf({ id, invitedAt }: Account): string {
  return `joined:${id}:${invitedAt}`;
}
