/** A change of a factor by which nothing is lost. It can be taken back for a minute, in the session that made it. */

/** Milliseconds. */
export const UNDO_MS = 60_000;

export interface Undo {
  /** The id of this change. The form that takes it back belongs to it. */
  readonly id: string;
  readonly kind: 'renamed' | 'default';
  /** The renamed factor. Null for a change of the default. */
  readonly factorId: string | null;
  /** The name, or the id of the default factor, before the change. Null: there was no default. */
  readonly before: string | null;
  /** The same after the change. A later change is not taken back. */
  readonly after: string | null;
}

/** A stored value. Null for one that has another shape: that change can't be taken back. */
export function readUndo(value: unknown): Undo | null {
  if (typeof value !== 'object' || value === null) return null;
  const { id, kind, ...texts } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || (kind !== 'renamed' && kind !== 'default')) return null;
  const [factorId, before, after] = [texts.factorId, texts.before, texts.after].map((text) => text ?? null);
  const isText = (text: unknown): text is string | null => text === null || typeof text === 'string';
  if (!isText(factorId) || !isText(before) || !isText(after)) return null;
  return { id, kind, factorId, before, after };
}
