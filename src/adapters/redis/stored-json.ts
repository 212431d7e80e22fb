/** Reads JSON without trusting it. */

/** What is malformed is null, never an exception. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
