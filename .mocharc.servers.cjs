/** The suites over HTTP once more, on MongoDB and Redis, and each server as two instances (test/support/app.ts). */
const base = require('./.mocharc.cjs');

module.exports = {
  ...base,
  require: [...base.require, './test/support/stores/on-servers.ts'],
  spec: ['test/http/flow/**/*.test.ts', 'test/http/oidc/**/*.test.ts', 'test/http/web/**/*.test.ts'],
};
