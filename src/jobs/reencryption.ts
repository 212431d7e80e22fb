/** Encrypts stored values again that an older key has encrypted, for as long as the store knows more than one key. */
import { setTimeout as pause } from 'node:timers/promises';
import type { KeyStore } from '../ports/keys.ts';
import type { Logger } from '../ports/log.ts';
import type { Pace, Round } from '../use-cases/keys/reencryption.ts';
import type { Job } from './runner.ts';

interface ReencryptionJobDeps {
  readonly keys: Pick<KeyStore, 'list'>;
  readonly round: (pace: Pace) => Promise<Round>;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** In milliseconds. A thousand reads and a hundred writes a second leave the processor to requests. */
const AFTER_PAGE_MS = 200;
const AFTER_WRITE_MS = 10;
/** An instance that reloaded late has encrypted with the older key until then, so that one round is not enough. */
const ROUND_EVERY_MS = 60 * 60 * 1000;
const RETRY_MS = 60_000;
/** Writes between two lines of the log. */
const LOG_EVERY = 1000;

export function createReencryptionJob({ keys, round, logger }: ReencryptionJobDeps): Job {
  return {
    name: 're-encryption',
    everyMs: ROUND_EVERY_MS,
    retryMs: RETRY_MS,
    startsAtOnce: true,

    async run(signal) {
      if ((await keys.list()).length < 2) return;
      let done = 0;
      const { reencrypted, unreadable } = await round(async (written) => {
        const loggedBefore = Math.floor(done / LOG_EVERY);
        done += written;
        if (Math.floor(done / LOG_EVERY) > loggedBefore)
          logger.info({ event: 'keys.resealing', reason: `${done} sealed anew so far` });
        await pause(AFTER_PAGE_MS + written * AFTER_WRITE_MS, null, { ref: false, signal });
        return true;
      });
      if (reencrypted > 0) logger.info({ event: 'keys.resealed', reason: `${reencrypted} sealed anew` });
      if (unreadable > 0)
        logger.error({ event: 'keys.unreadable', reason: `${unreadable} that no listed key opens` });
    },

    onFailure: (error) => logger.warn({ event: 'keys.reseal_failed', error }),
  };
}
