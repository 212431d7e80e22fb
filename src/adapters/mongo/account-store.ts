/** Accounts in MongoDB. An account with unreadable groups counts as absent, because a group may tighten its policy. */
import { createHash } from 'node:crypto';
import { trusted } from 'mongoose';
import type { Account, AccountChanges, Attributes, Locale, Role } from '../../domain/account.ts';
import { searchEmailText, searchText } from '../../domain/administration/search-text.ts';
import { readJson, readObject } from '../../domain/json.ts';
import {
  type PendingEmail,
  readFormerEmails,
  readPendingEmail,
} from '../../domain/self-service/email-change.ts';
import type { AccountStore } from '../../ports/stores.ts';
import { type AccountSummaries, summaryOf, toSearchFields } from './administration/account-summaries.ts';
import type { Connection } from './connection.ts';
import { isFirst } from './faults.ts';
import type { AccountDocument } from './schema/account.ts';
import type { Models, PasswordChangeDocument } from './schema/collections.ts';
import { dateOf, findBy, idOf, readStrings } from './stored-values.ts';
import type { InLine } from './writes/line.ts';

/** Accounts that one act changes: it ends well within the time limit of an act. */
const AT_ONCE = 200;

function toDocument(account: Account, methods: readonly string[]): AccountDocument {
  const { id, role, groups, manages, locale, attributes, ...others } = account;
  const { frozenAt, heldAt, endsBefore, disabledAt, invitedAt, mailResetAt, createdAt, updatedAt, ...more } =
    others;
  const { pendingEmail, pendingNotificationEmail, formerEmails, ...rest } = more;
  return {
    ...rest,
    _id: id,
    role,
    groups: [...groups],
    manages: [...manages],
    locale,
    frozenAt: dateOf(frozenAt),
    heldAt: dateOf(heldAt),
    endsBefore: dateOf(endsBefore),
    disabledAt: dateOf(disabledAt),
    invitedAt: dateOf(invitedAt),
    mailResetAt: dateOf(mailResetAt),
    pendingEmail: textOf(pendingEmail),
    pendingNotificationEmail: textOf(pendingNotificationEmail),
    formerEmails: JSON.stringify(formerEmails),
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
    // One text: a name of an attribute may hold characters that have a meaning in a query.
    attributes: JSON.stringify(attributes),
    ...summaryOf(methods),
    ...toSearchFields(account),
  };
}

/** As one text, since none of its parts is looked for. */
function textOf(pending: PendingEmail | null): string | null {
  return pending && JSON.stringify(pending);
}

/** The fields of some details, as they are stored. */
function toFields(changes: AccountChanges): Partial<AccountDocument> {
  const { groups, manages, attributes, disabledAt, invitedAt, mailResetAt, ...more } = changes;
  const { pendingEmail, pendingNotificationEmail, ...rest } = more;
  const { name, familyName } = rest;
  return {
    ...rest,
    ...(name !== undefined && { searchName: searchText(name) }),
    ...(familyName !== undefined && { searchFamilyName: familyName && searchText(familyName) }),
    ...(groups && { groups: [...groups] }),
    ...(manages && { manages: [...manages] }),
    ...(attributes && { attributes: JSON.stringify(attributes) }),
    ...(disabledAt !== undefined && { disabledAt: dateOf(disabledAt) }),
    ...(invitedAt !== undefined && { invitedAt: dateOf(invitedAt) }),
    ...(mailResetAt !== undefined && { mailResetAt: dateOf(mailResetAt) }),
    ...(pendingEmail !== undefined && { pendingEmail: textOf(pendingEmail) }),
    ...(pendingNotificationEmail !== undefined && {
      pendingNotificationEmail: textOf(pendingNotificationEmail),
    }),
  };
}

function toAccount(found: AccountDocument | null | undefined): Account | null {
  const groups = readStrings(found?.groups);
  const manages = readStrings(found?.manages);
  if (!found || !groups || !manages) return null;
  return {
    id: found._id,
    tenantId: found.tenantId,
    email: found.email,
    emailConfirmed: found.emailConfirmed,
    name: found.name,
    givenName: found.givenName ?? null,
    familyName: found.familyName ?? null,
    username: found.username ?? null,
    attributes: (readObject(found.attributes ?? '{}') ?? {}) as Attributes,
    phone: found.phone,
    role: found.role as Role,
    groups,
    manages,
    locale: found.locale as Locale | null,
    passwordHash: found.passwordHash,
    frozenAt: found.frozenAt?.getTime() ?? null,
    heldAt: found.heldAt?.getTime() ?? null,
    endsBefore: found.endsBefore?.getTime() ?? null,
    notificationEmail: found.notificationEmail ?? null,
    disabledAt: found.disabledAt?.getTime() ?? null,
    invitedAt: found.invitedAt?.getTime() ?? null,
    mailResetAt: found.mailResetAt?.getTime() ?? null,
    enforcement: found.enforcement === 'required' ? 'required' : null,
    pendingEmail: readPendingEmail(readJson(found.pendingEmail)),
    pendingNotificationEmail: readPendingEmail(readJson(found.pendingNotificationEmail)),
    formerEmails: readFormerEmails(readJson(found.formerEmails)),
    createdAt: found.createdAt.getTime(),
    updatedAt: (found.updatedAt ?? found.createdAt).getTime(),
  };
}

export function readableAccounts(found: readonly AccountDocument[]): Account[] {
  return found.map(toAccount).filter((account) => account !== null);
}

/** One of the callers who found `previous` may replace it; a hash is salted, so that it is never found twice. */
function changeId(accountId: string, previous: string | null): string {
  return idOf(
    accountId,
    createHash('sha256')
      .update(previous ?? '')
      .digest('base64url'),
  );
}

