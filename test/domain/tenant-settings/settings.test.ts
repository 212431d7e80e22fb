/** The effective settings of a tenant: properties that hold for any configuration and any stored settings. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CONFIGURABLE_METHODS, type MethodName } from '../../../src/domain/methods/method.ts';
import {
  ENFORCEMENTS,
  MINIMUMS,
  type Requirement,
  requirementFor,
  requirementOf,
  ruleOf,
} from '../../../src/domain/tenant.ts';
import {
  changedSettings,
  effectiveSettings,
  fixedSettings,
  loosenedSettings,
  SETTING_NAMES,
  type StoredSettings,
  storedOf,
  type TenantSettings,
  vainBecause,
} from '../../../src/domain/tenant-settings/settings.ts';

const enforcement = fc.constantFrom(...ENFORCEMENTS);
const minimum = fc.constantFrom(...MINIMUMS);
const rule = fc.record({ enforcement, minimum }).map(ruleOf);
const methods = fc.subarray<MethodName>([...CONFIGURABLE_METHODS]);
const text = fc.option(fc.constantFrom('one', 'two'), { nil: null });

const settings: fc.Arbitrary<TenantSettings> = fc.record({
  enforcement,
  minimum,
  methods,
  graceDays: fc.nat(30),
  groups: fc.dictionary(fc.constantFrom('finance', 'sales', 'constructor'), rule),
  trustedDevices: fc.boolean(),
  passkeySignIn: fc.boolean(),
  messageEn: text,
  messageNl: text,
  supportEmail: text,
  supportUrl: text,
});
const stored: fc.Arbitrary<StoredSettings> = fc
  .tuple(settings, fc.subarray([...SETTING_NAMES]))
  .map(([all, kept]) => Object.fromEntries(kept.map((name) => [name, all[name]])));
const configured = fc.record({ settings, written: fc.subarray([...SETTING_NAMES]) });

const GROUPS = [[], ['finance'], ['sales'], ['finance', 'sales'], ['constructor'], ['other']];
const requirement = (of: TenantSettings, groups: readonly string[]) => requirementFor(of, { groups });
/** Whether it asks for as much as another one, in both of its parts. */
const isAsStrict = (one: Requirement, than: Requirement) =>
  ENFORCEMENTS.indexOf(one.enforcement) >= ENFORCEMENTS.indexOf(than.enforcement) &&
  MINIMUMS.indexOf(one.minimum) >= MINIMUMS.indexOf(than.minimum);

describe('the effective settings of a tenant', () => {
  it('are never looser than a key that the file writes [B.4]', () => {
    fc.assert(
      fc.property(configured, stored, (file, console) => {
        const effective = effectiveSettings(file, console);
        const isWritten = (name: (typeof SETTING_NAMES)[number]) => file.written.includes(name);
        const floor: Requirement = {
          enforcement: isWritten('enforcement') ? file.settings.enforcement : 'off',
          minimum: isWritten('minimum') ? file.settings.minimum : 'any',
        };
        for (const groups of GROUPS) expect(isAsStrict(requirement(effective, groups), floor)).to.equal(true);
        for (const [group, own] of Object.entries(file.settings.groups))
          expect(isAsStrict(requirement(effective, [group]), requirementOf(own))).to.equal(true);
        if (isWritten('methods')) expect(file.settings.methods).to.include.members([...effective.methods]);
        if (isWritten('graceDays')) expect(effective.graceDays).to.be.at.most(file.settings.graceDays);
        for (const name of ['trustedDevices', 'passkeySignIn'] as const)
          if (isWritten(name) && !file.settings[name]) expect(effective[name]).to.equal(false);
        for (const name of ['messageEn', 'messageNl', 'supportEmail', 'supportUrl'] as const)
          if (isWritten(name)) expect(effective[name]).to.equal(file.settings[name]);
      }),
    );
  });

  it('are those of the file where the console has stored nothing, and the stored ones where the file writes nothing', () => {
    fc.assert(
      fc.property(configured, settings, (file, console) => {
        expect(changedSettings(effectiveSettings(file, {}), file.settings)).to.deep.equal([]);
        fc.pre(vainBecause(console, CONFIGURABLE_METHODS) === null);
        const free = { settings: { ...file.settings, groups: {} }, written: [] };
        expect(changedSettings(effectiveSettings(free, console), console)).to.deep.equal([]);
      }),
    );
  });

  it('leave a method to a tenant that asks for a factor, though file and console have none in common', () => {
    fc.assert(
      fc.property(configured, stored, (file, console) => {
        const effective = effectiveSettings(file, console);
        // The console may ask for a minimum that no method of the file reaches any more: nobody gets in with less.
        fc.pre(vainBecause({ ...effective, methods: file.settings.methods }, CONFIGURABLE_METHODS) === null);
        expect(vainBecause(effective, CONFIGURABLE_METHODS)).to.equal(null);
      }),
    );
  });

  it('are what was wanted, when they can be, by what is stored of it', () => {
    fc.assert(
      fc.property(configured, stored, stored, (file, previous, console) => {
        const wanted = effectiveSettings(file, console);
        const kept = storedOf(file, previous, wanted);
        expect(changedSettings(effectiveSettings(file, kept), wanted)).to.deep.equal([]);
      }),
    );
  });

  it('follow later changes of the file in each setting that the console has not changed', () => {
    fc.assert(
      fc.property(configured, (file) => {
        expect(storedOf(file, {}, effectiveSettings(file, {}))).to.deep.equal({});
      }),
    );
  });

  it('keep a setting that the console has stored when the file says the same later', () => {
    const file = { settings: fc.sample(settings, 1)[0] as TenantSettings, written: [] };
    const previous = { graceDays: file.settings.graceDays };
    expect(storedOf(file, previous, file.settings)).to.deep.equal(previous);
  });

  it('cannot change where the file fixes them [B.4]', () => {
    fc.assert(
      fc.property(configured, stored, (file, console) => {
        const without = Object.fromEntries(Object.entries(console).filter(([name]) => name !== 'methods'));
        const effective = effectiveSettings(file, without);
        for (const name of fixedSettings(file))
          expect(changedSettings({ ...effective, [name]: file.settings[name] }, effective)).to.deep.equal([]);
      }),
    );
  });
});

