/** Reads options by a schema. Every fault is reported at once by its name; no value that was given is printed. */
import { z } from 'zod';

/**
 * Makes a reader that fills in the defaults, and throws a TypeError with every fault on a line of its own.
 *
 * @example const read = createOptionReader('embedded', z.strictObject({ dataDir: z.string() }));
 */
export function createOptionReader<S extends z.ZodType>(
  name: string,
  schema: S,
): (given: unknown) => z.output<S> {
  return (given) => {
    const { data, error } = schema.safeParse(given);
    if (!error) return data;
    const lines = error.issues.map(({ path, message }) => `  ${path.join('.') || 'options'}: ${message}`);
    throw new TypeError(`${name} can't work with these options:\n${lines.join('\n')}`);
  };
}

/** A schema that carries the TypeScript of its values: functions and objects of a host have no JSON Schema. */
export function typed<S extends z.ZodType>(typescript: string, schema: S): S {
  return schema.meta({ typescript });
}

export const text = z.string().min(1, 'is empty');

/** `typescript` names `T` for the published interface; a test holds the two together. */
export function callback<T>(typescript: string) {
  return typed(
    typescript,
    z.custom<T>((value) => typeof value === 'function', 'must be a function'),
  );
}

/** An object with these methods, made by the host or by another function of this package. */
export function having<T>(typescript: string, ...methods: readonly string[]) {
  const missing = (value: object) => methods.filter((name) => typeof Reflect.get(value, name) !== 'function');
  const faultOf = (value: unknown): string | null => {
    if (value instanceof Promise) return 'is a promise still: await it';
    if (typeof value !== 'object' || value === null) return `must be an object with ${called(methods)}`;
    return missing(value).length > 0 ? `has no ${called(missing(value))}` : null;
  };
  const schema = z.custom<T>().superRefine((value, { addIssue }) => {
    const message = faultOf(value);
    if (message !== null) addIssue({ code: 'custom', message });
  });
  return typed(typescript, schema);
}

function called(methods: readonly string[]): string {
  return methods.map((name) => `${name}()`).join(', ');
}
