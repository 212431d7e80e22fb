/** Collects the faults of a configuration, so that one run lists all of them. */

export type Path = readonly (string | number)[];

export interface Fault {
  /** As in `tenants[1].second_factor.methods[0]`, or the name of an environment variable. */
  readonly path: string;
  /** The line in the file, from 1; null for a value that is not from the file. */
  readonly line: number | null;
  readonly message: string;
}

/** The refusal of a configuration. Its message is the list of faults, without secrets. */
export class ConfigFaults extends Error {
  override name = 'ConfigFaults';
  readonly faults: readonly Fault[];

  constructor(source: string, faults: readonly Fault[]) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    // In the order of the file, so that people can read the list beside it.
    const sorted = faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
    super([`${source} has ${count}:`, ...sorted.map(faultLine)].join('\n'));
    this.faults = sorted;
  }
}

/** The checks add their faults and warnings here. */
export class Findings {
  readonly #faults: Fault[] = [];
  readonly #warnings: string[] = [];
  readonly #locate: (path: Path) => Pick<Fault, 'path' | 'line'>;

  constructor(locate: (path: Path) => Pick<Fault, 'path' | 'line'>) {
    this.#locate = locate;
  }

  fault(path: Path, message: string): void {
    this.#faults.push({ ...this.#locate(path), message });
  }

  warn(message: string): void {
    this.#warnings.push(message);
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }
}

export function pathText(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    if (!/^[\w-]+$/.test(step)) return `${text}[${quoted(step)}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}

/** A key or an id of the file on one line, without control characters. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text).replaceAll('\u007f', '\\u007f');
}

function faultLine({ path, line, message }: Fault): string {
  const where = line === null ? '' : `line ${line}: `;
  return `  ${where}${path === '' ? '' : `${path}: `}${message}`;
}