/**
 * Carries out a change that its inserter, and nobody else, was granted; again for one whose inserter died over it.
 * False when the hash had been replaced before the change was inserted.
 */
export async function carryOut(models: Models, change: PasswordChangeDocument): Promise<boolean> {
  const { accountId: _id, previous, next } = change;
  const { accounts, passwordChanges } = models;
  const replaced = await accounts.updateOne(
    { _id, passwordHash: previous },
    { $set: { passwordHash: next } },
  );
  const done =
    replaced.matchedCount === 1 ||
    (await accounts.findById(_id, { passwordHash: 1 }).lean())?.passwordHash === next;
  await passwordChanges.deleteOne({ _id: change._id });
  return done;
}

interface AccountStoreDeps {
  /** Shared by all that change an account. */
  readonly inLine: InLine;
  readonly summaries: Pick<AccountSummaries, 'methodsOf'>;
}

export function createAccountStore(
  { act }: Connection,
  models: Models,
  { inLine, summaries }: AccountStoreDeps,
): AccountStore {
  const { accounts, passwordChanges } = models;

  /** One after another: a server that reads before it writes would put back what another change has just replaced. */
  const change = <T>(id: string, work: () => Promise<T>): Promise<T> => act(() => inLine(id, work));

  /** False when there is no such account. */
  async function set(of: Partial<AccountDocument>, fields: Partial<AccountDocument>): Promise<boolean> {
    return (await accounts.updateOne(of, { $set: fields })).matchedCount === 1;
  }

  /** Raises a batch of accounts in the order of their ids. Gives the last id of a full batch, else null. */
  function raiseBatch(after: string | null, at: number): Promise<string | null> {
    const beyond = after === null ? {} : { $gt: after };
    return act(async () => {
      const last: { _id: string } | null = await accounts
        .findOne({ _id: trusted({ $exists: true, ...beyond }) }, { _id: 1 })
        .sort({ _id: 1 })
        .skip(AT_ONCE - 1)
        .lean();
      const batch = { $exists: true, ...beyond, ...(last && { $lte: last._id }) };
      await accounts.updateMany({ _id: trusted(batch) }, { $max: { endsBefore: new Date(at) } });
      return last?._id ?? null;
    });
  }

  return {
    insert: (account) =>
      act(async () => {
        // Its factors may be stored already.
        const methods = (await summaries.methodsOf([account.id])).get(account.id) ?? [];
        return isFirst(accounts.insertOne(toDocument(account, methods)));
      }),
    findById: (id) => act(async () => toAccount((await findBy<AccountDocument>(accounts, { _id: id }))[0])),
    findByEmail: (email) =>
      act(async () => toAccount((await findBy<AccountDocument>(accounts, { email }))[0])),
    pageByTenant: (tenantId, after, limit) =>
      act(async () => {
        const later = after === null ? {} : { email: trusted({ $gt: after }) };
        return readableAccounts(
          await accounts
            .find({ tenantId, ...later })
            .sort({ email: 1 })
            .limit(limit)
            .lean(),
        );
      }),
    listByRole: (tenantId, role) =>
      act(async () => readableAccounts(await accounts.find({ tenantId, role }).sort({ email: 1 }).lean())),
    replacePasswordHash: (id, previous, next) =>
      change(id, async () => {
        const found = await accounts.findOne({ _id: id }, { passwordHash: 1 }).lean();
        if (found?.passwordHash !== previous) return false;
        const granted = { _id: changeId(id, previous), accountId: id, previous, next };
        return (await isFirst(passwordChanges.insertOne(granted))) && carryOut(models, granted);
      }),
    update: (id, changes, now) =>
      change(id, () => set({ _id: id }, { ...toFields(changes), updatedAt: new Date(now) })),
    replaceEmail: (id, previous, next, now, former) =>
      change(id, async () => {
        try {
          const fields = {
            email: next,
            searchEmail: searchEmailText(next),
            emailConfirmed: true,
            updatedAt: new Date(now),
            pendingEmail: null,
            ...(former && { formerEmails: JSON.stringify(former) }),
          };
          return await set({ _id: id, email: previous }, fields);
        } catch (error) {
          // The unique index refused it. FerretDB reports that as an internal error.
          const [taken] = await findBy<AccountDocument>(accounts, { email: next });
          if (taken && taken._id !== id) return false;
          throw error;
        }
      }),
    setLocale: (id, locale, now) =>
      change(id, async () => void (await set({ _id: id }, { locale, updatedAt: new Date(now) }))),
    confirmEmail: (id, email, now) =>
      change(id, () => set({ _id: id, email }, { emailConfirmed: true, updatedAt: new Date(now) })),
    setPhone: (id, phone, now) =>
      change(id, async () => void (await set({ _id: id }, { phone, updatedAt: new Date(now) }))),
    setFrozen: (id, at) =>
      change(id, async () => {
        const frozenAt = dateOf(at);
        await set({ _id: id, ...(frozenAt && { frozenAt: null }) }, { frozenAt });
      }),
    setHeld: (id, at) =>
      change(id, async () => {
        const heldAt = dateOf(at);
        await set({ _id: id, ...(heldAt && { heldAt: null }) }, { heldAt });
      }),
    raiseEndsBefore: (id, at) =>
      change(id, async () => {
        const raised = { $max: { endsBefore: new Date(at) } };
        const before = await accounts
          .findOneAndUpdate({ _id: id }, raised, { returnDocument: 'before' })
          .lean();
        return before?.endsBefore?.getTime() ?? null;
      }),
    async raiseAllEndsBefore(at) {
      let after: string | null = null;
      do {
        after = await raiseBatch(after, at);
      } while (after !== null);
    },
  };
}
