import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import { csvCell, csvRow, tableCell, withoutMark } from '../../src/domain/csv-cell.ts';

/** Spreadsheets take these for the beginning of a formula. */
const BEGINNINGS = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

describe('a cell of CSV', () => {
  for (const first of BEGINNINGS)
    it(`is no formula when it begins with ${JSON.stringify(first)} [A124]`, () => {
      const value = `${first}1+1`;
      expect(csvCell(value)).to.equal(`'${value}`);
      expect(withoutMark(csvCell(value))).to.equal(value);
    });

  it('stays as it is when it begins otherwise', () => {
    for (const value of ['', 'Ann', '1-1', "'s Hertogenbosch", ' =1', 'a=1'])
      expect([csvCell(value), withoutMark(value)]).to.deep.equal([value, value]);
  });

  it('holds no formula after a semicolon and no line break in a table [A124]', () => {
    expect(tableCell('sales;=1+1;\t@SUM(A1)')).to.equal("sales;'=1+1;' @SUM(A1)");
    expect(tableCell('one\r\n=two\u0007')).to.equal('one =two');
    expect(tableCell("'s Hertogenbosch; Ann")).to.equal("'s Hertogenbosch; Ann");
  });

  it('is read back from its row, whatever it contains [A124]', () => {
    const values = ['plain', 'a, "b"', 'two\r\nlines', '"', '', '=1+1'];
    const [row] = parse(csvRow(values)) as string[][];
    expect(row?.map(withoutMark)).to.deep.equal(values);
    expect(csvRow([null, 'x', null])).to.equal(',x,\r\n');
  });
});
