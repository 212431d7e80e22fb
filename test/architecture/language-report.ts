/** Lists the language faults of some folders: `node test/architecture/language-report.ts src/domain`. */
import { join } from 'node:path';
import { languageFaults } from './language.ts';
import { readSources } from './source.ts';

const folders = process.argv.slice(2);
const faults = languageFaults(
  readSources(join(import.meta.dirname, '../..'), folders.length > 0 ? folders : ['src']),
);
for (const fault of faults) console.log(fault);
console.log(`${faults.length} faults`);
