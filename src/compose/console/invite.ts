/** Composes the invitations of the console, by form and by file. */
import { readCsvBytes } from '../../adapters/account-files/csv.ts';
import type { InvitePageDeps } from '../../http/admin/invite.ts';
import type { PeopleStore } from '../../ports/administration/people-store.ts';
import type { TransferRow } from '../../use-cases/administration/account-transfer.ts';
import { createAccountCreation } from '../../use-cases/administration/accounts.ts';
import { createFileReports } from '../../use-cases/administration/people/file-reports.ts';
import { createMemberFiles } from '../../use-cases/administration/people/member-files.ts';
import { createMemberInvitations } from '../../use-cases/administration/people/member-invitations.ts';
import { createFindPerson } from '../../use-cases/administration/people/seen-person.ts';
import { createSeeding } from '../../use-cases/administration/seeding.ts';
import { createInviting } from '../../use-cases/invitations/invite.ts';
import { checkedRows } from '../administration/checked-rows.ts';
import type { Server } from '../composition.ts';
import { passwordsOf } from '../parts.ts';

export function inviteOf(server: Server, people: PeopleStore): InvitePageDeps {
  const { config, parts, cipher, events, notices, guards, render } = server;
  const { stores, hasher, clock, random } = parts;
  const { accounts, enrolments, onceKeys } = stores;
  const { messenger, invitationUrl } = notices;
  const { findFault } = passwordsOf(config, hasher);
  const seeding = createSeeding({ accounts, enrolments, hasher, cipher, clock, random });
  const creation = createAccountCreation({
    create: seeding.create,
    findPasswordFault: (password, account) => findFault(account, password),
    events,
  });
  const invitingAs = (actor: string) =>
    createInviting({
      accounts,
      enrolments,
      onceKeys,
      messenger,
      invitationUrl,
      events,
      actor,
      clock,
      random,
    });
  const rowsOf = (file: Uint8Array, tenantId: string): AsyncIterable<TransferRow> =>
    checkedRows(readCsvBytes(file), tenantId, config);
  return {
    memberInvitations: createMemberInvitations({ accounts, creation, invitingAs, events }),
    memberFiles: createMemberFiles({ accounts, creation, rowsOf, events }),
    fileReports: createFileReports({ onceKeys, cipher, clock, random }),
    findPerson: createFindPerson({ people, accounts }),
    forms: guards.forms,
    render,
  };
}
