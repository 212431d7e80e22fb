/** Each import rule finds what it is there to find, and lets pass what is right. */
import { expect } from 'chai';
import {
  asyncTypeFaults,
  crowdedFaults,
  cycleFaults,
  eventFaults,
  layerFaults,
  layerOf,
  packageFaults,
  storeFaults,
} from './layers.ts';
import { parseSource, type Source } from './source.ts';

function importing(path: string, ...statements: string[]): Source[] {
  return [parseSource(path, statements.join('\n'))];
}

describe('the import rules', () => {
  it('know the layer of every file', () => {
    expect(layerOf('src/domain/methods/totp.ts')).to.equal('domain');
    expect(layerOf('src/config/shape.ts')).to.equal('config');
    expect(layerOf('src/adapters/embedded/once-store.ts')).to.equal('adapters/embedded');
    expect(layerOf('src/http/pages/render.ts')).to.equal('http/pages');
    expect(layerOf('src/http/demo/routes.ts')).to.equal('http/demo');
    expect(layerFaults(importing('src/extras.ts', ''))).to.deep.equal(['src/extras.ts belongs to no layer']);
    expect(layerFaults(importing('src/adapters/once-store.ts', ''))).to.have.lengthOf(1);
    for (const loose of ['src/queries/account.ts', 'src/http/render.ts', 'src/use-cases/sign-in.ts'])
      expect(layerFaults(importing(loose, '')), loose).to.have.lengthOf(1);
  });

  const REFUSED: readonly [from: string, statement: string][] = [
    ['src/domain/policy.ts', "import type { Clock } from '../ports/system.ts';"],
    ['src/ports/stores.ts', "import { signIn } from '../use-cases/sign-in/password.ts';"],
    ['src/use-cases/sign-in/password.ts', "import type { Config } from '../../config/shape.ts';"],
    [
      'src/use-cases/sign-in/password.ts',
      "const store = await import('../../adapters/embedded/accounts.ts');",
    ],
    ['src/adapters/embedded/once-store.ts', "import { clock } from '../system/clock.ts';"],
    ['src/adapters/embedded/once-store.ts', "import type { Config } from '../../config/shape.ts';"],
    ['src/config/schema.ts', "import type { Clock } from '../ports/system.ts';"],
    ['src/http/server/app.ts', "import { createClaims } from '../../adapters/embedded/once-store.ts';"],
    ['src/http/server/app.ts', "import { loadConfig } from '../../config/load.ts';"],
    ['src/http/server/app.ts', "import { faults } from '../../config/shape.ts';"],
    ['src/http/account/routes.ts', "import { signInRoutes } from '../sign-in/routes.ts';"],
    ['src/http/account/routes.ts', "type Row = import('../sign-in/routes.ts').Row;"],
    ['src/http/account/routes.ts', "export { start } from '../demo/routes.ts';"],
    ['src/http/middleware/session.ts', "import { routes } from '../account/routes.ts';"],
    ['src/http/sign-in/routes.ts', "import { pages } from '../enrolment/pages.ts';"],
    ['src/http/account/routes.ts', "import { openParts } from '../../compose/parts.ts';"],
    ['src/oidc/provider.ts', "import { createApp } from '../http/server/app.ts';"],
    ['src/plugin/options.ts', "import { openParts } from '../compose/parts.ts';"],
    ['src/jobs/mail.ts', "import { createApp } from '../http/server/app.ts';"],
    ['src/presentation/dates.ts', "import { render } from '../http/pages/render.ts';"],
    ['src/cli/program.ts', "import { createClaims } from '../adapters/embedded/once-store.ts';"],
    ['src/domain/policy.ts', "import { nowhere } from '../support/time/clock.ts';"],
  ];
  for (const [from, statement] of REFUSED) {
    it(`refuse in ${from}: ${statement}`, () => {
      const [fault, ...more] = layerFaults(importing(from, '', statement));
      expect(fault).to.include(`${from}:2 `);
      expect(more).to.deep.equal([]);
    });
  }

  it('accept the imports that a layer may have', () => {
    const right = [
      importing(
        'src/domain/policy.ts',
        "import { rank } from './assurance.ts'; import { totp } from './methods/totp.ts';",
      ),
      importing('src/use-cases/sign-in/password.ts', "import { decide } from '../../domain/policy.ts';"),
      importing('src/use-cases/sign-in/password.ts', "import { limit } from '../second-factor/verify.ts';"),
      importing('src/adapters/embedded/once-store.ts', "import { open } from './database.ts';"),
      importing(
        'src/adapters/embedded/once-store.ts',
        "import { StoreUnavailable } from '../../ports/faults.ts';",
      ),
      importing(
        'src/http/account/routes.ts',
        "import { forms } from '../guards/forms.ts'; import './list.ts';",
      ),
      importing('src/http/account/routes.ts', "import { crossSite } from '../middleware/cross-site.ts';"),
      importing('src/http/account/routes.ts', "import { pages } from '../enrolment/pages.ts';"),
      importing('src/oidc/prompt.ts', "import type { Limit } from '../use-cases/second-factor/verify.ts';"),
      importing('src/http/server/app.ts', "import type { Config } from '../../config/shape.ts';"),
      importing('src/compose/parts.ts', "import { createClaims } from '../adapters/embedded/once-store.ts';"),
      importing(
        'src/main.ts',
        "import { loadConfig } from './config/load.ts'; import { start } from './compose/run.ts';",
      ),
    ].flat();
    expect(layerFaults(right)).to.deep.equal([]);
  });

  it('keep packages in their layers', () => {
    const wrong = [
      importing('src/domain/policy.ts', "import { readFileSync } from 'node:fs';"),
      importing('src/use-cases/sign-in/password.ts', "import { randomUUID } from 'node:crypto';"),
      importing('src/http/sign-in/routes.ts', "import type { Provider } from 'oidc-provider';"),
      importing('src/http/sign-in/routes.ts', "import * as client from 'openid-client';"),
      importing('src/adapters/system/clock.ts', "import type { Context } from 'koa';"),
      importing('src/use-cases/sign-in/password.ts', 'await import(name);'),
    ].flat();
    expect(packageFaults(wrong)).to.have.lengthOf(wrong.length);
    const right = [
      importing('src/domain/methods/totp.ts', "import { verifySync } from 'otplib';"),
      importing('src/oidc/provider.ts', "import { Provider } from 'oidc-provider';"),
      importing('src/http/demo/routes.ts', "import * as client from 'openid-client/passport';"),
      importing('src/http/demo/routes.ts', "import Router from '@koa/router';"),
      importing('src/adapters/embedded/sqlite/database.ts', "import { DatabaseSync } from 'node:sqlite';"),
    ].flat();
    expect(packageFaults(right)).to.deep.equal([]);
  });

  it('refuse a store port to a route, and allow it to the adapter of oidc-provider', () => {
    const statement = "import type { AccountStore } from '../ports/stores.ts';";
    expect(storeFaults(importing('src/oidc/prompt.ts', statement))).to.have.lengthOf(1);
    expect(storeFaults(importing('src/oidc/adapter/adapter.ts', statement))).to.deep.equal([]);
    expect(storeFaults(importing('src/jobs/mail.ts', statement))).to.deep.equal([]);
    const fault = "import { StoreUnavailable } from '../ports/faults.ts';";
    expect(storeFaults(importing('src/oidc/prompt.ts', fault))).to.deep.equal([]);
  });

  it('refuse a notice or an audit line to a use case and a route, and allow both to the event log', () => {
    const refused = [
      "import type { Notify } from '../../ports/senders.ts';",
      "import type { Messenger, Notify as Tell } from '../../ports/senders.ts';",
      "import type { AuditLog } from '../../ports/system.ts';",
      "import { type AuditStore } from '../../ports/stores.ts';",
    ];
    for (const statement of refused) {
      for (const path of ['src/use-cases/account/self-service.ts', 'src/http/account/routes.ts'])
        expect(eventFaults(importing(path, '', statement)), statement).to.have.lengthOf(1);
      expect(eventFaults(importing('src/use-cases/events/event-log.ts', statement))).to.deep.equal([]);
      expect(eventFaults(importing('src/compose/events.ts', statement))).to.deep.equal([]);
    }
    const right = "import type { AuditReader } from '../../ports/stores.ts';";
    expect(eventFaults(importing('src/use-cases/administration/operation.ts', right))).to.deep.equal([]);
  });

  it('refuse a function type with a promise anywhere in the domain', () => {
    const refused = [
      'export type Load = (id: string) => Promise<string>;',
      'export interface Attempt { failed(): Promise<void> }',
      'interface Answer { readonly note: () => Promise<void> }',
      'export async function load(): Promise<void> {}',
    ];
    for (const statement of refused) {
      const faults = asyncTypeFaults(importing('src/domain/policy/policy.ts', '', statement));
      expect(faults, statement).to.deep.equal(['src/domain/policy/policy.ts:2 says Promise']);
    }
    const load = 'export type Load = (id: string) => Promise<string>;';
    expect(asyncTypeFaults(importing('src/use-cases/sign-in/password.ts', load))).to.deep.equal([]);
    const pure = 'export type Decide = (input: string) => string; export interface Attempt { left: number }';
    expect(asyncTypeFaults(importing('src/domain/policy/policy.ts', pure))).to.deep.equal([]);
  });

  it('count the files of each folder by itself', () => {
    const sixteen = Array.from({ length: 16 }, (_, index) => `src/oidc/${index}.ts`);
    expect(crowdedFaults([...sixteen, 'src/oidc/keys/a.ts'])).to.deep.equal([]);
    expect(crowdedFaults([...sixteen, 'src/oidc/a.ts'])).to.deep.equal(['src/oidc has 17 files']);
  });

  it('find a cycle of any length once', () => {
    const circle = [
      importing('src/domain/a.ts', "import './b.ts';"),
      importing('src/domain/b.ts', "import type { C } from './c.ts';", "import './d.ts';"),
      importing('src/domain/c.ts', "export { a } from './a.ts';"),
      importing('src/domain/d.ts', ''),
    ].flat();
    expect(cycleFaults(circle)).to.deep.equal([
      'src/domain/a.ts → src/domain/b.ts → src/domain/c.ts → src/domain/a.ts',
    ]);
    expect(cycleFaults(circle.slice(1))).to.deep.equal([]);
  });
});
