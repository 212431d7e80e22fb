/** Mocha's usual report, closed by one line that a machine can read: `N passed, N failed`. */
import Mocha from 'mocha';
import { FAILURES_FILE, writeFailures } from './run/failures.ts';

class ReportWithCounts extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    writeFailures(this.failures, process.env[FAILURES_FILE]);
    console.log(`${this.stats.passes} passed, ${this.stats.failures} failed\n`);
  }
}

// Mocha loads a reporter by `require`, and takes what it gets for the class itself.
export { ReportWithCounts as 'module.exports' };
