/** Removals that must win beside updates of the same document. */

/** The id of a document, with fields of it that never change. */
type Those = { readonly _id: string; readonly [field: string]: string };

interface Removing {
  deleteOne(those: Those): PromiseLike<{ readonly deletedCount: number }>;
  deleteMany(those: Those): PromiseLike<{ readonly deletedCount: number }>;
}

/**
 * Removes one document. True for one of several callers.
 *
 * The driver repeats `deleteOne` alone after a fail-over. A server may let it miss a document that an update stores anew
 * at that moment, so `deleteMany` looks again. `findOneAndDelete` is no substitute: FerretDB tells several callers that
 * they removed the document (measured).
 */
export async function removed(model: Removing, those: Those): Promise<boolean> {
  const { deletedCount } = await model.deleteOne(those);
  return deletedCount > 0 || (await model.deleteMany(those)).deletedCount > 0;
}
