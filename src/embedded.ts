/** `doublelock/embedded`: the plugin's stores in two SQLite files, for a host on one machine. */
import { openEmbedded } from './adapters/embedded/open.ts';
import { startUpkeepOf, type UpkeepOptions } from './plugin/housekeeping.ts';
import { checkEmbedded } from './plugin/opener-options.ts';
import type { DurableStores, ShortLivedStores } from './plugin/options/published.ts';
import type { MailOutboxStore } from './ports/mail.ts';
import type { AuditStore } from './ports/stores.ts';

export interface EmbeddedOptions extends UpkeepOptions {
  /** Made with mode 0700 when absent. `accounts.sqlite` in it is the file to back up. */
  readonly dataDir: string;
}

export interface EmbeddedStores {
  readonly durable: DurableStores & {
    readonly audit: AuditStore;
    /** For `queue` of `deliver()`. */
    readonly mailOutbox: MailOutboxStore;
  };
  readonly shortLived: ShortLivedStores;
  /** Once no request is under way any more. */
  close(): Promise<void>;
}

/**
 * Opens both files. Several processes of one machine may open them. Throws `StoreUnavailable` when that fails now, and a
 * TypeError that names wrong options. Throws an Error that names the file when a newer release has written it.
 */
export function embedded(options: EmbeddedOptions): EmbeddedStores {
  checkEmbedded(options);
  const { dataDir, ...upkeep } = options;
  const stores = openEmbedded({ dataDir });
  return { durable: stores, shortLived: stores, close: startUpkeepOf(stores, upkeep) };
}
