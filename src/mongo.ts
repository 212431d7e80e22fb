/** `doublelock/mongo`: the durable stores of the plugin, in MongoDB. */
import { openMongoAccounts } from './adapters/mongo/open.ts';
import { systemRequests } from './adapters/system/requests.ts';
import { startUpkeepOf, type UpkeepOptions } from './plugin/housekeeping.ts';
import { checkMongo } from './plugin/opener-options.ts';
import type { DurableStores } from './plugin/options/published.ts';
import type { MailOutboxStore } from './ports/mail.ts';
import type { AuditStore } from './ports/stores.ts';

export interface MongoOptions extends UpkeepOptions {
  /** `mongodb://` or `mongodb+srv://`; where it names no database, that is `doublelock`. */
  readonly uri: string;
}

export interface MongoStores extends DurableStores {
  readonly audit: AuditStore;
  /** For `queue` of `deliver()`. */
  readonly mailOutbox: MailOutboxStore;
  /** Rejects with `StoreUnavailable` when no server that takes writes answers. */
  ping(): Promise<void>;
  /** Once no request is under way any more. */
  close(): Promise<void>;
}

/**
 * Connects, makes the indexes that are missing, and tries a write. Rejects with `StoreUnavailable` when the server is
 * away or takes no writes now. Rejects with an Error, without the address, when an operator has to act first.
 *
 * @example secondFactor({ stores: { durable: await mongo({ uri }), shortLived: await redis({ uri: other }) }, … })
 */
export async function mongo(options: MongoOptions): Promise<MongoStores> {
  checkMongo(options);
  const { uri, ...upkeep } = options;
  const stores = await openMongoAccounts({ uri, request: systemRequests.current });
  return { ...stores, close: startUpkeepOf(stores, upkeep) };
}
