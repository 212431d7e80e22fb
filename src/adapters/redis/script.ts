/** A Lua script, which Redis runs as one act. Redis knows it by its digest after the first call. */
import { createHash } from 'node:crypto';

export interface Script {
  readonly text: string;
  /** SHA-1 in hexadecimal, as `EVALSHA` wants it. */
  readonly sha: string;
}

/**
 * `refusable`: a full server refuses it before it begins, so that nothing is half done or left uncounted. `always`: it
 * takes things away, or next to nothing, and is run on a full server too (https://redis.io/docs/latest/develop/programmability/lua-api/).
 */
export function createScript(whenFull: 'refusable' | 'always', lua: string): Script {
  const text = `#!lua${whenFull === 'always' ? ' flags=allow-oom' : ''}\n${lua}`;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
