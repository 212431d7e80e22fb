/** A logo is a picture by its bytes, whatever its name says. */
import { mkdirSync } from 'node:fs';
import { expect } from 'chai';
import { configFolder } from './config-file.ts';

const PNG = '\x89PNG\r\n\x1a\n';

const PICTURES = [
  ['PNG', PNG],
  ['JPEG', '\xff\xd8\xff\xe0'],
  ['WebP', 'RIFF\x10\n\x00\x00WEBPVP8 '],
] as const;

const OTHERS = [
  [
    'SVG',
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    /not a PNG, JPEG or WebP/,
  ],
  ['GIF', 'GIF89a', /not a PNG, JPEG or WebP/],
  ['sound', 'RIFF\x10\x00\x00\x00WAVEfmt ', /not a PNG, JPEG or WebP/],
  ['nothing', '', /not a PNG, JPEG or WebP/],
  ['half a signature', '\x89PNG', /not a PNG, JPEG or WebP/],
  ['too much', PNG + 'x'.repeat(512 * 1024), /larger than 512 KiB/],
] as const;

describe('a logo [A91]', () => {
  const folder = configFolder();
  const yaml = 'tenants:\n  - id: acme\n    brand: { logo: logo.png }';

  for (const [kind, bytes] of PICTURES) {
    it(`may be ${kind}`, () => {
      folder.write('logo.png', Buffer.from(bytes, 'latin1'));
      expect(folder.load(yaml).tenants[0]?.brand.logo).to.equal(folder.path('logo.png'));
    });
  }

  for (const [kind, bytes, message] of OTHERS) {
    it(`may not be ${kind}`, () => {
      folder.write('logo.png', Buffer.from(bytes, 'latin1'));
      const [fault] = folder.faults(yaml);
      expect(fault).to.include({ path: 'tenants[0].brand.logo', line: 3 });
      expect(fault?.message).to.match(message);
    });
  }

  it('must exist and be a file', () => {
    expect(folder.faults(yaml)[0]?.message).to.equal('cannot be read (ENOENT)');
    mkdirSync(folder.path('logo.png'));
    expect(folder.faults(yaml)[0]?.message).to.equal('cannot be read as a file');
  });
});
