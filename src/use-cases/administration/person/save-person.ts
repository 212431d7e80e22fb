/**
 * Saves the details of a person, as an administrator has changed them. One of two saves over the same state counts, and the
 * other one gets `conflict`. A new address counts once its owner has pressed the button behind the mailed link.
 */
import type { Account, AccountChanges } from '../../../domain/account.ts';
import { mayGive, mayRegroup } from '../../../domain/administration/may-act.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../../domain/refusal.ts';
import { enforcementFor, methodsOnOffer, type Tenant } from '../../../domain/tenant.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { AccountStore, OnceStore } from '../../../ports/stores.ts';
import type { Cipher, Clock, Random } from '../../../ports/system.ts';
import type { EmailChange } from '../../account/email/email-change.ts';
import type { Activation } from './activation.ts';
import { areSame, type PersonDetails, readDetails, type TypedDetails, versionOf } from './details-form.ts';
import type { LastAdministrator } from './last-administrator.ts';
import { type Acting, type ActPermission, lineOf } from './permission.ts';

interface SavePersonDeps {
  readonly permission: Pick<ActPermission, 'refuse' | 'refuseUnless'>;
  readonly administrators: LastAdministrator;
  readonly accounts: Pick<AccountStore, 'findById' | 'update'>;
  readonly onceKeys: Pick<OnceStore, 'first'>;
  readonly emailChange: Pick<EmailChange, 'whyNot' | 'mailLink'>;
  readonly activation: Pick<Activation, 'activate'>;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Pick<Random, 'id'>;
}

export interface PersonForm {
  readonly details: TypedDetails;
  /** That of the page on which the form stood. */
  readonly version: string;
  /** Whether the person gets the mail that activates the account. */
  readonly sendActivation: boolean;
}

/** `mailed`: a link went to the new address. */
export type Saved = 'saved' | 'mailed';

/** Milliseconds after which a save that has begun and changed nothing is dead. */
const DEAD_MS = 60_000;
const KEPT_MS = 24 * 60 * 60 * 1000;

export function createSavePerson(deps: SavePersonDeps) {
  const { permission, administrators, accounts, onceKeys, emailChange, events, clock, random } = deps;

  async function save(acting: Acting, form: PersonForm): Promise<Outcome<Saved>> {
    const { actor, target, tenant } = acting;
    const forbidden = await permission.refuseUnless(acting, 'edit-details');
    if (forbidden) return forbidden;
    const read = readDetails(form.details, target);
    if (!read.ok) return read;
    const wanted = read.value;
    const refusal = (await whyForbidden(acting, wanted)) ?? whyNot(target, tenant, wanted);
    if (refusal) return refused(refusal);
    if (form.version !== versionOf(target, deps.cipher) || !(await isFirst(target)))
      return refused({ code: 'conflict' });
    const isStored = await store(acting, wanted);
    if (!isStored) return refused({ code: 'forbidden', because: 'last_administrator' });
    if (wanted.email !== target.email) {
      const { ip } = acting;
      const from = { ip, clientId: null, actor: actor.id, locale: target.locale ?? tenant.locale };
      const stored = (await accounts.findById(target.id)) ?? target;
      const mailed = await emailChange.mailLink({ account: stored, tenant }, wanted.email, from);
      return mailed.ok ? accepted('mailed') : mailed;
    }
    if (!form.sendActivation) return accepted('saved');
    const sent = await deps.activation.activate(acting);
    return sent.ok ? accepted('saved') : sent;
  }

  /** Each change needs a right of its own. */
  async function whyForbidden(acting: Acting, wanted: PersonDetails): Promise<Refusal | null> {
    const { actor, target } = acting;
    const changesRole = wanted.role !== target.role;
    if (changesRole || !areSame(wanted.manages, target.manages)) {
      const refusal = await permission.refuseUnless(acting, 'give-role');
      if (refusal) return refusal.refusal;
      if (changesRole && !mayGive(actor, wanted.role)) {
        await permission.refuse(acting, 'give-role');
        return { code: 'forbidden' };
      }
    }
    if (!areSame(wanted.groups, target.groups) && !mayRegroup(actor, target.groups, wanted.groups)) {
      await permission.refuse(acting, 'change-groups');
      return { code: 'forbidden', because: 'group_not_managed' };
    }
    if (wanted.enforcement === target.enforcement) return null;
    const refusal = await permission.refuseUnless(acting, 'set-enforcement');
    return refusal?.refusal ?? null;
  }

  function whyNot(target: Account, { secondFactor }: Tenant, wanted: PersonDetails): Refusal | null {
    if (wanted.email !== target.email) {
      if (target.frozenAt !== null) return { code: 'forbidden', because: 'person_frozen' };
      const refusal = emailChange.whyNot(target, wanted.email);
      if (refusal) return refusal;
    }
    if (wanted.enforcement === target.enforcement || wanted.enforcement === null) return null;
    // A person with nothing to set up could not sign in any more.
    const enforcement = enforcementFor(secondFactor, wanted);
    const onOffer = methodsOnOffer(enforcement, secondFactor.methods, wanted.role);
    return onOffer.length === 0 ? { code: 'field_invalid', field: 'enforcement' } : null;
  }

  /** One of several saves over the same state is first. A save that died before it changed anything is replaced. */
  async function isFirst({ id, updatedAt }: Account): Promise<boolean> {
    const now = clock.now();
    const own = `${now} ${random.id()}`;
    const taken = await onceKeys.first(`person-saved:${id}:${updatedAt}`, own, now + KEPT_MS);
    return taken === own || now >= Number.parseInt(taken, 10) + DEAD_MS;
  }

  /** False: the tenant would have no administrator left, and nothing has changed. */
  async function store(acting: Acting, wanted: PersonDetails): Promise<boolean> {
    const { target } = acting;
    const changes = changesOf(target, wanted);
    const fields = Object.keys(changes);
    if (fields.length === 0) return true;
    // Later than the time of before, so that each state has a time of its own.
    const update = (given: AccountChanges) =>
      accounts.update(target.id, given, Math.max(clock.now(), target.updatedAt + 1));
    const apply = () => update(changes);
    const { role, manages } = target;
    const leavesAdmin = target.role === 'admin' && wanted.role !== 'admin';
    if (!leavesAdmin) await apply();
    else if (
      !(await administrators.removeUnlessLast(target, { apply, undo: () => update({ role, manages }) }))
    )
      return false;
    await append(acting, wanted, fields);
    return true;
  }

  async function append(acting: Acting, wanted: PersonDetails, fields: readonly string[]): Promise<void> {
    const line = lineOf(acting);
    const { target } = acting;
    const others = fields.filter((field) => field !== 'role' && field !== 'enforcement');
    if (others.length > 0)
      await events.append({ ...line, name: 'account.updated', reason: others.join('_') });
    if (wanted.role !== target.role)
      await events.append({ ...line, name: 'account.role_changed', reason: wanted.role });
    if (wanted.enforcement !== target.enforcement) {
      const reason = wanted.enforcement ?? 'tenant';
      await events.append({ ...line, name: 'account.enforcement_changed', reason });
    }
  }

  return { save };
}

export type SavePerson = ReturnType<typeof createSavePerson>;

function changesOf(now: PersonDetails, wanted: PersonDetails): AccountChanges {
  const { name, role, groups, manages, enforcement } = wanted;
  return {
    ...(name !== now.name && { name }),
    ...(role !== now.role && { role }),
    ...(!areSame(groups, now.groups) && { groups }),
    ...(!areSame(manages, now.manages) && { manages }),
    ...(enforcement !== now.enforcement && { enforcement }),
  };
}
