/** Reads the starts of the graces of many accounts. */
import { type GraceStarts, graceKeyOf } from '../../domain/policy/grace.ts';
import { minimumsTo } from '../../domain/policy/minimum.ts';
import type { Minimum } from '../../domain/tenant.ts';
import type { AdministrationStore } from '../../ports/administration/administration-store.ts';

/** By account. `highest`: the highest minimum that any of them has to meet. */
export async function readGraceStarts(
  administration: Pick<AdministrationStore, 'valuesOf'>,
  accountIds: readonly string[],
  highest: Minimum,
): Promise<ReadonlyMap<string, GraceStarts>> {
  const minimums = minimumsTo(highest);
  const found = await Promise.all(
    minimums.map((minimum) => administration.valuesOf(accountIds.map((id) => graceKeyOf(id, minimum)))),
  );
  const startsOf = (id: string): GraceStarts =>
    Object.fromEntries(
      minimums.flatMap((minimum, index) => {
        const at = found[index]?.get(graceKeyOf(id, minimum));
        return at === undefined ? [] : [[minimum, Number(at)]];
      }),
    );
  return new Map(accountIds.map((id) => [id, startsOf(id)]));
}
