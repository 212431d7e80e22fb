/** The bars of a stacked chart, as the shapes of an SVG. */
import { stack } from 'd3-shape';

export interface Bar {
  /** The name of its series. */
  readonly series: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface StackedBars {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly Bar[];
  /** The middle of each column, where its label stands. */
  readonly middles: readonly number[];
  /** The value at the top of the chart. */
  readonly top: number;
}

const COLUMN = 60;
const GAP = 16;
const HEIGHT = 160;

/** One column for each row of values, and one part of it for each series that is not 0. */
export function stackedBars<Series extends string>(
  series: readonly Series[],
  rows: readonly Readonly<Record<Series, number>>[],
): StackedBars {
  const top = Math.max(1, ...rows.map((row) => series.reduce((sum, each) => sum + row[each], 0)));
  const yOf = (value: number) => Math.round((1 - value / top) * HEIGHT * 100) / 100;
  const stacked = stack<Readonly<Record<Series, number>>, Series>().keys([...series])([...rows]);
  const bars = stacked.flatMap((parts) =>
    parts.flatMap(([from, to], column): Bar[] => {
      if (to <= from) return [];
      const x = column * COLUMN + GAP / 2;
      return [{ series: parts.key, x, y: yOf(to), width: COLUMN - GAP, height: yOf(from) - yOf(to) }];
    }),
  );
  const middles = rows.map((_, column) => (column + 0.5) * COLUMN);
  return { width: rows.length * COLUMN, height: HEIGHT, bars, middles, top };
}
