/** The cost of argon2id hashes (RFC 9106), as memory in KiB times passes. */

/** The hashes that the product makes: 19 MiB in KiB, two passes. */
export const OWN_HASH = { memory: 19_456, passes: 2 };
export const HASH_COST = OWN_HASH.memory * OWN_HASH.passes;

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
