/** Counts the factors of a store, and those that its keys cannot read. */
import { enrolmentPurpose } from '../../domain/enrolment/enrolment.ts';
import type { ReencryptableEnrolments } from '../../ports/keys.ts';
import type { Cipher } from '../../ports/system.ts';

interface ReadableFactorsDeps {
  readonly enrolments: Pick<ReencryptableEnrolments, 'pageOfSecrets'>;
  readonly cipher: Pick<Cipher, 'tryDecrypt'>;
}

const PAGE = 500;

/** Factors that keep no secret, as codes by mail, are left out. */
export async function countFactors({
  enrolments,
  cipher,
}: ReadableFactorsDeps): Promise<{ readonly factors: number; readonly unreadable: number }> {
  let factors = 0;
  let unreadable = 0;
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof enrolments.pageOfSecrets>> = await enrolments.pageOfSecrets(
      after,
      PAGE,
    );
    factors += page.length;
    unreadable += page.filter(
      (each) => cipher.tryDecrypt(each.secret, enrolmentPurpose(each)) === null,
    ).length;
    after = page.length === PAGE ? (page.at(-1)?.id ?? null) : null;
  } while (after !== null);
  return { factors, unreadable };
}
