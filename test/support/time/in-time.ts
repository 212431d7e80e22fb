/** A limit that a busy machine cannot break: it stands in the same event loop as what it is held against. */

/**
 * Whether `work`, begun just now, ends before a timer of so many milliseconds, however it ends. The loop runs timers in
 * the order in which they are due: where it is late, it is late for both, and whoever waited shorter is still the first.
 */
export async function endsWithin(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
  }, milliseconds);
  await work.then(
    () => {},
    () => {},
  );
  clearTimeout(timer);
  return !isLate;
}
