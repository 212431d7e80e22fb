/**
 * Searches the audit trail for an administrator, within the members whom that person sees. A manager sees the lines of
 * members in scope alone: the lines of the tenant are read in batches, and those about others are left out.
 */
import { type Account, normaliseEmail } from '../../../domain/account.ts';
import { isInScope, type Scope } from '../../../domain/administration/may-act.ts';
import { readLocalTime } from '../../../domain/audit/local-time.ts';
import type { AuditConditions, AuditPlace } from '../../../domain/audit/search.ts';
import { readReference } from '../../../domain/codes/reference.ts';
import type { AuditEvent } from '../../../domain/events.ts';
import { accepted, type FieldFault, type Outcome, refused } from '../../../domain/refusal.ts';
import type { AdministrationStore } from '../../../ports/administration/administration-store.ts';
import type { AccountStore, AuditReader } from '../../../ports/stores.ts';

interface AuditSearchDeps {
  readonly accounts: Pick<AccountStore, 'findByEmail'>;
  readonly administration: Pick<AdministrationStore, 'accountsById'>;
  readonly audit: AuditReader;
}

/** The conditions as a person typed them. An empty one is none. */
export interface TypedConditions {
  readonly person: string;
  readonly actor: string;
  readonly event: string;
  readonly reference: string;
  readonly since: string;
  readonly until: string;
}

export interface FoundLine extends AuditEvent {
  /** The e-mail address of the account. Null when there is none, or the account is gone. */
  readonly email: string | null;
  /** The e-mail address of the acting account. Null for an operator, a host, and an account that is gone. */
  readonly actorEmail: string | null;
}

export interface AuditPage {
  readonly lines: readonly FoundLine[];
  /** The place after which the list goes on. Null at its end. */
  readonly next: AuditPlace | null;
  /** Many lines of others were looked at, and the search stopped there. It goes on after `next`. */
  readonly isStopped: boolean;
}

export interface AuditQuestion {
  readonly scope: Scope;
  readonly typed: TypedConditions;
  readonly timeZone: string;
}

export interface AuditSearch {
  /** Newest first, from the line after `after`. */
  page(question: AuditQuestion, after: AuditPlace | null): Promise<Outcome<AuditPage>>;
  /** All lines, newest first, in batches. Only one batch is held at a time. */
  all(question: AuditQuestion): Promise<Outcome<AsyncIterable<readonly FoundLine[]>>>;
}

const PAGE = 100;
/** Each line has at most two accounts, and a look takes 500. */
const BATCH = 250;
/** Batches that one page looks at. */
const MOST_BATCHES = 20;

/** Actors without an account. */
const OTHER_ACTORS: readonly string[] = ['operator', 'host'];
const EVENT_NAME = /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/;

interface Batch {
  readonly lines: readonly FoundLine[];
  /** The place of the last line that was looked at. Null: there are no more. */
  readonly next: AuditPlace | null;
}

