/** Accounts as lines of JSON: one object on each line, with the columns of a CSV file as its names. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { AccountRows } from '../../domain/account-row.ts';
import { readObject } from '../../domain/json.ts';

export async function* readJsonLines(path: string): AccountRows {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) {
    number += 1;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() === '') continue;
    const fields = readObject(text);
    yield {
      at: `line ${number}`,
      fields: fields ?? {},
      faults: fields ? [] : ['is no JSON object'],
      notes: [],
    };
  }
}
