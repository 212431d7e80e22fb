/** A server with a low limit on anonymous requests, and its log. */
import type { LogFields, Logger } from '../../../src/ports/log.ts';
import type { Yaml } from '../../support/app.ts';
import { withDevices } from '../oidc/device/device-story.ts';

export const LIMIT = 5;

/** One proxy is trusted, so that a test can come from any address. */
export function limited(): Yaml {
  return {
    limits: { anonymous_per_address_per_minute: LIMIT },
    listen: { trusted_proxies: 1 },
    ...withDevices(),
  };
}

export function createLines(): { readonly lines: LogFields[]; readonly logger: Logger } {
  const lines: LogFields[] = [];
  const write = (fields: LogFields) => void lines.push(fields);
  return {
    lines,
    logger: { fatal: write, error: write, warn: write, info: write, debug: write, trace: write },
  };
}
