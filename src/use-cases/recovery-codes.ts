/** Recovery codes: shown once, counted, and made anew. */
import { type Enrolment, enrolmentPurpose, hasFactor } from '../domain/enrolment.ts';
import type { Methods } from '../domain/methods/index.ts';
import { recoveryClaim, recoveryText } from '../domain/methods/recovery-code.ts';
import type { Judgement } from '../domain/policy.ts';
import { newCodesPurpose, type Progress } from '../domain/progress.ts';
import { accepted, type Outcome, refused } from '../domain/refusal.ts';
import type { Visitor } from '../domain/set-up.ts';
import type { Notify } from '../ports/senders.ts';
import type { ClaimStore, EnrolmentStore, ProgressStore } from '../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../ports/system.ts';

interface Needs {
  readonly methods: Pick<Methods, 'recovery'>;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove'>;
  readonly claims: Pick<ClaimStore, 'held'>;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly box: Pick<SecretBox, 'seal' | 'open' | 'tryOpen' | 'digest'>;
  readonly notify: Notify;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
}

export function createRecovery({
  methods,
  enrolments,
  claims,
  progress,
  box,
  notify,
  trail,
  clock,
  random,
}: Needs) {
  /** How many codes of the account are still good; 0 where it has none. */
  async function left({ enrolments: enrolled }: Pick<Judgement, 'enrolments'>): Promise<number> {
    const claimable = enrolled.flatMap((set) =>
      set.method === 'recovery' ? digestsOf(set).map((digest) => recoveryClaim(set.id, digest)) : [],
    );
    if (claimable.length === 0) return 0;
    return claimable.length - (await claims.held(claimable)).size;
  }

  function digestsOf(set: Enrolment): readonly string[] {
    const text = set.secret === null ? null : box.tryOpen(set.secret, enrolmentPurpose(set));
    const digests: unknown = text === null ? [] : JSON.parse(text);
    return Array.isArray(digests) ? digests.map(String) : [];
  }

  /** The codes that wait to be put away, as they are shown; none when nothing waits. */
  function shown(at: Progress): readonly string[] {
    if (at.newCodes === null) return [];
    const codes: unknown = JSON.parse(box.open(at.newCodes, newCodesPurpose(at)));
    return Array.isArray(codes) ? codes.map(String) : [];
  }

  /** The person has put them away: they are not shown again. */
  async function putAway(at: Progress): Promise<Outcome<Progress>> {
    if (at.newCodes === null) return accepted(at);
    const next = { ...at, newCodes: null };
    if (await progress.save(next)) return accepted({ ...next, version: next.version + 1 });
    const twin = await progress.find(at.uid, clock.now());
    const same = twin?.accountId === at.accountId && twin.newCodes === null;
    return same ? accepted(twin) : refused({ code: 'session_expired' });
  }

  /** Ten new ones in the place of all before, for an account that has something to recover from. */
  async function renew(at: Progress, judgement: Judgement, from: Visitor): Promise<Outcome<Progress>> {
    const { account, tenant, enrolments: before } = judgement;
    if (account.frozenAt !== null) return refused({ code: 'forbidden' });
    if (!hasFactor(before)) return refused({ code: 'method_not_allowed' });
    const codes = methods.recovery.newCodes((count) => random.bytes(count));
    const next = { ...at, pending: null, newCodes: box.seal(JSON.stringify(codes), newCodesPurpose(at)) };
    // Of two clicks at once one makes the set that is then shown.
    if (!(await progress.save(next))) {
      const twin = await progress.find(at.uid, clock.now());
      return twin?.newCodes ? accepted(twin) : refused({ code: 'session_expired' });
    }
    const old = before.filter(({ method }) => method === 'recovery');
    await keep(codes, judgement);
    await Promise.all(old.map(({ id }) => enrolments.remove(account.id, id)));
    await trail({ ...from, event: 'recovery.created', accountId: account.id, tenantId: tenant.id });
    await notify(account, { topic: 'recovery-made' });
    return accepted({ ...next, version: next.version + 1 });
  }

  async function keep(codes: readonly string[], { account, tenant }: Judgement): Promise<void> {
    const set = {
      id: random.id(),
      method: 'recovery' as const,
      accountId: account.id,
      tenantId: tenant.id,
    };
    const digests = codes.map((code) =>
      box.digest(recoveryText(set.id, methods.recovery.spelt(code) ?? ''), 'recovery-code'),
    );
    await enrolments.insert({
      ...set,
      label: '',
      app: null,
      secret: box.seal(JSON.stringify(digests), enrolmentPurpose(set)),
      lastStep: null,
      isDefault: false,
      createdAt: clock.now(),
    });
  }

  /** One was used: its owner is told, and how many are left. */
  async function used(judgement: Judgement, address: string): Promise<void> {
    const { account, tenant } = judgement;
    await trail({ event: 'recovery.used', accountId: account.id, tenantId: tenant.id, address });
    await notify(account, { topic: 'recovery-used', left: await left(judgement) });
  }

  return { left, shown, putAway, renew, used };
}

export type Recovery = ReturnType<typeof createRecovery>;
