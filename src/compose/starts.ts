/** The counting of requests that begin something, for the provider. */
import type { Config } from '../config/shape.ts';
import type { KnownBrowser } from '../http/guards/known-browser.ts';
import type { StartCounting } from '../oidc/requests/counted-starts.ts';
import { createStartLimit } from '../use-cases/sign-in/start-limit.ts';
import type { Parts } from './parts.ts';

export function startCountingOf(
  { limits }: Pick<Config, 'limits'>,
  { stores, clock, metrics, logger }: Pick<Parts, 'stores' | 'clock' | 'metrics' | 'logger'>,
  { personIn }: Pick<KnownBrowser, 'personIn'>,
): StartCounting {
  const limit = createStartLimit({
    rates: stores.rates,
    perMinute: limits.anonymousPerMinute,
    clock,
    metrics,
    log: logger.warn,
  });
  return { limit, knownPerson: personIn, clock };
}
