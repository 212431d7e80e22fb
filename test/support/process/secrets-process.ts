/** A process that starts for the first time: completes its secrets and tells them to its parent. */
import { systemRandom } from '../../../src/adapters/system/random.ts';
import { completeSecrets } from '../../../src/adapters/system/secrets/secrets-file.ts';

const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error('which directory?');
process.stdout.write(
  JSON.stringify(completeSecrets({ encryption: [], cookies: [], signing: [] }, dataDir, systemRandom)),
);
