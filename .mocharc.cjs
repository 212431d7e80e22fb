/** How the tests run. With `CI=true` a test that was skipped, or left out by an `.only`, is a failure. */
const ci = process.env.CI === 'true';

module.exports = {
  require: ['./preload.cjs'],
  extension: ['test.ts'],
  recursive: true,
  reporter: './test/support/reporter.ts',
  // Milliseconds. Most need a hundredth: it ends what hangs, and says nothing of how fast anything is.
  timeout: 60_000,
  forbidOnly: ci,
  forbidPending: ci,
};
