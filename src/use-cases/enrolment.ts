/** Setting up and removing a second factor: the same at sign-in and in self-service. */
import { FAILURES_UNTIL_REFUSED, secondFactorSubject } from '../domain/attempts.ts';
import { type Enrolment, enrolmentPurpose } from '../domain/enrolment.ts';
import type { MethodName } from '../domain/method.ts';
import type { Methods } from '../domain/methods/index.ts';
import type { Judgement } from '../domain/policy.ts';
import type { Progress } from '../domain/progress.ts';
import { accepted, type Outcome, refused } from '../domain/refusal.ts';
import type { EnrolmentStore, LockoutStore, ProgressStore } from '../ports/stores.ts';
import type { Clock, Random, SecretBox, Trail } from '../ports/system.ts';

interface Needs {
  readonly methods: Methods;
  readonly enrolments: Pick<EnrolmentStore, 'insert' | 'remove'>;
  readonly lockouts: Pick<LockoutStore, 'clear'>;
  readonly progress: Pick<ProgressStore, 'save' | 'find'>;
  readonly box: Pick<SecretBox, 'seal' | 'open'>;
  readonly trail: Trail;
  readonly clock: Clock;
  readonly random: Random;
}

/** What the set-up page shows, on this page alone. */
export interface SetUpSecret {
  readonly secret: string;
  readonly uri: string;
  readonly digits: number;
  readonly periodSeconds: number;
}

export interface Confirmation {
  readonly typed: string;
  readonly label: string;
  readonly app: string;
  readonly address: string;
  readonly clientId: string | null;
}

const LONGEST_LABEL = 60;

export function createEnrolment({
  methods,
  enrolments,
  lockouts,
  progress,
  box,
  trail,
  clock,
  random,
}: Needs) {
  /** Begins a set-up, with a new secret that is kept sealed until it is confirmed or the sign-in ends. */
  async function begin(
    at: Progress,
    { account, tenant }: Judgement,
    method: MethodName,
  ): Promise<Outcome<Progress>> {
    if (!(method in methods)) return refused({ code: 'method_not_allowed' });
    // Who comes back to the page finds the key that the app may have scanned already.
    if (at.pending?.method === method) return accepted(at);
    const id = random.id();
    const purpose = enrolmentPurpose({ id, method, accountId: account.id, tenantId: tenant.id });
    const secret = box.seal(
      methods[method as keyof Methods].newSecret((count) => random.bytes(count)),
      purpose,
    );
    const next = { ...at, pending: { enrolmentId: id, method, secret } };
    if (!(await progress.save(next))) return twinOf(at, ({ pending }) => pending?.method === method);
    return accepted({ ...next, version: next.version + 1 });
  }

  /** After a save that came too late: a second click of the same form has done the same, and what it did counts. */
  async function twinOf(
    { uid, accountId }: Progress,
    did: (twin: Progress) => boolean,
  ): Promise<Outcome<Progress>> {
    const twin = await progress.find(uid, clock.now());
    return twin?.accountId === accountId && did(twin) ? accepted(twin) : refused({ code: 'session_expired' });
  }

  /** The secret of the set-up under way; null when none is. */
  function reveal({ pending }: Progress, { account, tenant }: Judgement): SetUpSecret | null {
    if (!pending || !(pending.method in methods)) return null;
    const method = methods[pending.method as keyof Methods];
    const purpose = {
      id: pending.enrolmentId,
      method: pending.method,
      accountId: account.id,
      tenantId: tenant.id,
    };
    const secret = box.open(pending.secret, enrolmentPurpose(purpose));
    const { digits, periodSeconds } = method;
    return { secret, uri: method.provisioningUri(secret, account.email), digits, periodSeconds };
  }

  /** The first code makes the factor; its step is burnt with it, so that it opens nothing afterwards. */
  async function confirm(
    at: Progress,
    judgement: Judgement,
    given: Confirmation,
  ): Promise<Outcome<Progress>> {
    const { pending } = at;
    const shown = reveal(at, judgement);
    if (!pending || !shown) return refused({ code: 'session_expired' });
    if (given.label.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'label' });
    if (given.app.length > LONGEST_LABEL) return refused({ code: 'field_invalid', field: 'app' });
    const now = clock.now();
    const candidate = { id: pending.enrolmentId, secret: shown.secret, lastStep: null };
    const verdict = methods[pending.method as keyof Methods].check([candidate], given.typed, now);
    if (verdict.kind !== 'accepted') {
      const clockOffSeconds = verdict.kind === 'near' ? verdict.offSeconds : null;
      return refused({ code: 'code_invalid', attemptsLeft: null, clockOffSeconds });
    }
    const { account, tenant } = judgement;
    const enrolment: Enrolment = {
      id: pending.enrolmentId,
      accountId: account.id,
      tenantId: tenant.id,
      method: pending.method,
      label: given.label.trim(),
      app: given.app || null,
      secret: pending.secret,
      lastStep: verdict.step,
      isDefault: false,
      createdAt: now,
    };
    const inserted = await enrolments.insert(enrolment);
    const proof = { method: pending.method, enrolmentId: enrolment.id, at: now };
    const next = { ...at, pending: null, proofs: [...at.proofs, proof] };
    const saved = await progress.save(next);
    // Of two clicks of the same form one inserts it, and notes it.
    if (inserted) {
      await replaceRefused(judgement, pending.method);
      const who = { accountId: account.id, tenantId: tenant.id };
      const { clientId, address } = given;
      await trail({ ...who, clientId, address, event: 'enrolment.created', method: pending.method });
    }
    if (saved) return accepted({ ...next, version: next.version + 1 });
    return twinOf(at, ({ proofs }) => proofs.some(({ enrolmentId }) => enrolmentId === enrolment.id));
  }

  /** A factor refused after too many failures is replaced by the new one, never revived beside it. */
  async function replaceRefused({ account, enrolments: before, lockout }: Judgement, method: MethodName) {
    if ((lockout.failures[method] ?? 0) < FAILURES_UNTIL_REFUSED) return;
    const old = before.filter((enrolment) => enrolment.method === method);
    await Promise.all(old.map((enrolment) => enrolments.remove(account.id, enrolment.id)));
    await lockouts.clear(secondFactorSubject(account.id), method);
  }

  return { begin, reveal, confirm };
}

export type EnrolmentUseCase = ReturnType<typeof createEnrolment>;
