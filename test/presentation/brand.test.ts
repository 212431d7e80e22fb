import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { brandStyle, contrast, logoOf, SURFACES } from '../../src/presentation/brand.ts';

const colour = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255))
  .map((rgb) => `#${rgb.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`);

/** The three properties per scheme, light first. */
function values(style: string | null): string[] {
  return [...(style ?? '').matchAll(/:(#[0-9a-f]{6})[;}]/g)].map(([, value = '']) => value);
}

describe('a tenant’s colour', () => {
  it('has its contrast measured by the WCAG formula', () => {
    expect(contrast('#000000', '#ffffff')).to.equal(21);
    expect(contrast('#777777', '#ffffff')).to.be.closeTo(4.48, 0.005);
    expect(contrast('#ffffff', '#767676')).to.be.closeTo(4.54, 0.005);
  });

  it('is readable as text and as a background in both schemes, whatever it is', () => {
    fc.assert(
      fc.property(colour, (hex) => {
        const [accent = '', onAccent = '', inLight = '', , , inDark = ''] = values(brandStyle(hex));
        expect(accent).to.equal(hex);
        expect(contrast(onAccent, accent)).to.be.at.least(4.5);
        expect(contrast(inLight, SURFACES.light)).to.be.at.least(4.5);
        expect(contrast(inDark, SURFACES.dark)).to.be.at.least(4.5);
      }),
      { numRuns: 500 },
    );
  });

  it('is unchanged where it is readable already', () => {
    expect(values(brandStyle('#0B5D68'))[2]).to.equal('#0b5d68');
  });

  it('is measured against the surface with the lower contrast in each scheme of the stylesheet', () => {
    const css = readFileSync(new URL('../../views/assets/doublelock.css', import.meta.url), 'utf8');
    const [light = '', dark = ''] = css.split('prefers-color-scheme: dark', 2);
    const surfaces = (text: string) => {
      const all = ['paper', 'surface', 'sunken'].map((name) => customProperty(text, name));
      return [...all, crossing(all[0] ?? '', customProperty(text, 'arch'))];
    };
    const hardest = (text: string, against: string) =>
      surfaces(text).sort((a, b) => contrast(a, against) - contrast(b, against))[0];
    expect(hardest(light, '#000000')).to.equal(SURFACES.light);
    expect(hardest(dark, '#ffffff')).to.equal(SURFACES.dark);
  });

  function customProperty(css: string, property: string): string {
    return new RegExp(`--${property}: ([^;]+);`).exec(css)?.[1] ?? '';
  }

  /** Gives the colour at the crossing of two arches over the paper. */
  function crossing(paper: string, arch: string): string {
    const [, red = 0, green = 0, blue = 0, percent = 0] = (
      /^rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)$/.exec(arch) ?? []
    ).map(Number);
    const shown = [red, green, blue].map((over, index) => {
      const under = Number.parseInt(paper.slice(1 + 2 * index, 3 + 2 * index), 16);
      return Math.round(over + (under - over) * (1 - percent / 100) ** 2);
    });
    return `#${shown.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
  }

  it('is ignored unless it is six hexadecimal digits [A91]', () => {
    for (const value of [
      null,
      '',
      'red',
      '#fff',
      '#12345g',
      '#000000;}body{display:none',
      '</style>',
      '#0000000',
    ])
      expect(brandStyle(value), String(value)).to.equal(null);
  });
});

describe('a tenant’s logo', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'doublelock-brand-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  function logo(body: Buffer | string, name = 'logo.png') {
    const path = join(folder, name);
    writeFileSync(path, body);
    return logoOf({ brand: { logo: path, colour: null } });
  }

  it('is a PNG, JPEG or WebP by its first bytes', () => {
    expect(logo(Buffer.from('89504e470d0a1a0a0000', 'hex'))?.type).to.equal('image/png');
    expect(logo(Buffer.from('ffd8ffe000104a464946', 'hex'))?.type).to.equal('image/jpeg');
    expect(logo(Buffer.from('RIFF\u0001\u0002\u0003\u0004WEBPVP8 '))?.type).to.equal('image/webp');
  });

  it('is never an SVG, whatever the name of the file [A91]', () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    expect(logo(svg, 'logo.png')).to.equal(null);
    expect(logo(svg, 'logo.svg')).to.equal(null);
    expect(logo('')).to.equal(null);
    expect(logo('RIFF....WAVE')).to.equal(null);
    expect(logo('GIF89a')).to.equal(null);
  });

  it('is null when the tenant has none', () => {
    expect(logoOf({ brand: { logo: null, colour: null } })).to.equal(null);
  });
});