describe('loosened settings', () => {
  it('are none where every member is asked at least as much as before [B.4]', () => {
    fc.assert(
      fc.property(settings, settings, (before, after) => {
        const loosened = loosenedSettings(before, after);
        const asksLess = GROUPS.some(
          (groups) => !isAsStrict(requirement(after, groups), requirement(before, groups)),
        );
        const asking = ['enforcement', 'minimum', 'groups'];
        expect(loosened.some((name) => asking.includes(name))).to.equal(asksLess);
        expect(loosened.includes('methods')).to.equal(
          !after.methods.every((one) => before.methods.includes(one)),
        );
        expect(loosened.includes('graceDays')).to.equal(after.graceDays > before.graceDays);
      }),
    );
  });

  it('are none between equal settings, and never a text or an address', () => {
    fc.assert(
      fc.property(settings, text, (before, message) => {
        expect(
          loosenedSettings(before, { ...before, messageEn: message, supportUrl: message }),
        ).to.deep.equal([]);
      }),
    );
  });
});

describe('settings that ask in vain', () => {
  const [any] = fc.sample(settings, 1);
  const asking = {
    ...(any as TenantSettings),
    enforcement: 'optional',
    minimum: 'any',
    groups: {},
    methods: ['app'],
  } as const;

  it('ask somebody for a factor without a method that can be used', () => {
    expect(vainBecause(asking, ['totp', 'email'])).to.equal('methods_missing');
    expect(vainBecause({ ...asking, methods: ['app', 'totp'] }, ['totp'])).to.equal(null);
    expect(vainBecause({ ...asking, enforcement: 'off' }, ['totp'])).to.equal(null);
    expect(vainBecause({ ...asking, enforcement: 'off', groups: { finance: 'required' } }, [])).to.equal(
      'methods_missing',
    );
  });

  it('have a minimum, of the tenant or of a group, that no method reaches', () => {
    const all = CONFIGURABLE_METHODS;
    expect(vainBecause({ ...asking, minimum: 'phr', methods: ['totp', 'email'] }, all)).to.equal(
      'minimum_unreached',
    );
    expect(vainBecause({ ...asking, minimum: 'phr', methods: ['totp', 'passkey'] }, all)).to.equal(null);
    expect(vainBecause({ ...asking, minimum: 'phr', methods: ['totp', 'passkey'] }, ['totp'])).to.equal(
      'minimum_unreached',
    );
    expect(vainBecause({ ...asking, minimum: 'mfa', methods: ['email'] }, all)).to.equal('minimum_unreached');
    expect(vainBecause({ ...asking, minimum: 'mfa', methods: ['email', 'sms'] }, all)).to.equal(null);
    const groups = { finance: { enforcement: 'required', minimum: 'phr' } } as const;
    expect(vainBecause({ ...asking, groups, methods: ['totp'] }, all)).to.equal('minimum_unreached');
    expect(vainBecause({ ...asking, minimum: 'phr', enforcement: 'off', methods: ['totp'] }, all)).to.equal(
      'minimum_unreached',
    );
  });
});
