/**
 * The suites over HTTP once more, on MongoDB and Redis, and each server as two instances (test/support/app.ts). Left out
 * is what looks into the embedded stores' own files.
 */
const base = require('./.mocharc.cjs');

module.exports = {
  ...base,
  require: [...base.require, './test/support/on-servers.ts'],
  spec: ['test/http/flow/**/*.test.ts', 'test/http/oidc/**/*.test.ts', 'test/http/web/**/*.test.ts'],
  ignore: [
    'test/http/flow/half-way.test.ts',
    'test/http/oidc/gone.test.ts',
    'test/http/oidc/outage.test.ts',
    'test/http/web/stores-away.test.ts',
  ],
};
