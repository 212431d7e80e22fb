/** Reads JSON that another release may have written. */

/** Null for malformed text, and for none: most columns are empty, and an exception for each costs time. Never throws. */
export function readJson(text: string | null | undefined): unknown {
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON object. Null for any other value. */
export function readObject(text: string): Record<string, unknown> | null {
  const value = readJson(text);
  return isObject(value) ? value : null;
}
