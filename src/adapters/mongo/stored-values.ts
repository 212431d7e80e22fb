/** Makes ids of several parts, and reads stored values without trusting their form. */

/** Different parts give different ids, whatever stands in them. */
export function idOf(...parts: readonly (string | number)[]): string {
  return JSON.stringify(parts);
}

export function readStrings(value: unknown): string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
}

export function dateOf(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}
