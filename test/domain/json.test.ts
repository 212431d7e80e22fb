/** The readers of stored JSON, and their results for malformed values. */
import { expect } from 'chai';
import { readJson, readObject } from '../../src/domain/json.ts';

describe('stored JSON', () => {
  it('is parsed, or null when it is malformed', () => {
    expect(readJson('[1,{"a":null}]')).to.deep.equal([1, { a: null }]);
    for (const text of ['', '{', 'undefined', '{"a":1}}']) expect(readJson(text), text).to.equal(null);
  });

  it('is accepted only as an object', () => {
    expect(readObject('{"a":[1]}')).to.deep.equal({ a: [1] });
    for (const text of ['', '[]', 'null', '1', '"{}"', '{"a"']) expect(readObject(text), text).to.equal(null);
  });
});
