/** A table as a file for spreadsheets: its cells, and how far it reads ahead of its reader. */
import { expect } from 'chai';
import { writeCsvTable } from '../../../src/adapters/account-files/csv.ts';
import type { TableRow } from '../../../src/ports/administration/table-file.ts';
import { allOf } from '../../support/all-of.ts';
import { eventually } from '../../support/time/eventually.ts';

async function* each(rows: readonly TableRow[]): AsyncGenerator<TableRow> {
  yield* rows;
}

async function textOf(columns: readonly string[], rows: AsyncIterable<TableRow>): Promise<string> {
  return Buffer.concat(await allOf(writeCsvTable(columns, rows))).toString();
}

describe('a table for spreadsheets', () => {
  it('begins with a byte order mark and the heading, also without a row', async () => {
    expect(await textOf(['name'], each([{ name: 'Zoë' }]))).to.equal('\ufeffname\r\nZoë\r\n');
    expect(await textOf(['name', 'role'], each([]))).to.equal('\ufeffname,role\r\n');
  });

  const CELLS: Readonly<Record<string, string>> = {
    '=1+1': "'=1+1",
    '+1': "'+1",
    '-1+1': "'-1+1",
    '@SUM(A1)': "'@SUM(A1)",
    '\t=1+1': "'=1+1",
    ' \r\n=1+1': "'=1+1",
    '\uff1d1+1': "'\uff1d1+1",
    'a\r\n=1+1': 'a =1+1',
    'a;=1+1': "a;'=1+1",
    'a; "@b': `"a;' ""@b"`,
    'a;b-c': 'a;b-c',
    'a,=1': '"a,=1"',
  };
  for (const [value, cell] of Object.entries(CELLS)) {
    it(`writes ${JSON.stringify(value)} as a text that no spreadsheet computes [A124]`, async () => {
      expect(await textOf(['c'], each([{ c: value }]))).to.equal(`\ufeffc\r\n${cell}\r\n`);
    });
  }

  it('writes a list in one cell, and marks a formula after its first entry [A124]', async () => {
    const text = await textOf(['c', 'd'], each([{ c: ['sales', '=2+2'], d: false }]));
    expect(text).to.equal("\ufeffc,d\r\nsales;'=2+2,false\r\n");
  });

  it('takes rows as they are read, so that a long table needs little memory [A109]', async () => {
    let taken = 0;
    let isLeft = false;
    async function* endless(): AsyncGenerator<TableRow> {
      try {
        for (;;) {
          taken += 1;
          yield { c: 'x'.repeat(100) };
        }
      } finally {
        isLeft = true;
      }
    }
    let read = 0;
    let mostAhead = 0;
    for await (const part of writeCsvTable(['c'], endless())) {
      read += part.length;
      mostAhead = Math.max(mostAhead, taken - read / 102);
      if (read > 2_000_000) break;
    }
    expect(taken).to.be.greaterThan(10_000);
    expect(mostAhead).to.be.lessThan(1000);
    await eventually(async () => expect(isLeft).to.equal(true));
  });

  it('fails for its reader when a row can’t be had', async () => {
    async function* broken(): AsyncGenerator<TableRow> {
      yield { c: 'a' };
      throw new Error('the store is away');
    }
    const failure = await textOf(['c'], broken()).catch((error: Error) => error.message);
    expect(failure).to.equal('the store is away');
  });
});
