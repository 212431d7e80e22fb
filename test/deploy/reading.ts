/** Reads a deployment file as the tools do that it is meant for, and checks its configuration with the product. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { findTool, skipAloud } from '../support/needs.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const run = promisify(execFile);

/** In milliseconds: some 400 Go packages are compiled once, and a package is fetched. */
const BUILD_MS = 600_000;
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

const SERVICE = join(ROOT, 'test/services/deployment');
const MADE = ['deployment', 'kubernetes-schemas.zip'].map((name) => join(SERVICE, 'bin', name));
const LACK =
  'needs go and python3, to build test/services/deployment: apt-get install golang-go (1.24 or newer) python3-pip';

/** Called in a `describe`: reads a file or folder, by its path in the project. Rejects with the tool's own words where it is wrong. */
export function deploymentReader(): <T>(
  kind: 'compose' | 'dockerfile' | 'kustomize',
  path: string,
) => Promise<T> {
  before(async function () {
    this.timeout(BUILD_MS);
    const canBuild = (['go', 'python3'] as const).every((name) => findTool(name, process.env) !== null);
    if (!canBuild && !MADE.every((file) => existsSync(file))) skipAloud(this, LACK);
    await run(join(SERVICE, 'build.sh'));
  });
  return async (kind, path) => {
    const { stdout } = await run(String(MADE[0]), [kind, resolve(ROOT, path)], {
      maxBuffer: MOST_OUTPUT_BYTES,
    });
    return JSON.parse(stdout);
  };
}

/** Runs `doublelock check-config` on a file, in this environment and no other. Rejects with the faults. */
export async function checkConfig(file: string, env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await run(process.execPath, [join(ROOT, 'bin/doublelock.cjs'), 'check-config', file], {
    env: { ...env, PATH: process.env.PATH },
  });
  return stdout;
}
