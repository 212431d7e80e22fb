/** The page of one person, and the acts on that person. All forms post to the address of the page. */
import type { Context } from 'koa';
import type { Account } from '../../domain/account.ts';
import type { Outcome, Refusal } from '../../domain/refusal.ts';
import type { AccessActs } from '../../use-cases/administration/person/access-acts.ts';
import type { FactorActs } from '../../use-cases/administration/person/factor-acts.ts';
import type { IssuePass } from '../../use-cases/administration/person/issue-pass.ts';
import type { Acting, ActPermission } from '../../use-cases/administration/person/permission.ts';
import type { SavePerson } from '../../use-cases/administration/person/save-person.ts';
import type { ViewPerson } from '../../use-cases/administration/person/view-person.ts';
import type { Fields, FormTokens } from '../guards/forms.ts';
import type { AdminVisit } from '../guards/require-administrator.ts';
import type { PageLocale } from '../pages/locale.ts';
import { PERSON_DONE, type PersonDone } from '../pages/models/console/person.ts';
import type { Render } from '../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext, redirect } from './console.ts';
import { personModel } from './person-model.ts';

export interface PersonPageDeps {
  readonly person: {
    readonly find: ActPermission['find'];
    readonly view: ViewPerson;
    readonly resendConfirmation: (acting: Acting) => Promise<Outcome<null>>;
    readonly pass: IssuePass;
  } & AccessActs &
    FactorActs &
    SavePerson;
  readonly forms: FormTokens;
  readonly pageLocale: PageLocale;
  readonly render: Render;
}

interface Told {
  readonly refusal?: Refusal | null;
  readonly typed?: Fields;
  readonly done?: PersonDone | null;
  readonly pass?: string | null;
}

type Act = (acting: Acting, fields: Fields) => Promise<Outcome<PersonDone>>;

export function personRoutes(deps: PersonPageDeps): readonly ConsoleRoute[] {
  const { forms, pageLocale, render } = deps;

  /** By the name of the button. */
  const acts: Readonly<Record<string, Act>> = {
    save: (acting, fields) => save(acting, fields),
    'resend-confirmation': (acting) => done('sent', deps.person.resendConfirmation(acting)),
    unlock: (acting) => done('unlocked', deps.person.unlock(acting)),
    unfreeze: (acting) => done('unfrozen', deps.person.unfreeze(acting)),
    'end-sessions': (acting) => done('signed-out', deps.person.signOut(acting)),
    disable: (acting) => done('disabled', deps.person.disable(acting)),
    enable: (acting) => done('enabled', deps.person.enable(acting)),
    'remove-factors': (acting, { reason = '' }) => deps.person.removeAll(acting, reason),
    'file-reset': (acting, { reason = '' }) => done('filed', deps.person.fileReset(acting, reason)),
    'suspend-factor': (acting, fields) =>
      done('suspended', deps.person.suspend(acting, fields['suspend-factor'] ?? '')),
    'resume-factor': (acting, fields) =>
      done('resumed', deps.person.resume(acting, fields['resume-factor'] ?? '')),
  };

  function save(acting: Acting, fields: Fields): Promise<Outcome<PersonDone>> {
    const { name, email, role, groups, manages, enforcement, version = '' } = fields;
    const details = { name, email, role, groups, manages, enforcement };
    return deps.person.save(acting, { details, version, sendActivation: 'send_activation' in fields });
  }

  async function open(ctx: Context, visit: AdminVisit): Promise<void> {
    const target = await personIn(ctx, visit);
    const { pass: id } = ctx.query;
    const pass =
      typeof id === 'string' ? await deps.person.pass.reveal(actingOf(ctx, visit, target), id) : null;
    await show(ctx, visit, target, {
      pass,
      done: PERSON_DONE.find((each) => each === ctx.query.done) ?? null,
    });
  }

  async function act(ctx: Context, visit: AdminVisit): Promise<void> {
    const target = await personIn(ctx, visit);
    const fields = await forms.read(ctx, visit.sessionUid);
    const name = Object.keys(acts).find((button) => button in fields);
    if ('temporary-pass' in fields) return issuePass(ctx, visit, target, fields);
    const chosen = name === undefined ? undefined : acts[name];
    if (!chosen) return ctx.throw(400);
    const outcome = await chosen(actingOf(ctx, visit, target), fields);
    if (outcome.ok) return redirect(ctx, `${pathOf(target)}?done=${outcome.value}`);
    const { refusal } = outcome;
    if (refusal.code === 'forbidden' && !refusal.because) return ctx.throw(403);
    // The act may have changed something before it was refused.
    await show(ctx, visit, await personIn(ctx, visit), { refusal, typed: fields });
  }

  /** The next page shows the pass once. Its address has an id, and never the pass. */
  async function issuePass(ctx: Context, visit: AdminVisit, target: Account, typed: Fields): Promise<void> {
    const outcome = await deps.person.pass.issue(actingOf(ctx, visit, target));
    if (outcome.ok) return redirect(ctx, `${pathOf(target)}?done=pass&pass=${outcome.value}`);
    const { refusal } = outcome;
    if (refusal.code === 'forbidden' && !refusal.because) return ctx.throw(403);
    await show(ctx, visit, target, { refusal, typed });
  }

  /** Throws 404 for a person whom the actor does not see. */
  async function personIn(ctx: Context, { actor }: AdminVisit): Promise<Account> {
    return (await deps.person.find(actor, String(ctx.params.id))) ?? ctx.throw(404);
  }

  async function show(
    ctx: Context,
    visit: AdminVisit,
    target: Account,
    { refusal = null, typed = {}, done: isDone = null, pass = null }: Told,
  ): Promise<void> {
    const { actor, tenant } = visit;
    const view = await deps.person.view(actingOf(ctx, visit, target));
    if (!view) return ctx.throw(404);
    const locale = pageLocale(ctx, { uiLocales: undefined, chosen: actor.locale, tenant });
    const form = forms.form(pathOf(target), visit.sessionUid);
    const model = personModel(view, { actor, tenant, locale, form, typed, pass, done: isDone });
    render(ctx, 'admin-user', model, consoleContext(visit, 'users', refusal));
  }

  return [
    { method: 'GET', path: '/users/:id', page: 'users', handle: open },
    { method: 'POST', path: '/users/:id', page: 'users', handle: act },
  ];
}

function actingOf(ctx: Context, { actor, tenant }: AdminVisit, target: Account): Acting {
  return { actor, target, tenant, ip: ctx.ip };
}

function pathOf({ id }: Account): string {
  return `${ADMIN_PATH}/users/${encodeURIComponent(id)}`;
}

async function done(what: PersonDone, act: Promise<Outcome<unknown>>): Promise<Outcome<PersonDone>> {
  const outcome = await act;
  return outcome.ok ? { ok: true, value: what } : outcome;
}
