/** The people of the tests that kill: each needs one sign-in that nobody has disturbed before. */
import { createPasswordHasher } from '../../../src/adapters/system/password-hasher.ts';
import { PASSWORD, type Yaml } from '../../support/app.ts';
import type { Page } from '../../support/pages/page.ts';

/** More than the requests of a suite have writes: each write is the last one of one sign-in. */
const PEOPLE = 64;

export function emails(): string[] {
  return Array.from({ length: PEOPLE }, (_, number) => `person${number}@strict.test`);
}

/** All with one password, hashed once, and with these factors. */
export async function people(factors: readonly Yaml[]): Promise<Yaml> {
  const password_hash = await createPasswordHasher({ concurrency: 1, queueLimit: 1 }).hash(PASSWORD);
  const accounts = emails().map((email) => ({
    email,
    tenant: 'strict',
    name: email,
    password_hash,
    factors,
  }));
  return { accounts };
}

/** Whether an answer leads to the relying party with an authorization code. */
export function hasCode({ location }: Page): boolean {
  return location?.includes('code=') ?? false;
}
