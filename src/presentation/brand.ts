/** Turns a tenant's colour and logo into a small readable stylesheet and a checked image. */
import { readFileSync } from 'node:fs';
import type { Tenant } from '../domain/tenant.ts';

/**
 * The backgrounds of `views/assets/doublelock.css` with the least contrast, per colour scheme. Each is the point
 * where the two arches behind the page cross.
 */
export const SURFACES = { light: '#dce5e4', dark: '#192221' } as const;

/** WCAG 2.2, 1.4.3, for text. */
const TEXT_CONTRAST = 4.5;

type Rgb = readonly [number, number, number];

function parse(hex: string): Rgb | null {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (digits === null) return null;
  const [red = 0, green = 0, blue = 0] = digits.slice(1).map((pair) => Number.parseInt(pair, 16));
  return [red, green, blue];
}

/** WCAG 2.2, "relative luminance". */
function luminance(rgb: Rgb): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, "contrast ratio": 1 to 21. */
export function contrast(a: string, b: string): number {
  const [one, other] = [parse(a), parse(b)];
  if (one === null || other === null) throw new TypeError('a colour is #rrggbb');
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function hex(rgb: Rgb): string {
  return `#${rgb.map((channel) => Math.round(channel).toString(16).padStart(2, '0')).join('')}`;
}

/** Returns the colour, mixed with as little black or white as makes it readable on the surface. */
function readableOn(surface: string, [red, green, blue]: Rgb, towards: 0 | 255): string {
  for (let share = 0; share < 1; share += 0.04) {
    const mix = (channel: number): number => channel + (towards - channel) * share;
    const candidate = hex([mix(red), mix(green), mix(blue)]);
    if (contrast(candidate, surface) >= TEXT_CONTRAST) return candidate;
  }
  return hex([towards, towards, towards]);
}

/** A colour and its companions, each as a computed #rrggbb. */
export interface BrandColours {
  readonly accent: string;
  /** The colour of text on the accent. */
  readonly onAccent: string;
  /** The accent as the colour of text and lines, per colour scheme. */
  readonly ink: { readonly light: string; readonly dark: string };
}

/** Null for an invalid colour. */
export function brandColours(colour: string | null): BrandColours | null {
  const rgb = colour === null ? null : parse(colour);
  if (rgb === null) return null;
  const accent = hex(rgb);
  return {
    accent,
    onAccent: contrast(accent, '#ffffff') >= contrast(accent, '#000000') ? '#ffffff' : '#000000',
    ink: { light: readableOn(SURFACES.light, rgb, 0), dark: readableOn(SURFACES.dark, rgb, 255) },
  };
}

/** Custom properties for the tenant's colour. Null without one. They contain computed #rrggbb values only. */
export function brandStyle(colour: string | null): string | null {
  const colours = brandColours(colour);
  if (colours === null) return null;
  const { accent, onAccent, ink } = colours;
  const scheme = (messenger: string): string =>
    `:root{--accent:${accent};--on-accent:${onAccent};--accent-ink:${messenger}}`;
  return `${scheme(ink.light)}\n@media (prefers-color-scheme:dark){${scheme(ink.dark)}}\n`;
}

export interface Logo {
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp';
  readonly body: Buffer;
}

/** Decides by the first bytes and not by the name. SVG is refused, because it can carry a script. */
function imageType(body: Buffer): Logo['type'] | null {
  if (body.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))) return 'image/png';
  if (body.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex'))) return 'image/jpeg';
  const container = `${body.toString('latin1', 0, 4)}${body.toString('latin1', 8, 12)}`;
  return container === 'RIFFWEBP' ? 'image/webp' : null;
}

/** The tenant's logo. Null when it has none, or when the file is not a PNG, JPEG or WebP image. */
export function logoOf({ brand }: Pick<Tenant, 'brand'>): Logo | null {
  if (brand.logo === null) return null;
  const body = readFileSync(brand.logo);
  const type = imageType(body);
  return type === null ? null : { type, body };
}
