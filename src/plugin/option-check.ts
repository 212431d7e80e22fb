/** Says at once what is wrong with what a host says: every fault by its name, and nothing of what was given. */
import { z } from 'zod';

/**
 * Makes a check that throws a TypeError with every fault on a line of its own.
 *
 * @example const check = createOptionCheck('embedded', z.strictObject({ dataDir: z.string() }));
 */
export function createOptionCheck(whose: string, shape: z.ZodType): (given: unknown) => void {
  return (given) => {
    const faults = shape.safeParse(given).error?.issues ?? [];
    if (faults.length === 0) return;
    const lines = faults.map(({ path, message }) => `  ${path.join('.') || 'options'}: ${message}`);
    throw new TypeError(`${whose} can't work with these options:\n${lines.join('\n')}`);
  };
}

export const act = z.custom((value) => typeof value === 'function', 'must be a function');

/** Something of the host's own, or that another function made: as what it is used, it must be able to do. */
export function having(...methods: readonly string[]) {
  const missing = (value: object) => methods.filter((name) => typeof Reflect.get(value, name) !== 'function');
  return z.unknown().superRefine((value, { addIssue }) => {
    const isObject = typeof value === 'object' && value !== null;
    if (value instanceof Promise) addIssue({ code: 'custom', message: 'is a promise still: await it' });
    else if (!isObject) addIssue({ code: 'custom', message: `must be an object with ${called(methods)}` });
    else if (missing(value).length > 0)
      addIssue({ code: 'custom', message: `has no ${called(missing(value))}` });
  });
}

function called(methods: readonly string[]): string {
  return methods.map((name) => `${name}()`).join(', ');
}
