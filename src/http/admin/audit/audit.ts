/** The audit log as a page, and as files with the same conditions. A search is a GET: its address can be kept. */
import type { Context } from 'koa';
import { AUDIT_EVENTS, isAuditEvent } from '../../../domain/audit/lost-changes.ts';
import { placeText, readPlace } from '../../../domain/audit/search.ts';
import { isMethodName } from '../../../domain/methods/method.ts';
import type {
  AuditPage,
  AuditQuestion,
  AuditSearch,
  FoundLine,
  TypedConditions,
} from '../../../use-cases/administration/audit/audit-search.ts';
import type { AdminVisit } from '../../guards/require-administrator.ts';
import type { AuditLineView } from '../../pages/models/console/audit-pages.ts';
import type { PageContext, Render } from '../../pages/page-contract.ts';
import { ADMIN_PATH, type ConsoleRoute, consoleContext } from '../console.ts';
import { CSV, type FileKind, JSON_LINES, sendFile } from './audit-file.ts';

export interface AuditPageDeps {
  readonly auditSearch: AuditSearch;
  readonly render: Render;
}

const FIELDS = ['person', 'actor', 'event', 'reference', 'since', 'until'] as const;
/** Characters. No condition is longer. */
const LONGEST = 300;
const PATH = `${ADMIN_PATH}/audit`;

type Found = Pick<AuditPage, 'lines' | 'next' | 'isStopped'>;

export function auditRoutes({ auditSearch, render }: AuditPageDeps): readonly ConsoleRoute[] {
  async function show(ctx: Context, visit: AdminVisit): Promise<void> {
    const question = questionOf(ctx, visit);
    const after = readPlace(textOf(ctx.query.after));
    const found = await auditSearch.page(question, after);
    if (!found.ok) return page(ctx, question, null, consoleContext(visit, 'audit', found.refusal));
    page(ctx, question, found.value, consoleContext(visit, 'audit'));
  }

  function page(ctx: Context, question: AuditQuestion, found: Found | null, context: PageContext): void {
    const { typed, scope, timeZone } = question;
    const at = (suffix: string, more: Readonly<Record<string, string>> = {}) => {
      const query = new URLSearchParams({ ...stated(typed), ...more }).toString();
      return `${PATH}${suffix}${query === '' ? '' : `?${query}`}`;
    };
    const model = {
      typed,
      isNarrowed: Object.keys(stated(typed)).length > 0,
      events: AUDIT_EVENTS,
      timeZone,
      isOfGroups: scope.groups !== null,
      lines: found?.lines.map(viewOf) ?? null,
      isStopped: found?.isStopped ?? false,
      newestHref: found && textOf(ctx.query.after) !== '' ? at('') : null,
      olderHref: found?.next ? at('', { after: placeText(found.next) }) : null,
      csvHref: at('.csv'),
      jsonLinesHref: at('.jsonl'),
    };
    render(ctx, 'admin-audit', model, context);
  }

  /** A refused search shows its page: a file could not say why. */
  function fileRoute(kind: FileKind): ConsoleRoute['handle'] {
    return async (ctx, visit) => {
      const question = questionOf(ctx, visit);
      const found = await auditSearch.all(question);
      if (!found.ok) return page(ctx, question, null, consoleContext(visit, 'audit', found.refusal));
      await sendFile(ctx, kind, found.value);
    };
  }

  return [
    { method: 'GET', path: '/audit', page: 'audit', handle: show },
    { method: 'GET', path: '/audit.csv', page: 'audit', handle: fileRoute(CSV) },
    { method: 'GET', path: '/audit.jsonl', page: 'audit', handle: fileRoute(JSON_LINES) },
  ];
}

function questionOf({ query }: Context, { scope, tenant }: AdminVisit): AuditQuestion {
  const [person, actor, event, reference, since, until] = FIELDS.map((name) => textOf(query[name]));
  const typed: TypedConditions = {
    person: person ?? '',
    actor: actor ?? '',
    event: event ?? '',
    reference: reference ?? '',
    since: since ?? '',
    until: until ?? '',
  };
  return { scope, typed, timeZone: tenant.timeZone };
}

/** A parameter that stands in the address twice counts once. */
function textOf(value: string | readonly string[] | undefined): string {
  const [first] = [value ?? ''].flat();
  return (first ?? '').slice(0, LONGEST);
}

function stated(typed: TypedConditions): Record<string, string> {
  return Object.fromEntries(FIELDS.flatMap((name) => (typed[name] === '' ? [] : [[name, typed[name]]])));
}

function viewOf(line: FoundLine): AuditLineView {
  const { atMs, event, accountId, email, actor, actorEmail, method, reason, clientId, ip, reference } = line;
  const otherActor = actor === 'operator' || actor === 'host' ? actor : null;
  return {
    atMs,
    event,
    isKnown: isAuditEvent(event),
    person: email ?? accountId,
    actor: otherActor === null ? (actorEmail ?? actor) : null,
    otherActor,
    method: isMethodName(method) ? method : null,
    reason,
    clientId,
    ip,
    reference,
  };
}
