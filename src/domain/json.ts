/** JSON, read without trusting that a release of ours wrote it. */

/** What is malformed is null, never an exception. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON object; anything else is null. */
export function readObject(text: string): Record<string, unknown> | null {
  const value = readJson(text);
  return isObject(value) ? value : null;
}
