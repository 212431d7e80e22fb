/** The failed tests of a run: its reporter writes them to a file, and the runner repeats them at the end of its output. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';

interface Failure {
  /** Relative to the working directory; empty where mocha does not tell it. */
  readonly file: string;
  readonly title: string;
  readonly error: string;
}

/** As much of an error as tells what went wrong, and where. */
const MOST_LINES = 15;
/** A program that crashed tells its error, a stack and its version. */
const LAST_LINES = 30;
/** The environment variable that names the file. */
export const FAILURES_FILE = 'TEST_FAILURES';

/** For the reporter. Does nothing where no runner asks for it. */
export function writeFailures(tests: readonly Mocha.Runnable[], file: string | undefined): void {
  if (!file) return;
  for (const test of tests) {
    const path = test.file ? relative(process.cwd(), test.file) : '';
    const failure: Failure = { file: path, title: test.fullTitle(), error: errorOf(test) };
    appendFileSync(file, `${JSON.stringify(failure)}\n`);
  }
}

function errorOf(test: Mocha.Runnable): string {
  const { err } = test as { err?: unknown };
  if (!(err instanceof Error)) return String(err);
  const { message, stack = '' } = err;
  return stack.includes(message) ? stack : `${message}\n${stack}`;
}

/** Each failed test of one run: the run and the file, the title, and the beginning of the error. */
export function readFailures(run: string, file: string): string[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const failure: Failure = JSON.parse(line);
    const error = failure.error.split('\n').slice(0, MOST_LINES);
    return [`Suites ${run}, ${failure.file}`, `  ${failure.title}`, ...indented(error)].join('\n');
  });
}

/** The same of a run in which no test failed by name: it crashed, or something else than a test failed. */
export function failureOfRun(run: string, how: string, output: string): string {
  const last = output.trimEnd().split('\n').slice(-LAST_LINES);
  return [`Suites ${run}: ${how}, and no test failed. Its last lines:`, ...indented(last)].join('\n');
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `    ${line}`);
}
