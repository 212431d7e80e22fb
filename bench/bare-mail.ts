/** The codes by mail of the bare provider: a digest of the newest one, kept under its account for as long as it is good. */
import { randomBytes } from 'node:crypto';
import type { Stores } from '../src/compose/parts.ts';
import type { Account } from '../src/domain/account.ts';
import { newSentCode } from '../src/domain/sign-in/challenge.ts';
import type { Cipher, Clock } from '../src/ports/system.ts';

interface BareMailDeps {
  readonly stores: Pick<Stores, 'providerShortLived' | 'outbox'>;
  readonly cipher: Pick<Cipher, 'digest'>;
  readonly clock: Clock;
}

const MODEL = 'MailedCode';
/** As in the product. */
const LIFETIME_MS = 90_000;

export function createBareMail({
  stores: { providerShortLived: kept, outbox },
  cipher,
  clock,
}: BareMailDeps) {
  const digestOf = (accountId: string, code: string) => cipher.digest(`${accountId}|${code}`, 'bare-code');

  async function send({ id, email }: Account): Promise<void> {
    const code = newSentCode(randomBytes);
    const now = clock.now();
    await kept.upsert(MODEL, id, { digest: digestOf(id, code) }, now + LIFETIME_MS);
    const text = `Your code to sign in is ${code}.\n`;
    await outbox.append(
      { channel: 'email', to: email, subject: `${code} is your code`, text, html: null },
      now,
    );
  }

  /** True once for each code. */
  async function check(accountId: string, typed: string): Promise<boolean> {
    const found = await kept.find(MODEL, accountId, clock.now());
    return found?.digest === digestOf(accountId, typed) && (await kept.destroy(MODEL, accountId));
  }

  return { send, check };
}
