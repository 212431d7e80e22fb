/** The shape of the plugin's options, read from their zod schema by way of JSON Schema. */
import { z } from 'zod';

/** JSON Schema with the metadata of `src/plugin/options/`. */
export interface Shape {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly enum?: readonly unknown[];
  readonly additionalProperties?: Shape | false;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly default?: unknown;
  /** TypeScript of a value that JSON Schema can't describe. */
  readonly typescript?: string;
  /** The name of the published interface. */
  readonly interface?: string;
  /** The default in words, for one that is computed. */
  readonly fallback?: string;
}

/** The input's side: an option with a default may be left out. */
export function shapeOf(schema: z.ZodType): Shape {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape;
}

/** The shape without null, and whether null is allowed. */
export function nonNull(shape: Shape): { readonly shape: Shape; readonly isNullable: boolean } {
  if (shape.typescript !== undefined) return { shape, isNullable: false };
  const branch = shape.anyOf?.find(({ type }) => type !== 'null');
  if (shape.anyOf && branch) return { shape: branch, isNullable: true };
  if (!Array.isArray(shape.type)) return { shape, isNullable: false };
  const [type] = shape.type.filter((one) => one !== 'null');
  return { shape: { ...shape, type }, isNullable: true };
}

/** The default as code or in words; null when there is none to show. */
export function defaultOf({ fallback, default: value }: Shape): string | null {
  if (fallback !== undefined) return fallback;
  if (value === undefined || JSON.stringify(value) === '{}') return null;
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
