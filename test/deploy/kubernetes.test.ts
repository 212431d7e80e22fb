/** deploy/kubernetes as kustomize builds it, held against the schemas of Kubernetes. No cluster is asked. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { stringify } from 'yaml';
import { rsaKey } from '../config/config-file.ts';
import { checkConfig, deploymentReader, ROOT } from './reading.ts';

type Labels = Readonly<Record<string, string>>;
type Selector = { readonly matchLabels: Labels };

interface Container {
  readonly image: string;
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } };
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
  readonly secret?: { readonly items: readonly { readonly key: string; readonly path: string }[] };
}

interface Pod {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly terminationGracePeriodSeconds: number;
    readonly topologySpreadConstraints: readonly { readonly labelSelector: Selector }[];
    readonly containers: readonly Container[];
    readonly volumes: readonly Volume[];
  };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Labels };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

interface Built {
  readonly objects: readonly Manifest[];
  readonly faults: readonly string[];
}

const FOLDER = 'deploy/kubernetes';
const SECRETS = '/run/secrets/doublelock/';

describe('the Kubernetes manifests', () => {
  const read = deploymentReader();
  let built: Built;
  let pod: Pod;
  let container: Container;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'doublelock-kubernetes-'));
    built = await read<Built>('kustomize', FOLDER);
    pod = specOf<{ template: Pod }>('Deployment').template;
    const [only, ...more] = pod.spec.containers;
    if (only === undefined || more.length > 0) throw new Error('one container is expected');
    container = only;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function the(kind: string): Manifest {
    const [only, ...more] = built.objects.filter((each) => each.kind === kind);
    if (only === undefined || more.length > 0) throw new Error(`there is not one ${kind}`);
    return only;
  }

  function specOf<T>(kind: string): T {
    return the(kind).spec as T;
  }

  /** The manifests with this in one of their files instead of that. */
  async function changed(file: string, from: string, to: string): Promise<Built> {
    const copy = mkdtempSync(join(folder, 'changed-'));
    cpSync(join(ROOT, FOLDER), copy, { recursive: true });
    const before = readFileSync(join(copy, file), 'utf8');
    expect(before).to.include(from);
    writeFileSync(join(copy, file), before.replace(from, to));
    return read<Built>('kustomize', copy);
  }

  it('match the schemas of Kubernetes', () => {
    expect(built.faults).to.deep.equal([]);
  });

  it('do not match them with a misspelt key or a number in the place of a text', async () => {
    const misspelt = await changed('deployment.yaml', 'runAsNonRoot:', 'runAsNonroot:');
    expect(misspelt.faults.join()).to.match(/Deployment doublelock.*runAsNonroot/s);
    const mistaken = await changed('service.yaml', 'name: http,', 'name: 80,');
    expect(mistaken.faults.join()).to.match(/Service doublelock.*got number/s);
  });

  it('select the pods that the deployment makes', () => {
    const { labels } = pod.metadata;
    const selectors = [
      specOf<{ selector: Selector }>('Deployment').selector.matchLabels,
      specOf<{ selector: Labels }>('Service').selector,
      specOf<{ selector: Selector }>('PodDisruptionBudget').selector.matchLabels,
      specOf<{ podSelector: Selector }>('NetworkPolicy').podSelector.matchLabels,
      ...pod.spec.topologySpreadConstraints.map(({ labelSelector }) => labelSelector.matchLabels),
    ];
    for (const selector of selectors) {
      expect(selector).not.to.deep.equal({});
      expect(labels).to.include(selector);
    }
  });

  it('name existing ports, objects and mounts', () => {
    const ports = container.ports.map(({ name }) => name);
    const service = specOf<{ ports: { name: string; targetPort: string }[] }>('Service');
    expect(service.ports.map(({ targetPort }) => targetPort)).to.deep.equal(ports);
    const ingress = JSON.stringify(specOf('Ingress'));
    expect(ingress).to.include('"service":{"name":"doublelock","port":{"name":"http"}}');
    expect(specOf<{ scaleTargetRef: object }>('HorizontalPodAutoscaler').scaleTargetRef).to.include({
      kind: 'Deployment',
      name: the('Deployment').metadata.name,
    });
    expect(container.volumeMounts.map(({ name }) => name)).to.deep.equal(
      pod.spec.volumes.map(({ name }) => name),
    );
    expect(pod.spec.volumes[0]?.configMap?.name).to.equal(the('ConfigMap').metadata.name);
    expect(the('ServiceAccount').metadata.name).to.equal('doublelock');
  });

  it('probe liveness and readiness on the paths of the product [R9]', () => {
    const probes = ['startupProbe', 'livenessProbe', 'readinessProbe'] as const;
    expect(probes.map((name) => container[name]?.httpGet)).to.deep.equal([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
  });

  it('run at least two pods within the restrictions of the namespace', () => {
    const { minReplicas } = specOf<{ minReplicas: number }>('HorizontalPodAutoscaler');
    expect(minReplicas).to.be.at.least(2);
    expect(the('Namespace').metadata.labels).to.include({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    // The Pod Security Standard "restricted", and beyond it files that cannot be written to.
    expect(pod.spec.securityContext).to.deep.include({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('mount a valid configuration and every secret that it and the environment name', async () => {
    const configured = the('ConfigMap').data?.['doublelock.yaml'] ?? '';
    const items = pod.spec.volumes.flatMap(({ secret }) => secret?.items ?? []);
    const named = [
      ...new Set(
        `${configured}${stringify(container.env)}`.matchAll(/\/run\/secrets\/doublelock\/([\w-]+)/g),
      ),
    ];
    expect(named.map(([, name]) => name).sort()).to.deep.equal(items.map(({ path }) => path).sort());

    const secrets = join(folder, 'secrets');
    mkdirSync(secrets);
    for (const { path } of items) writeFileSync(join(secrets, path), SAMPLES[path] ?? 'k'.repeat(64));
    const file = join(folder, 'doublelock.yaml');
    const here = (text: string) => text.replaceAll(SECRETS, `${secrets}/`);
    writeFileSync(file, here(configured));
    const env = container.env.flatMap(({ name, value }) =>
      value === undefined ? [] : [[name, here(value)]],
    );
    expect(await checkConfig(file, Object.fromEntries(env))).to.include('is valid');
  });

  it('listen on the ports of the probes and of Prometheus', () => {
    const configured = the('ConfigMap').data?.['doublelock.yaml'] ?? '';
    for (const { containerPort } of container.ports) expect(configured).to.include(`port: ${containerPort}`);
  });

  it('include monitors for the Prometheus operator as an option', async () => {
    const { objects } = await changed(
      'kustomization.yaml',
      '# - service-monitor.yaml',
      '- service-monitor.yaml',
    );
    const monitor = objects.find(({ kind }) => kind === 'ServiceMonitor');
    expect(monitor?.spec).to.deep.include({ selector: { matchLabels: the('Service').metadata.labels } });
    const { ports } = specOf<{ ports: { name: string }[] }>('Service');
    const endpoints = monitor?.spec?.endpoints as { port: string }[] | undefined;
    expect(ports.map(({ name }) => name)).to.include(endpoints?.[0]?.port);
  });
});

const SAMPLES: Readonly<Record<string, string>> = {
  'mongodb-uri': 'mongodb://mongo.databases/doublelock?replicaSet=rs0',
  'redis-url': 'redis://redis.databases:6379',
  'smtp-url': 'smtps://user:password@mail.example.org:465',
  'signing-keys': JSON.stringify({ keys: [rsaKey()] }),
};
