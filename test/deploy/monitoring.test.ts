/** Dashboard and alerts, asked of a real Prometheus that reads a real server. Grafana itself is not run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { nextCode, setUpApp, withPeople } from '../http/oidc/story.ts';
import { type App, PASSWORD, startApp } from '../support/app.ts';
import type { RelyingParty } from '../support/hosts/relying-party.ts';
import { needs } from '../support/needs.ts';
import { eventually } from '../support/time/eventually.ts';
import type { Visitor } from '../support/visitor.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { ROOT, run } from './reading.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}

const FOLDER = join(ROOT, 'deploy');
const dashboard: Dashboard = JSON.parse(readFileSync(join(FOLDER, 'grafana/doublelock.json'), 'utf8'));
const alerts: Rules = parse(readFileSync(join(FOLDER, 'prometheus/alerts.yml'), 'utf8'));
const rules = alerts.groups.flatMap(({ rules: each }) => each);
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const queries = panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr }) => ({ name: `${title} ${refId}`, expr })),
);
const expressions = [...queries, ...rules.map(({ alert, expr }) => ({ name: alert, expr }))];

/** Milliseconds: a few scrapes, a second each. */
const PATIENCE_MS = 120_000;
/** The panels that stay empty while no code is sent and nothing fails, on stores without connections. */
const QUIET = [
  'Codes A',
  'Codes that are entered A',
  'Acts that failed A',
  ...['A', 'B', 'C', 'D'].map((query) => `Connections ${query}`),
];
/** As many as lock the authenticator app of an account. */
const WRONG_CODES = 10;
/** Labels that it adds to what it reads. */
const OF_PROMETHEUS = ['job', 'instance'];
/** Columns of Grafana's grid. */
const WIDTH = 24;

