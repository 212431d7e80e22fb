/** Composes `doublelock accounts import` and `export` for one command, and closes the stores after it. */
import type { Transform } from 'node:stream';
import { readAuthelia } from '../../adapters/account-files/authelia.ts';
import { csvWriter, EXPORT_COLUMNS, jsonLinesWriter, readCsv } from '../../adapters/account-files/csv.ts';
import { readJsonLines } from '../../adapters/account-files/json-lines.ts';
import { readKeycloak } from '../../adapters/account-files/keycloak.ts';
import type { Config } from '../../config/shape.ts';
import type { AccountRows } from '../../domain/account-row.ts';
import {
  type AccountTransfer,
  createAccountTransfer,
  type TransferRow,
} from '../../use-cases/administration/account-transfer.ts';
import { createSeeding } from '../../use-cases/administration/seeding.ts';
import { checkedRows } from '../administration/checked-rows.ts';
import { cipherOf } from '../keys.ts';
import { expectStore, openParts, secretsOf } from '../parts.ts';

export const IMPORT_FORMATS = ['csv', 'jsonl', 'keycloak', 'authelia'] as const;
export const EXPORT_FORMATS = ['csv', 'jsonl'] as const;

export interface ImportFile {
  readonly path: string;
  readonly format: (typeof IMPORT_FORMATS)[number];
  /** With `authelia`: the export of its authenticator apps. */
  readonly totpPath: string | null;
}

export async function withAccountTransfer(
  config: Config,
  act: (transfer: AccountTransfer) => Promise<void>,
): Promise<void> {
  expectStore(config);
  const parts = await openParts(config);
  const { stores, hasher, clock, random } = parts;
  const { accounts, enrolments } = stores;
  try {
    const cipher = await cipherOf(secretsOf(config), parts);
    const { seed } = createSeeding({ accounts, enrolments, hasher, cipher, clock, random });
    await act(createAccountTransfer({ accounts, seed }));
  } finally {
    await stores.close();
  }
}

/** The checked rows of a file, for accounts of one tenant. */
export function rowsOf(config: Config, file: ImportFile, tenantId: string): AsyncGenerator<TransferRow> {
  return checkedRows(readerOf(file), tenantId, config);
}

function readerOf({ path, format, totpPath }: ImportFile): AccountRows {
  switch (format) {
    case 'csv':
      return readCsv(path);
    case 'jsonl':
      return readJsonLines(path);
    case 'keycloak':
      return readKeycloak(path);
    case 'authelia':
      return readAuthelia(path, totpPath);
  }
}

/** A stream that takes objects with these columns, and gives the text of the file. */
export function writerOf(format: (typeof EXPORT_FORMATS)[number]): Transform {
  return format === 'csv' ? csvWriter(EXPORT_COLUMNS) : jsonLinesWriter();
}
