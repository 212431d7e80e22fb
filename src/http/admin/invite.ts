/** Invites one person by a form, or creates the people of a file after a look at what that would do. */
import type { Context } from 'koa';
import { shownEmail } from '../../domain/account.ts';
import type { Refusal } from '../../domain/refusal.ts';
import type { FileReports } from '../../use-cases/administration/people/file-reports.ts';
import {
  type FileReport,
  type MemberFiles,
  MOST_ROWS,
  ROW_FAULTS,
  ROW_NOTES,
} from '../../use-cases/administration/people/member-files.ts';
import type { MemberInvitations } from '../../use-cases/administration/people/member-invitations.ts';
import type { FindPerson } from '../../use-cases/administration/people/seen-person.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import { fileOf } from '../guards/upload.ts';
import type { Pages, Render } from '../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext, redirect } from './console.ts';
import { USERS_PATH } from './users.ts';

export interface InvitePageDeps {
  readonly memberInvitations: MemberInvitations;
  readonly memberFiles: MemberFiles;
  readonly fileReports: FileReports;
  readonly findPerson: FindPerson;
  readonly forms: FormTokens;
  readonly render: Render;
}

type Model = Pages['admin-invite'];

const PATH = `${ADMIN_PATH}/invite`;
const DONE = ['invited', 'unmailed'] as const;
const WITH_WORDS: ReadonlySet<string> = new Set([...ROW_FAULTS, ...ROW_NOTES]);

export function inviteRoutes(deps: InvitePageDeps): readonly ConsoleRoute[] {
  const { memberInvitations, memberFiles, fileReports, findPerson, forms, render } = deps;

  async function show(ctx: Context, visit: AdminVisit): Promise<void> {
    const { done, person, report } = ctx.query;
    const kept = typeof report === 'string' ? await fileReports.find(visit.actor.id, report) : null;
    const found = typeof person === 'string' ? await findPerson(visit.scope, { id: person }) : null;
    showWith(ctx, visit, null, {
      done: found ? (DONE.find((each) => each === done) ?? null) : null,
      person: found && personOf(found),
      report: kept && reportOf(kept),
    });
  }

  function showWith(
    ctx: Context,
    visit: AdminVisit,
    refusal: Refusal | null,
    more: Partial<Model> = {},
  ): void {
    const { groups: managed } = visit.scope;
    const model: Model = {
      form: forms.form(PATH, visit.sessionUid),
      email: '',
      name: '',
      // A manager of one group has no choice.
      groups: managed?.length === 1 ? (managed[0] ?? '') : '',
      managed,
      person: null,
      done: null,
      mostRows: MOST_ROWS,
      fileFault: null,
      report: null,
      ...more,
    };
    render(ctx, 'admin-invite', model, consoleContext(visit, 'invite', refusal));
  }

  async function act(ctx: Context, visit: AdminVisit): Promise<void> {
    const fields = await forms.read(ctx, visit.sessionUid);
    if ('invite' in fields) return invite(ctx, visit, fields);
    if ('dry-run' in fields) return readFile(ctx, visit, fields, true);
    if ('import' in fields) return readFile(ctx, visit, fields, false);
    ctx.throw(400);
  }

  async function invite(ctx: Context, visit: AdminVisit, fields: Fields): Promise<void> {
    const { email = '', name = '', groups = '' } = fields;
    const typed = { email, name, groups: groupsIn(groups) };
    const outcome = await memberInvitations.invite(visit.actor, typed);
    if (outcome.ok) {
      const { account, isMailed } = outcome.value;
      const done = isMailed ? 'invited' : 'unmailed';
      return redirect(ctx, `${PATH}?done=${done}&person=${encodeURIComponent(account.id)}`);
    }
    // Null for a person of another tenant, or outside the groups of a manager.
    const known = await findPerson(visit.scope, { email });
    showWith(ctx, visit, outcome.refusal, { email, name, groups, person: known && personOf(known) });
  }

  /** A file that was pasted as text counts too, for browsers that can't choose one. */
  async function readFile(ctx: Context, visit: AdminVisit, fields: Fields, isDryRun: boolean): Promise<void> {
    const uploaded = fileOf(ctx);
    const file = uploaded.length > 0 ? uploaded : new TextEncoder().encode(fields.file ?? '');
    const outcome = await memberFiles.run(visit.actor, file, isDryRun);
    if (!outcome.ok) return showWith(ctx, visit, outcome.refusal, { fileFault: outcome.detail });
    const id = await fileReports.keep(visit.actor.id, outcome.value);
    redirect(ctx, `${PATH}?report=${encodeURIComponent(id)}#report`);
  }

  return [
    { method: 'GET', path: '/invite', page: 'invite', handle: show },
    { method: 'POST', path: '/invite', page: 'invite', takesFile: true, handle: act },
  ];
}

/** Also separated as in a CSV file. */
function groupsIn(typed: string): string[] {
  return typed
    .split(/[,;\n]/)
    .map((group) => group.trim())
    .filter(Boolean);
}

function personOf({
  id,
  name,
  email,
}: {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}) {
  return { name, email: shownEmail(email), href: `${USERS_PATH}/${encodeURIComponent(id)}` };
}

function reportOf({ isDryRun, rows }: FileReport): NonNullable<Model['report']> {
  const countOf = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  return {
    isDryRun,
    created: countOf('created'),
    existing: countOf('exists'),
    refused: countOf('refused'),
    rows: rows.map(({ line, email, outcome, faults, notes }) => {
      const said = [...faults, ...notes];
      return {
        line,
        email: email === null ? '' : shownEmail(email),
        outcome,
        codes: said.filter((each) => WITH_WORDS.has(each)),
        texts: said.filter((each) => !WITH_WORDS.has(each)),
      };
    }),
  };
}
