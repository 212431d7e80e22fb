import { expect } from 'chai';
import {
  endOfPrefix,
  searchEmailText,
  searchText,
  searchTextsOf,
} from '../../../src/domain/administration/search-text.ts';

describe('the text of a search', () => {
  it('has no capitals, accents, compatibility forms, and spaces around it', () => {
    for (const [typed, text] of [
      ['  Ren\u00e9e ', 'renee'],
      ['\u00c5ngstr\u00f6m', 'angstrom'],
      ['A\u030angstro\u0308m', 'angstrom'],
      ['\u0130stanbul', 'istanbul'],
      ['\uff22\uff4f\uff42', 'bob'],
      ['\ufb01nn', 'finn'],
      ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3'],
      ['%_*', '%_*'],
      ['\u0301', ''],
      ['', ''],
    ] as const)
      expect(searchText(typed), typed).to.equal(text);
  });

  it('stays as it is when it is spelled again, and begins with the text of its own beginning', () => {
    const name = '\u00c9va \u039f\u03a3 \u0130z \u{1f512} M\u00fcller';
    const spelled = searchText(name);
    expect(searchText(spelled)).to.equal(spelled);
    const characters = [...name];
    for (const length of characters.keys()) {
      const begun = searchText(characters.slice(0, length).join(''));
      expect(spelled.startsWith(begun), begun).to.equal(true);
    }
  });

  it('is cut at 100 characters, and at no half of one', () => {
    expect(searchText('x'.repeat(300))).to.equal('x'.repeat(100));
    expect(searchText('\u{1f512}'.repeat(300))).to.equal('\u{1f512}'.repeat(100));
    expect(searchText(`x${'\u{1f512}'.repeat(300)}`)).to.equal(`x${'\u{1f512}'.repeat(99)}`);
  });

  it('is spelled in a moment, however many marks follow each other', () => {
    const begun = performance.now();
    searchText(`a${'\u0301\u0316'.repeat(1_000_000)}`);
    expect(performance.now() - begun).to.be.below(500);
  });
});

describe('the texts that a person is found by', () => {
  it('are those of the name and the family name, and of an address that is not searched for as it is', () => {
    const plain = { name: 'Ren\u00e9e', familyName: 'Bos', email: 'r@acme.test' };
    expect(searchTextsOf(plain)).to.deep.equal({ name: 'renee', familyName: 'bos', email: null });
    const accented = { name: '', familyName: null, email: 'ren\u00e9e@xn--bcher-kva.test' };
    const email = 'renee@bucher.test';
    expect(searchTextsOf(accented)).to.deep.equal({ name: '', familyName: null, email });
    expect(searchEmailText(`${'x'.repeat(200)}@acme.test`)).to.equal(null);
  });

  it('lie before the end of their first characters', () => {
    for (const text of ['bob', 'bo\uffff', 'bo\u{1f512}'])
      expect(Buffer.compare(Buffer.from(text), Buffer.from(endOfPrefix('bo'))), text).to.equal(-1);
  });
});
