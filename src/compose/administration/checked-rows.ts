/** Checks the rows of a file of accounts as the configuration checks its accounts. */
import { readImportedAccount } from '../../config/imported-account.ts';
import type { Config } from '../../config/shape.ts';
import type { AccountRows } from '../../domain/account-row.ts';
import type { TransferRow } from '../../use-cases/administration/account-transfer.ts';

/** All accounts are of one tenant. */
export async function* checkedRows(
  rows: AccountRows,
  tenantId: string,
  { secondFactor }: Pick<Config, 'secondFactor'>,
): AsyncGenerator<TransferRow> {
  for await (const { at, fields, faults, notes } of rows) {
    if (faults.length > 0) yield { at, notes, read: { ok: false, faults } };
    else yield { at, notes, read: readImportedAccount(fields, tenantId, secondFactor.totp) };
  }
}
