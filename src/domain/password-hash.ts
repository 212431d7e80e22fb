/** The cost of argon2id hashes (RFC 9106), as memory in KiB times passes. */

/** The cost of the hashes that the product makes: 19 MiB, two passes. */
export const HASH_COST = 19_456 * 2;

/** The cost of the most expensive hash that is imported: eight times that. */
export const MOST_HASH_COST = HASH_COST * 8;

/**
 * The memory of the most expensive hash, in KiB: 100 MiB, as Django has by default. The system takes long to give
 * more, and a refusal would tell by its time that the account exists.
 */
export const MOST_HASH_MEMORY = 102_400;

/** Whether a PHC string asks for more work or memory than a sign-in may cost. */
export function isTooDear(phc: string): boolean {
  const [, memory, passes] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),/.exec(phc) ?? [];
  return Number(memory) > MOST_HASH_MEMORY || Number(memory) * Number(passes) > MOST_HASH_COST;
}
