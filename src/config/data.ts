/** Reads and changes unchecked plain data. Every change returns a copy. */
import type { Path } from './faults.ts';

export type Data = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (isMap(at)) return at[step];
    return Array.isArray(at) && typeof step === 'number' ? at[step] : undefined;
  }, data);
}

/** Creates the maps that are missing on the way. A value that is no map stays, so that the schema finds it. */
export function withValue(data: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(data) && typeof step === 'number') {
    return data.map((item, index) => (index === step ? withValue(item, rest, value) : item));
  }
  const map = data === undefined ? {} : data;
  return isMap(map) ? { ...map, [step]: withValue(map[step], rest, value) } : data;
}

/** Applies `change` to every value that the pattern names. `*` stands for each item of a list. */
export function mapAt(
  data: unknown,
  pattern: readonly string[],
  change: (value: unknown, path: Path) => unknown,
  path: Path = [],
): unknown {
  const [step, ...rest] = pattern;
  if (step === undefined) return change(data, path);
  if (step === '*') {
    return Array.isArray(data)
      ? data.map((item, index) => mapAt(item, rest, change, [...path, index]))
      : data;
  }
  if (!isMap(data) || !Object.hasOwn(data, step)) return data;
  return { ...data, [step]: mapAt(data[step], rest, change, [...path, step]) };
}
