/** Reads a day or a time that a person typed, in the time zone of a tenant. */

/** Milliseconds since the epoch: the first one of what was typed, and the first one after it. */
export interface TypedTime {
  readonly begin: number;
  readonly end: number;
}

const SHAPE =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * A day as `2026-11-30`, or a time as `2026-11-30 14:05`, with seconds or an offset (RFC 3339) where they are stated. Null
 * for any other text, and for a day that no calendar has. An hour that a clock shows twice begins at its first time and
 * ends at its second.
 */
export function readLocalTime(typed: string, timeZone: string): TypedTime | null {
  const found = SHAPE.exec(typed.trim());
  if (!found) return null;
  const [, year, month, day, hour, minute, second, offset] = found;
  const wall = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
  );
  if (wallText(wall) !== `${year}-${month}-${day} ${two(hour)}:${minute ?? '00'}:${second ?? '00'}`)
    return null;
  const unit = hour === undefined ? DAY_MS : second === undefined ? MINUTE_MS : 1000;
  if (offset !== undefined) {
    const shift = offsetMs(offset);
    return shift === null ? null : { begin: wall - shift, end: wall - shift + unit };
  }
  const ends = momentsOf(wall + unit, timeZone);
  return { begin: Math.min(...momentsOf(wall, timeZone)), end: Math.max(...ends) };
}

function two(digits: string | undefined): string {
  return (digits ?? '').padStart(2, '0');
}

function wallText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

function offsetMs(text: string): number | null {
  if (/^z$/i.test(text)) return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS);
}

/** The moments at which clocks of the zone show this time: two in autumn. One in spring, for a time that they skip. */
function momentsOf(wall: number, timeZone: string): readonly number[] {
  const offsets = [wall - DAY_MS, wall + DAY_MS].map((ms) => zoneOffset(ms, timeZone));
  const moments = offsets.map((offset) => wall - offset);
  const shown = moments.filter((ms) => ms + zoneOffset(ms, timeZone) === wall);
  // Skipped: the offset of before leads to the time after the gap.
  return shown.length > 0 ? shown : moments.slice(0, 1);
}

/** By how much clocks of the zone are ahead of UTC. */
function zoneOffset(ms: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(ms);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((each) => each.type === type)?.value);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(ms / 1000) * 1000;
}

/** Making one takes longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

/** The day that clocks of the zone show, as `2026-11-30`. */
export function localDay(ms: number, timeZone: string): string {
  return wallText(Math.floor(ms / 1000) * 1000 + zoneOffset(ms, timeZone)).slice(0, 10);
}
