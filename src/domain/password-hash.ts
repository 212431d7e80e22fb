/** The cost of argon2id hashes (RFC 9106), as memory in KiB times passes. */

/** The cost of the hashes that the product makes: 19 MiB, two passes. */
export const HASH_COST = 19_456 * 2;

/** The cost of the most expensive hash that is imported: eight times that. */
export const MOST_HASH_COST = HASH_COST * 8;

/** The cost of a PHC string. Null for another kind of hash. */
export function hashCostOf(phc: string): number | null {
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),/.exec(phc) ?? [];
  return memory === undefined ? null : Number(memory) * Number(passes);
}