describe('the dashboard and the alerts', function () {
  this.timeout(PATIENCE_MS);
  const { prometheus: program, promtool } = needs('prometheus', 'promtool');
  let app: App;
  let rp: RelyingParty;
  let prometheus: Prometheus;
  let exposition: string;

  before(async () => {
    app = await startApp({ config: withPeople({ 'gus@strict.test': 'app@strict.test' }) });
    rp = await app.relyingParty();
    await setUpApp(app, await arrive('new@strict.test'));
    await busyMinute('app@strict.test');
    prometheus = await startPrometheus(program, Number(new URL(app.origin).port));
    const completed = 'sum(doublelock_events_total{event="sign_in.completed"})';
    const value = async () => Number((await prometheus.query(completed))[0]?.value[1]);
    const seen = await eventually(async () => {
      const now = await value();
      expect(now).to.be.above(0);
      return now;
    }, PATIENCE_MS);
    // A rate begins with the second value.
    await busyMinute('gus@strict.test');
    await eventually(async () => expect(await value()).to.be.above(seen), PATIENCE_MS);
    exposition = (await app.visitor().get('/metrics')).text;
  });
  after(async () => {
    await prometheus?.stop();
    await app?.stop();
  });

  /** Sign-ins by two factors and by a password, wrong passwords, and wrong codes until there is a lock. */
  async function busyMinute(locked: string): Promise<void> {
    await arrive('new@open.test');
    await arrive('app@open.test', 'a wrong password');
    const visitor = await arrive('app@open.test');
    await visitor.enterCode(nextCode(app));
    for (let each = 0; each < WRONG_CODES; each += 1) {
      const attacker = await arrive(locked);
      if (attacker.page.name === 'enter-code') await attacker.enterCode('000000');
    }
  }

  async function arrive(email: string, password = PASSWORD): Promise<Visitor> {
    const visitor = app.visitor();
    await visitor.open(await rp.authorizationUrl());
    await visitor.signIn(email, password);
    return visitor;
  }

  function label(expression: string): string {
    return expression
      .replaceAll('$__rate_interval', '1m')
      .replaceAll('$job', 'doublelock')
      .replaceAll('$instance', '.+');
  }

  it('name existing metrics and labels of the server', () => {
    const metrics = /\b(doublelock_\w+?)(?:_bucket|_sum|_count)?(?:\{([^}]*)\}|(?!\w))/g;
    for (const { name, expr } of expressions) {
      const found = [...expr.matchAll(metrics)];
      expect(found.length + [...expr.matchAll(/\bup\{/g)].length, name).to.be.above(0);
      for (const [, metric = '', labels = ''] of found) {
        expect(exposition, name).to.match(new RegExp(`^# TYPE ${metric} `, 'm'));
        const keys = [...labels.matchAll(/(\w+)=~?"/g)].map(([, key = '']) => key);
        for (const key of keys.filter((each) => !OF_PROMETHEUS.includes(each)))
          expect(exposition, `${name} by ${key}`).to.match(new RegExp(`^${metric}\\w*\\{.*${key}="`, 'm'));
      }
    }
  });

  it('name existing events of the audit log', () => {
    const source = readFileSync(join(ROOT, 'src/domain/audit/event-name.ts'), 'utf8');
    const known = [...source.matchAll(/^ {2}\| '([\w.]+)'/gm)].map(([, event = '']) => event);
    expect(known).to.include('sign_in.completed');
    const named = expressions.flatMap(({ expr }) => [...expr.matchAll(/event=~?"([^"]+)"/g)]);
    for (const pattern of named.flatMap(([, value = '']) => value.split('|'))) {
      const isMeant = (event: string) => new RegExp(`^(${pattern})$`).test(event);
      expect(known.some(isMeant), pattern).to.equal(true);
    }
  });

  it('contain queries that Prometheus answers', async () => {
    const empty: string[] = [];
    for (const { name, expr } of queries) {
      if ((await prometheus.query(label(expr))).length === 0) empty.push(name);
    }
    expect(empty).to.deep.equal(QUIET);
    const processes = await prometheus.query(label('sum(up{job="$job",instance=~"$instance"})'));
    expect(processes[0]?.value[1]).to.equal('1');
  });

  it('show the numbers of what happened', async () => {
    for (const labels of [
      'event="second_factor.locked"',
      'event="sign_in.completed",method="pwd"',
      'event="sign_in.completed",method="pwd totp"',
    ]) {
      // The last of it may come with the next scrape.
      await eventually(async () => {
        const [found] = await prometheus.query(`sum(increase(doublelock_events_total{${labels}}[1h]))`);
        expect(Number(found?.value[1]), labels).to.be.above(0);
      });
    }
  });

  it('have rules that Prometheus loads and evaluates', async () => {
    const { groups } = await eventually(async () => {
      const loaded = await prometheus.get<{
        groups: { rules: { name: string; health: string }[] }[];
      }>('rules');
      for (const { health } of loaded.groups.flatMap((group) => group.rules)) expect(health).to.equal('ok');
      return loaded;
    });
    const loaded = groups.flatMap((group) => group.rules.map(({ name }) => name));
    expect(loaded).to.deep.equal(rules.map(({ alert }) => alert));
  });

  it('have rules that fire at their condition and not on a quiet day', async () => {
    const cwd = join(FOLDER, 'prometheus');
    await run(promtool, ['check', 'config', 'prometheus.yml'], { cwd });
    await run(promtool, ['test', 'rules', 'alerts.test.yml'], { cwd });
    const tested = readFileSync(join(cwd, 'alerts.test.yml'), 'utf8');
    for (const { alert } of rules) expect(tested).to.include(`alertname="${alert}"`);
  });

  it('place panels without overlap, each with a description and the chosen data source', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).to.be.at.most(WIDTH);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} at ${x} ${y}`).to.equal(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
    for (const { title, description, datasource } of panels) {
      expect(description, title).to.match(/\w.*\.$/);
      expect(datasource?.uid, title).to.equal(`\${datasource}`);
    }
    expect(dashboard.templating.list.map(({ name }) => name)).to.deep.equal([
      'datasource',
      'job',
      'instance',
    ]);
  });
});
