/** Configuration files of a test's own: written, loaded, and gone with the test. */
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import type { Fault } from '../../src/config/faults.ts';
import { ConfigFaults, type ConfigSource, loadConfig } from '../../src/config/load.ts';
import type { Config } from '../../src/config/shape.ts';
import { freshDataDir } from '../support/stores/embedded.ts';

type Rest = Partial<Omit<ConfigSource, 'file'>>;

/** The fault, the file, the path that the refusal names, and its words. */
export type Row = readonly [what: string, yaml: string, path: string, message: RegExp];

export interface ConfigFolder {
  /** Absolute. */
  readonly path: (name: string) => string;
  /** Writes a file below the folder and gives its absolute path. */
  readonly write: (name: string, content: string | Uint8Array) => string;
  readonly load: (yaml: string, rest?: Rest) => Config;
  /** Gives the faults that `loadConfig` throws; fails when it throws nothing. */
  readonly refusal: (yaml: string, rest?: Rest) => ConfigFaults;
  readonly faults: (yaml: string, rest?: Rest) => readonly Fault[];
}

/** Called in a `describe`. */
export function configFolder(): ConfigFolder {
  const folder = freshDataDir();
  const path = (name: string) => join(folder(), name);

  function write(name: string, content: string | Uint8Array): string {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), content);
    return path(name);
  }

  function load(yaml: string, rest: Rest = {}): Config {
    return loadConfig({ file: write('config.yaml', yaml), env: {}, cwd: folder(), ...rest });
  }

  function refusal(yaml: string, rest: Rest = {}): ConfigFaults {
    try {
      load(yaml, rest);
    } catch (error) {
      if (error instanceof ConfigFaults) return error;
      throw error;
    }
    throw new Error('nothing was refused');
  }

  return { path, write, load, refusal, faults: (yaml, rest) => refusal(yaml, rest).faults };
}

/** Called in a `describe`: each file has this one fault and no other. */
export function itRefuses(rows: readonly Row[]): void {
  const folder = configFolder();
  for (const [what, yaml, path, message] of rows) {
    it(`is refused with its path and its line: ${what}`, () => {
      const faults = folder.faults(yaml);
      expect(faults.map((fault) => fault.path)).to.deep.equal([path]);
      expect(faults[0]?.message).to.match(message);
      expect(faults[0]?.line).to.be.within(1, yaml.split('\n').length);
    });
  }
}

export function ecKey(namedCurve = 'P-256'): JsonWebKey {
  return generateKeyPairSync('ec', { namedCurve }).privateKey.export({ format: 'jwk' });
}

export function rsaKey(modulusLength = 2048): JsonWebKey {
  return generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ format: 'jwk' });
}

/** All that production requires, and nothing else. */
export function production(rest = ''): string {
  return [
    'environment: production',
    'issuer: https://id.example',
    'secrets:',
    `  encryption: [{ id: a, key: ${'e'.repeat(32)} }]`,
    `  cookies: [${'c'.repeat(32)}]`,
    `  signing: [${JSON.stringify(ecKey())}]`,
    rest,
    'metrics: { port: 9464 }',
  ].join('\n');
}
