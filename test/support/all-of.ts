/** Collects the parts of a result that come one after the other. */

export async function allOf<T>(parts: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const part of parts) found.push(part);
  return found;
}
