/** The lost changes of a restore, as its commands print them. */
import { type LostChange, nameOf } from '../domain/audit/lost-changes.ts';
import { table, timeOf } from './output.ts';

const COLUMNS = ['ACCOUNT', 'TIME', 'EVENT', 'METHOD', 'NOW'];

export function changeRows(changes: readonly LostChange[]): string[] {
  return table(
    COLUMNS,
    changes.map((change) => [
      nameOf(change),
      timeOf(change.atMs),
      change.event,
      change.method ?? '',
      change.now,
    ]),
  );
}

export function changeObject({ atMs, event, accountId, tenantId, email, method, now }: LostChange) {
  return { time: timeOf(atMs), event, account_id: accountId, email, tenant: tenantId, method, now };
}
