/** Composes the page of one person in the console, and the acts on that person. */
import type { PersonPageDeps } from '../../http/admin/person.ts';
import { ownPageLocale } from '../../http/pages/locale.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import { createAccountAccess } from '../../use-cases/administration/account-access.ts';
import { createFactors } from '../../use-cases/administration/factors.ts';
import { createAccessActs } from '../../use-cases/administration/person/access-acts.ts';
import { createFactorActs } from '../../use-cases/administration/person/factor-acts.ts';
import { createIssuePass } from '../../use-cases/administration/person/issue-pass.ts';
import { createLastAdministrator } from '../../use-cases/administration/person/last-administrator.ts';
import { type Acting, createPermission } from '../../use-cases/administration/person/permission.ts';
import { createSavePerson } from '../../use-cases/administration/person/save-person.ts';
import { createViewPerson } from '../../use-cases/administration/person/view-person.ts';
import { createRequestReset } from '../../use-cases/resets/request-reset.ts';
import { passwordSubjectOf } from '../../use-cases/sign-in/password-subject.ts';
import type { Server } from '../composition.ts';
import { passwordsOf } from '../parts.ts';
import { activationOf } from './activation.ts';

export function personOf(server: Server, people: PeopleStore): PersonPageDeps {
  const { parts, cipher, events, endSessions, useCases, guards, render } = server;
  const { stores, clock, random } = parts;
  const activation = activationOf(server);
  const permission = createPermission({ people, events });
  const administrators = createLastAdministrator({ accounts: stores.accounts });
  const save = createSavePerson({
    permission,
    administrators,
    accounts: stores.accounts,
    onceKeys: stores.onceKeys,
    emailChange: useCases.emailChange,
    activation,
    cipher,
    events,
    clock,
    random,
  });
  const access = createAccessActs({
    permission,
    access: accessOf(server),
    administrators,
    accounts: stores.accounts,
    endSessions,
    events,
    clock,
  });
  async function resendConfirmation(acting: Acting) {
    const refusal = await permission.refuseUnless(acting, 'resend-confirmation');
    if (refusal) return refusal;
    return activation.confirm(acting);
  }
  const view = viewOf(server);
  const acts = { ...access, ...factorActsOf(server, permission), ...save, resendConfirmation };
  return {
    person: { find: permission.find, view, pass: passOf(server, permission), ...acts },
    forms: guards.forms,
    pageLocale: ownPageLocale,
    render,
  };
}

function viewOf({ parts, plugin, cipher, events, useCases }: Server) {
  const { administration, audit, lockouts } = parts.stores;
  const { loadSnapshot, trustedBrowsers, maskedDestination } = plugin.useCases;
  return createViewPerson({
    loadSnapshot,
    sessions: useCases.ownSessions,
    listTrustedBrowsers: trustedBrowsers.list,
    findLastUses: useCases.own.findLastUses,
    maskedDestination,
    lockouts,
    passwordSubject: (email) => passwordSubjectOf(cipher, email),
    cipher,
    administration,
    audit,
    events,
    clock: parts.clock,
  });
}

function accessOf({ config, parts, cipher, events, endSessions }: Server) {
  const { stores, hasher, clock } = parts;
  const { accounts, administration, attempts, lockouts, trustedBrowsers } = stores;
  const { findFault } = passwordsOf(config, hasher);
  return createAccountAccess({
    accounts,
    administration,
    lockouts,
    attempts,
    trustedBrowsers,
    endSessions,
    hasher,
    findPasswordFault: (password, account) => findFault(account, password),
    passwordSubject: async (email) => passwordSubjectOf(cipher, email),
    events,
    clock,
  });
}

function factorActsOf(
  { parts, events, endSessions, useCases }: Server,
  permission: ReturnType<typeof createPermission>,
) {
  const { stores, clock } = parts;
  const { accounts, enrolments, lockouts, resetRequests, trustedBrowsers } = stores;
  return createFactorActs({
    permission,
    factors: createFactors({
      accounts,
      enrolments,
      lockouts,
      trustedBrowsers,
      endSessions,
      events,
      actor: 'operator',
    }),
    enrolments,
    requestReset: createRequestReset({ resetRequests, events, clock }),
    decisions: useCases.resetDecisions,
    events,
    clock,
  });
}

function passOf({ parts, cipher, events }: Server, permission: ReturnType<typeof createPermission>) {
  const { stores, clock, random } = parts;
  const { enrolments, onceKeys } = stores;
  return createIssuePass({ permission, enrolments, onceKeys, cipher, events, clock, random });
}
