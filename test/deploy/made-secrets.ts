/** The secrets of docker-compose.yml, made by its own script in a folder of the suite's. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '../support/needs.ts';
import { ROOT, run } from './reading.ts';

export interface MadeSecrets {
  /** Absolute; for the suite to write into as well. */
  readonly folder: string;
  /** Makes what is missing; gives what it says. */
  again(): Promise<string>;
}

/** Called in a `describe`. */
export function madeSecrets(): () => MadeSecrets {
  needs('openssl');
  let folder = '';

  /** With the mask of who lets nobody read new files. */
  async function again(): Promise<string> {
    const script = join(ROOT, 'deploy/compose/make-secrets.mjs');
    const command = [process.execPath, script, join(folder, 'secrets')];
    return (await run('sh', ['-c', 'umask 077 && exec "$@"', 'sh', ...command])).stdout;
  }

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doublelock-deploy-'));
    await again();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  return () => ({ folder: join(folder, 'secrets'), again });
}
