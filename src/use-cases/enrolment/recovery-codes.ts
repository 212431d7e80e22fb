/** Recovery codes: shown once, counted, and made anew. */
import { type Enrolment, enrolmentPurpose, hasFactor } from '../../domain/enrolment/enrolment.ts';
import type { KeepCodes, Visitor } from '../../domain/enrolment/steps.ts';
import type { Methods } from '../../domain/methods/index.ts';
import { recoveryClaim, recoveryText } from '../../domain/methods/recovery-code.ts';
import type { Judgement } from '../../domain/policy/policy.ts';
import { accepted, FROZEN, type Outcome, refused } from '../../domain/refusal.ts';
import { newCodesPurpose, orTwin, type Progress } from '../../domain/sign-in/transaction.ts';
import type { Notify } from '../../ports/senders.ts';
import type { ClaimStore, EnrolmentStore, ProgressStore } from '../../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../../ports/system.ts';

interface Needs {
  readonly methods: Pick<Methods, 'recovery'>;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove' | 'raiseLastStep'>;
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
    const kept = await progress.save(next);
    return kept ? accepted(kept) : twinOf(at, ({ newCodes }) => newCodes === null);
  }

  /** Ten new ones in the place of all before, for an account that has something to recover from. */
  async function renew(at: Progress, judgement: Judgement, from: Visitor): Promise<Outcome<Progress>> {
    const { account, tenant, enrolments: before } = judgement;
    if (account.frozenAt !== null) return refused(FROZEN);
    if (!hasFactor(before)) return refused({ code: 'method_not_allowed' });
    const codes = methods.recovery.newCodes((count) => random.bytes(count));
    const next = { ...at, pending: null, newCodes: box.seal(JSON.stringify(codes), newCodesPurpose(at)) };
    const id = random.id();
    // Before they can be shown: what a person writes down is good.
    await keep(id, codes, judgement);
    // Of two clicks at once one makes the set that is then shown.
    const kept = await progress.save(next);
    if (!kept) {
      await enrolments.remove(account.id, id);
      return twinOf(at, ({ newCodes }) => newCodes !== null);
    }
    const old = before.filter(({ method }) => method === 'recovery');
    await Promise.all(old.map((set) => enrolments.remove(account.id, set.id)));
    await trail({ ...from, event: 'recovery.created', accountId: account.id, tenantId: tenant.id });
    await notify(account, { topic: 'recovery-made' });
    return accepted(kept);
  }

  async function twinOf(at: Progress, isSame: (kept: Progress) => boolean): Promise<Outcome<Progress>> {
    return orTwin(at, await progress.find(at.uid, clock.now()), isSame);
  }

  /** Those that were made when the set-up began, in a set of the factor's own, so that two clicks keep one. */
  const keepMade: KeepCodes = async (at, judgement, factorId) => {
    const codes = shown(at);
    const sets = judgement.enrolments.filter(({ method }) => method === 'recovery');
    if (codes.length === 0 || sets.length > 0) {
      const areGood = sets.some((set) => codes.some((code) => digestsOf(set).includes(digest(set.id, code))));
      return { areGood, isNew: false };
    }
    return { areGood: true, isNew: await keep(`recovery-${factorId}`, codes, judgement) };
  };

  function digest(setId: string, code: string): string {
    return box.digest(recoveryText(setId, methods.recovery.spelt(code) ?? ''), 'recovery-code');
  }

  async function keep(
    id: string,
    codes: readonly string[],
    { account, tenant }: Judgement,
  ): Promise<boolean> {
    const set = { id, method: 'recovery', accountId: account.id, tenantId: tenant.id } as const;
    const digests = codes.map((code) => digest(id, code));
    return enrolments.insert({
      ...set,
      label: '',
      app: null,
      secret: box.seal(JSON.stringify(digests), enrolmentPurpose(set)),
      lastStep: null,
      isDefault: false,
      createdAt: clock.now(),
    });
  }

  /** One was used: its owner is told how many are left, and after the last one they are offered no more. */
  async function used(judgement: Judgement, address: string): Promise<void> {
    const { account, tenant, enrolments: enrolled } = judgement;
    await trail({ event: 'recovery.used', accountId: account.id, tenantId: tenant.id, address });
    const stillGood = await left(judgement);
    if (stillGood === 0) {
      const sets = enrolled.filter(({ method }) => method === 'recovery');
      await Promise.all(sets.map((set) => enrolments.raiseLastStep(set.id, digestsOf(set).length)));
    }
    await notify(account, { topic: 'recovery-used', left: stillGood });
  }

  return { left, shown, putAway, renew, keepMade, used };
}

export type Recovery = ReturnType<typeof createRecovery>;
