/** Loads the configuration from YAML and the environment, or lists every fault. */
import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MethodName } from '../domain/methods/method.ts';
import { buildConfig } from './build/config.ts';
import { statedDetails, statedSettings } from './build/stated.ts';
import { checkFile } from './checks/all.ts';
import { valueAt, withValue } from './data.ts';
import { ConfigFaults, Findings, type Path, pathText } from './faults.ts';
import { notYet } from './not-yet.ts';
import { configFile } from './schema/file.ts';
import { meantAsText, reportIssues } from './schema/issues.ts';
import type { Config } from './shape.ts';
import { type ConfigDocument, readDocument } from './sources/document.ts';
import { type Environment, type Overrides, override, readOverrides } from './sources/environment.ts';
import { readSecretFiles } from './sources/secret-files.ts';
import { readText } from './sources/text-file.ts';

export { ConfigFaults } from './faults.ts';

export interface ConfigSource {
  /** Takes precedence over DOUBLELOCK_CONFIG. Relative to `cwd`. Without both, the built-in demo is loaded. */
  readonly file?: string | undefined;
  readonly env: Environment;
  readonly cwd: string;
  /** The methods that this release can offer. */
  readonly availableMethods?: readonly MethodName[];
}

const DEMO_FILE = fileURLToPath(new URL('../../config/demo.yaml', import.meta.url));

/** The only access to the environment of the process. */
export function readEnvironment(): Environment {
  return process.env;
}

/**
 * Starts, creates and changes nothing.
 *
 * @throws ConfigFaults with every fault of the file and the environment
 */
export function loadConfig({ file, env, cwd, availableMethods = ['totp'] }: ConfigSource): Config {
  const overrides = readOverrides(env, cwd);
  const path = resolve(cwd, file ?? (env.DOUBLELOCK_CONFIG || DEMO_FILE));
  const folder = dirname(path);
  const document = openDocument(path);
  if (document.data === null) throw new ConfigFaults(path, [...overrides.faults, ...document.faults]);

  const findings = new Findings((at) => locate(at, document, overrides));
  const data = readSecretFiles(override(document.data, overrides), folder, findings);
  const { parsed, corrected } = parse(data, document);
  reportIssues(parsed.error?.issues ?? [], corrected, findings);
  const { writtenAt } = document;
  checkFile(corrected, { folder, availableMethods, writtenAt, demo: demoText }, findings);

  const faults = [...overrides.faults, ...document.faults, ...findings.faults];
  if (faults.length > 0 || !parsed.success) throw new ConfigFaults(path, faults);
  return buildConfig(parsed.data, {
    folder,
    cwd,
    logLevel: overrides.logLevel,
    isBuiltInDemo: realpathSync(path) === realpathSync(DEMO_FILE),
    statedDetails: statedDetails(corrected),
    statedSettings: statedSettings(corrected),
    warnings: [...findings.warnings, ...notYet(parsed.data, availableMethods)],
  });
}

function openDocument(path: string): ConfigDocument {
  const file = readText(path);
  if ('fault' in file) throw new ConfigFaults(path, [{ path: '', line: null, message: file.fault }]);
  return readDocument(file.text);
}

/** YAML reads an unquoted `+31…` as a number. Such a value is read again as text. */
function parse(data: unknown, document: ConfigDocument) {
  const parsed = configFile.safeParse(data);
  const unquoted = meantAsText(parsed.error?.issues ?? [], data);
  if (unquoted.length === 0) return { parsed, corrected: data };
  const corrected = unquoted.reduce<unknown>(
    (whole, path) => withValue(whole, path, document.writtenAt(path) ?? valueAt(whole, path)),
    data,
  );
  return { parsed: configFile.safeParse(corrected), corrected };
}

/** A value from the environment has no line. Its fault names the variable. */
function locate(path: Path, document: ConfigDocument, { edits }: Overrides) {
  const text = pathText(path);
  const edit = edits.find((one) => one.path.every((step, index) => path[index] === step));
  return edit === undefined
    ? { path: text, line: document.lineOf(path) }
    : { path: `${edit.variable} (${text})`, line: null };
}

function demoText(): string {
  const file = readText(DEMO_FILE);
  return 'text' in file ? file.text : '';
}
