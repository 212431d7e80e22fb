import { expect } from 'chai';
import fc from 'fast-check';
import { paragraphs, webAddress } from '../../src/presentation/plain-text.ts';

describe('plain text', () => {
  const hrefs = (text: string) =>
    paragraphs(text)
      .flat()
      .flatMap(({ href }) => href ?? []);

  it('is split into paragraphs at empty lines, and its URLs become links [1.3]', () => {
    expect(paragraphs('Why?\nSee https://acme.test/why.\n \n\nBye')).to.deep.equal([
      [
        { text: 'Why?\nSee ', href: null },
        { text: 'https://acme.test/why', href: 'https://acme.test/why' },
        { text: '.', href: null },
      ],
      [{ text: 'Bye', href: null }],
    ]);
  });

  it('excludes the punctuation around a URL from the link', () => {
    expect(hrefs('(https://a.test/x), <https://b.test/?q=1&r=2> "https://c.test"!')).to.deep.equal([
      'https://a.test/x',
      'https://b.test/?q=1&r=2',
      'https://c.test',
    ]);
  });

  it('links to http and https URLs only [A91]', () => {
    expect(hrefs('javascript:alert(1) data:text/html,x JAVASCRIPT://https://a"b')).to.deep.equal([
      'https://a',
    ]);
    for (const value of [null, 'javascript:alert(1)', '//evil.test', ' https://a.test', 'ftp://a.test', ''])
      expect(webAddress(value)).to.equal(null);
    expect(webAddress('HTTPS://a.test')).to.equal('HTTPS://a.test');
  });

  it('keeps every word of any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const shown = paragraphs(text)
          .flat()
          .map((piece) => piece.text)
          .join('');
        expect(shown.replace(/\s/g, '')).to.equal(text.replace(/\s/g, ''));
      }),
    );
  });
});
