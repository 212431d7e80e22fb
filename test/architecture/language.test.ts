/** The language rule finds long and riddling sentences, and lets plain ones pass. */
import { expect } from 'chai';
import { languageFaults } from './language.ts';
import { parseSource } from './source.ts';

function faultsOf(comment: string): string[] {
  return languageFaults([parseSource('src/domain/any.ts', `/** ${comment} */\nexport const any = 1;`)]);
}

describe('the rule about the language of comments', () => {
  it('accepts short sentences that open with their subject', () => {
    expect(faultsOf('Reads the code of the form. Throws when the body is too large.')).to.deep.equal([]);
    expect(faultsOf('Whether the browser has signed in before.')).to.deep.equal([]);
  });

  it('finds a sentence of more than 25 words', () => {
    expect(faultsOf(`${'word '.repeat(26).trim()}.`)).to.have.lengthOf(1);
    expect(faultsOf(`${'word '.repeat(25).trim()}.`)).to.deep.equal([]);
  });

  it('finds a clause in the place of a subject, in any sentence of the comment', () => {
    for (const opening of [
      'Who asks is told.',
      'What is kept stays.',
      'Of two the first wins.',
      'Where it ends.',
    ])
      expect(faultsOf(`A plain one. ${opening}`), opening).to.have.lengthOf(1);
  });

  it('counts code as one word', () => {
    expect(faultsOf(`Gives \`${'word '.repeat(30)}\`.`)).to.deep.equal([]);
  });
});
