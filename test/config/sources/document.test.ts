/** What YAML can do that a configuration must not. */
import { expect } from 'chai';
import { loadConfig } from '../../../src/config/load.ts';
import { configFolder } from '../config-file.ts';

/** Each line nine times the one before it: a few lines that would fill the memory. */
const BOMB = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...[...'bcdefghi'].map((name, index) => {
    const before = `*${'abcdefghi'[index]}`;
    return `${name}: &${name} [${Array(9).fill(before).join(', ')}]`;
  }),
].join('\n');

const UNREADABLE: readonly (readonly [what: string, yaml: string, line: number | null, message: RegExp])[] = [
  ['an open bracket', 'tenants: [\nissuer: SESAME', 2, /^not valid YAML \([a-z ]+\)$/],
  ['an open quote', 'issuer: "SESAME', 1, /^not valid YAML \([a-z ]+\)$/],
  ['a tab', 'listen:\n\tport: 1', 2, /^not valid YAML \(tab as indent\)$/],
  ['an unknown tag', 'issuer: !SESAME x', 1, /^not valid YAML \(tag resolve failed\)$/],
  ['two documents', 'issuer: a\n---\nissuer: b', 2, /^not valid YAML \(multiple docs\)$/],
  ['an alias of nothing', 'clients: *SESAME', 1, /^an alias has no anchor/],
  ['an alias of itself', 'clients: &SESAME [*SESAME]', 1, /^an alias contains itself$/],
  ['aliases that explode [A100]', BOMB, null, /^repeats its anchors too often$/],
  ['brackets without end [A100]', '['.repeat(100_000), 1, /^not valid YAML/],
  ['a list', '- id: acme', null, /^is not a map/],
  ['a text', 'SESAME', null, /^is not a map/],
  ['JSON that breaks off', '{"issuer": "SESAME"', 1, /^not valid YAML/],
  ['nothing', '# all of it left out\n', null, /^is not a map/],
];

describe('YAML [R36]', () => {
  const folder = configFolder();

  for (const [what, yaml, line, message] of UNREADABLE) {
    it(`is refused with ${what}, and not quoted`, () => {
      const { faults, message: text } = folder.refusal(yaml);
      expect(faults[0]?.message).to.match(message);
      expect(faults[0]?.line).to.equal(line);
      expect(text).not.to.include('SESAME');
    });
  }

  it('is refused with a repeated key, which the error names', () => {
    const faults = folder.faults('tenants:\n  - id: acme\n    name: A\n    name: B\nissuer: x\nissuer: y');
    expect(faults).to.deep.include({ path: 'tenants[0].name', line: 4, message: 'the key is given twice' });
    expect(faults).to.deep.include({ path: 'issuer', line: 6, message: 'the key is given twice' });
  });

  it('is refused with __proto__ as a key, which changes nothing [A89]', () => {
    const faults = folder.faults('__proto__: { polluted: 1 }\ntenants: [{ id: a, __proto__: { name: x } }]');
    expect(faults.map(({ path, message }) => `${path} ${message}`)).to.deep.equal([
      '__proto__ unknown key',
      'tenants[0].__proto__ unknown key',
    ]);
    expect({}).not.to.have.property('polluted');
    const groups = folder.faults('tenants: [{ id: a, second_factor: { groups: { __proto__: required } } }]');
    expect(groups.map(({ path }) => path)).to.deep.equal(['tenants[0].second_factor.groups.__proto__']);
    expect(folder.faults('constructor: { prototype: { x: 1 } }')[0]).to.include({ path: 'constructor' });
  });

  it('is refused with a list as a key', () => {
    const [fault] = folder.faults('tenants: []\n? [1, 2]\n: 3');
    expect(fault).to.deep.equal({ path: '[""]', line: 2, message: 'a key must be a text' });
  });

  it('is read with harmless aliases', () => {
    const yaml =
      'tenants:\n- id: a\n  second_factor: &strict { enforcement: required }\n- id: b\n  second_factor: *strict';
    const policies = folder.load(yaml).tenants.map(({ secondFactor }) => secondFactor.enforcement);
    expect(policies).to.deep.equal(['required', 'required']);
    const faults = folder.faults(yaml.replace('required', 'never'));
    expect(faults.map(({ path, line }) => [path, line])).to.deep.equal([
      ['tenants[0].second_factor.enforcement', 3],
      ['tenants[1].second_factor.enforcement', 3],
    ]);
  });

  it('may be JSON', () => {
    expect(folder.load('{"tenants": [{"id": "acme"}]}').tenants[0]?.id).to.equal('acme');
  });

  it('is refused by its path when it is missing, a folder or no text', () => {
    const refusal = (file: string) => () => loadConfig({ file, env: {}, cwd: folder.path('.') });
    folder.write('latin1.yaml', Buffer.from('issuer: caf\xe9', 'latin1'));
    expect(refusal('nowhere.yaml')).to.throw(/nowhere\.yaml has 1 fault:\n {2}cannot be read \(ENOENT\)$/);
    expect(refusal('.')).to.throw(/cannot be read \(EISDIR\)$/);
    expect(refusal('latin1.yaml')).to.throw(/is not UTF-8 text$/);
  });
});
