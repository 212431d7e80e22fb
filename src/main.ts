/** `npm start`: runs the server until a signal stops it. */
import { start } from './compose/run.ts';

try {
  await start();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
