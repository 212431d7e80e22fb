/** Makes the model of the page of one person. */
import { type Account, type Locale, ROLES, shownEmail } from '../../domain/account.ts';
import { type Action, mayGive } from '../../domain/administration/may-act.ts';
import { isAuditEvent } from '../../domain/audit/lost-changes.ts';
import { groupsOfPass } from '../../domain/codes/temporary-pass.ts';
import { isBarred } from '../../domain/sign-in/ending.ts';
import type { Tenant } from '../../domain/tenant.ts';
import { browserName } from '../../presentation/browser-name.ts';
import { placeName } from '../../presentation/place-name.ts';
import type { PersonView, SeenFactor } from '../../use-cases/administration/person/view-person.ts';
import type { Fields } from '../guards/forms.ts';
import {
  PERSON_BUTTONS,
  type PersonButton,
  type PersonDone,
  type PersonFactor,
  type PersonFields,
  type PersonPage,
} from '../pages/models/console/person.ts';
import type { Form } from '../pages/page-parts.ts';

interface Around {
  readonly actor: Account;
  readonly tenant: Tenant;
  readonly locale: Locale;
  readonly form: Form;
  /** The fields that were typed before a refusal. */
  readonly typed: Fields;
  readonly done: PersonDone | null;
  /** The pass that is shown once. */
  readonly pass: string | null;
}

/** The right behind each button. */
const RIGHTS: Readonly<Record<PersonButton, Action>> = {
  'resend-confirmation': 'resend-confirmation',
  unlock: 'unlock',
  unfreeze: 'unfreeze',
  'end-sessions': 'end-sessions',
  disable: 'disable',
  enable: 'enable',
  'file-reset': 'file-reset',
  'remove-factors': 'remove-factors',
  'temporary-pass': 'temporary-pass',
};

export function personModel(view: PersonView, around: Around): PersonPage {
  const { account, allowed, sessions, browsers } = view;
  const { actor, tenant, locale, form, typed, done } = around;
  const stored = fieldsOf(account);
  return {
    form,
    version: view.version,
    id: account.id,
    stored,
    fields: { ...stored, ...typedIn(typed) },
    isActivationTicked: 'send_activation' in typed,
    reason: typed.reason ?? '',
    isRemoving: 'remove-factors' in typed,
    emailConfirmed: account.emailConfirmed,
    pendingEmail: account.pendingEmail && shownEmail(account.pendingEmail.email),
    state: view.state,
    enforcement: view.requirement.enforcement,
    minimum: view.requirement.minimum,
    factors: view.factors.map(factorOf),
    sessions: sessions.map(({ uid, origin, ...session }) => ({
      ...session,
      id: uid,
      browser: browserName(origin.browser),
      place: placeName(origin.place, locale) ?? origin.network,
    })),
    browsers: browsers.map(({ browser, createdAt, expiresAt }) => {
      return { name: browserName(browser), createdAt, expiresAt };
    }),
    lockedUntil: view.lockedUntil,
    graceUntil: view.graceUntil,
    lines: view.lines.map((line) => ({ ...line, isKnown: isAuditEvent(line.event) })),
    buttons: PERSON_BUTTONS.filter((button) => allowed.has(RIGHTS[button]) && makesSense(button, view)),
    mayEdit: allowed.has('edit-details'),
    roles: allowed.has('give-role') ? ROLES.filter((role) => mayGive(actor, role)) : [],
    mayRequire: allowed.has('set-enforcement'),
    maySuspend: allowed.has('suspend-factor'),
    pass: around.pass === null ? null : groupsOfPass(around.pass),
    isOwn: actor.id === account.id,
    needsTwo: tenant.secondFactor.resetApprovers === 2,
    done,
  };
}

/** Whether the state of the person gives the act something to do. */
function makesSense(button: PersonButton, { account, factors }: PersonView): boolean {
  switch (button) {
    case 'resend-confirmation':
      return !account.emailConfirmed;
    case 'disable':
      return account.disabledAt === null;
    case 'enable':
      return account.disabledAt !== null;
    case 'unfreeze':
      return account.frozenAt !== null || account.heldAt !== null;
    case 'file-reset':
    case 'remove-factors':
      return factors.length > 0;
    case 'temporary-pass':
      return factors.length === 0 && !isBarred(account);
    case 'unlock':
    case 'end-sessions':
      return true;
  }
}

function fieldsOf({ name, email, role, groups, manages, enforcement }: Account): PersonFields {
  return {
    name,
    email: shownEmail(email),
    role,
    groups: groups.join('\n'),
    manages: manages.join('\n'),
    enforcement: enforcement ?? 'tenant',
  };
}

function typedIn({ name, email, role, groups, manages, enforcement }: Fields): Partial<PersonFields> {
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(groups !== undefined && { groups }),
    ...(manages !== undefined && { manages }),
    ...(enforcement !== undefined && { enforcement }),
  };
}

function factorOf({ lastUse, suspendedAt, ...factor }: SeenFactor): PersonFactor {
  return {
    ...factor,
    isSuspended: suspendedAt !== null,
    lastUse: lastUse && { atMs: lastUse.atMs, ip: lastUse.ip, browser: browserName(lastUse.browser) },
  };
}
