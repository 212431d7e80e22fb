/** Software that a script of `test/services` fetches from a registry: there before the tests of a suite. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { needs, type ToolName } from '../../support/needs.ts';

const SERVICES = join(import.meta.dirname, '../../services');
/** In milliseconds: oauth2-proxy compiles several hundred Go packages, once. */
const BUILD_MS = 600_000;

/** Called in a `describe`, before the suite's own `before`: gives the path of what the script of this folder makes. */
export function built(service: string, made: string, ...tools: readonly ToolName[]): string {
  needs(...tools);
  before(async function () {
    this.timeout(BUILD_MS);
    await promisify(execFile)(join(SERVICES, service, 'build.sh'));
  });
  return join(SERVICES, service, 'bin', made);
}