export function createAuditSearch({ accounts, administration, audit }: AuditSearchDeps): AuditSearch {
  /** The ids of the named accounts, and the times. */
  async function conditionsOf({ scope, typed, timeZone }: AuditQuestion): Promise<Outcome<AuditConditions>> {
    const accountId = await personIn(scope, typed.person);
    if (accountId === null) return fault('subject_unknown');
    const actor = await actorIn(scope, typed.actor);
    if (actor === null) return fault('actor_unknown');
    const event = typed.event.trim() || undefined;
    if (event !== undefined && !EVENT_NAME.test(event)) return fault('event_unknown');
    const reference = stated(typed.reference, readReference);
    if (reference === null) return fault('reference_malformed');
    const since = stated(typed.since, (text) => readLocalTime(text, timeZone)?.begin ?? null);
    if (since === null) return fault('since_malformed');
    const until = stated(typed.until, (text) => readLocalTime(text, timeZone)?.end ?? null);
    if (until === null) return fault('until_malformed');
    if (since !== undefined && until !== undefined && until <= since) return fault('until_too_early');
    return accepted({ accountId, actor, event, reference, since, until });
  }

  /** Undefined: nobody is named. Null: no such member is in scope. */
  async function personIn(scope: Scope, typed: string): Promise<string | undefined | null> {
    if (typed.trim() === '') return undefined;
    const account = await accounts.findByEmail(normaliseEmail(typed));
    return account && isInScope(scope, account) ? account.id : null;
  }

  async function actorIn(scope: Scope, typed: string): Promise<string | undefined | null> {
    const name = typed.trim();
    if (name === '') return undefined;
    if (OTHER_ACTORS.includes(name)) return name;
    const account = await accounts.findByEmail(normaliseEmail(name));
    return account && isShownAsActor(scope, account) ? account.id : null;
  }

  async function* batchesOf(
    scope: Scope,
    conditions: AuditConditions,
    after: AuditPlace | null,
    limit: number,
  ): AsyncGenerator<Batch> {
    let place = after;
    do {
      const { tenantId } = scope;
      const found = await audit.list({ ...conditions, tenantId, after: place, limit });
      place = found.length < limit ? null : (found.at(-1) ?? null);
      yield { lines: await shownOf(scope, found), next: place };
    } while (place !== null);
  }

  async function shownOf(scope: Scope, found: readonly AuditEvent[]): Promise<readonly FoundLine[]> {
    const ids = new Set(found.flatMap(({ accountId, actor }) => [accountId, actor].filter(isAccountId)));
    const known = ids.size === 0 ? new Map<string, Account>() : await administration.accountsById([...ids]);
    return found.flatMap((line): FoundLine[] => {
      const account = known.get(line.accountId ?? '');
      if (scope.groups !== null && !(account && isInScope(scope, account))) return [];
      const actor = known.get(line.actor ?? '');
      const isActorShown = actor !== undefined && isShownAsActor(scope, actor);
      const email = account?.tenantId === scope.tenantId ? account.email : null;
      return [{ ...line, email, actorEmail: isActorShown ? actor.email : null }];
    });
  }

  return {
    async page(question, after) {
      const conditions = await conditionsOf(question);
      if (!conditions.ok) return conditions;
      const { scope } = question;
      const limit = scope.groups === null ? PAGE + 1 : BATCH;
      const lines: FoundLine[] = [];
      let looked = 0;
      for await (const batch of batchesOf(scope, conditions.value, after, limit)) {
        lines.push(...batch.lines);
        if (lines.length > PAGE) {
          const shown = lines.slice(0, PAGE);
          return accepted({ lines: shown, next: shown.at(-1) ?? null, isStopped: false });
        }
        looked += 1;
        if (looked === MOST_BATCHES && batch.next !== null)
          return accepted({ lines, next: batch.next, isStopped: true });
      }
      return accepted({ lines, next: null, isStopped: false });
    },

    async all(question) {
      const conditions = await conditionsOf(question);
      if (!conditions.ok) return conditions;
      const batches = batchesOf(question.scope, conditions.value, null, BATCH);
      return accepted(linesOf(batches));
    },
  };
}

async function* linesOf(batches: AsyncIterable<Batch>): AsyncGenerator<readonly FoundLine[]> {
  for await (const { lines } of batches) yield lines;
}

/** A manager learns which administrators and managers acted on the members in scope, and no address of other members. */
function isShownAsActor(scope: Scope, account: Account): boolean {
  if (account.tenantId !== scope.tenantId) return false;
  return account.role !== 'member' || isInScope(scope, account);
}

function isAccountId(value: string | null): value is string {
  return value !== null && !OTHER_ACTORS.includes(value);
}

/** Undefined for an empty text. */
function stated<T>(typed: string, read: (text: string) => T | null): T | undefined | null {
  return typed.trim() === '' ? undefined : read(typed);
}

function fault(because: FieldFault) {
  return refused({ code: 'field_invalid', because });
}
