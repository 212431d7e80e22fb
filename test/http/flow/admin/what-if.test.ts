/** The page that asks the policy what would happen: its answer is what the sign-in then does. */
import { expect } from 'chai';
import fc from 'fast-check';
import { ACRS } from '../../../../src/domain/policy/acr.ts';
import { graceKeyOf } from '../../../../src/domain/policy/grace.ts';
import { PASSWORD, SECRET, standardConfig, type Yaml } from '../../../support/app.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import { DAY } from '../../oidc/machine-clock.ts';
import { confidential, interaction, MFA, PHR, partyOf, TWO_STEP, withClients } from '../../oidc/story.ts';
import { arrive, givePassword, hasCode, member, words } from '../members.ts';
import { addressOf, consoleConfig, idOf, openConsole } from './console.ts';

const TOTP = { method: 'totp', secret: SECRET };
const EMAIL = { method: 'email' };

const TENANTS: Readonly<Record<string, Yaml>> = {
  none: { enforcement: 'off', methods: [] },
  choice: { enforcement: 'optional', methods: ['totp', 'email'] },
  group: { enforcement: 'optional', methods: ['totp', 'email'], groups: { finance: 'required' } },
  must: { enforcement: 'required', methods: ['totp', 'email'] },
  week: { enforcement: 'required', methods: ['totp'], grace_days: 7 },
  mail: { enforcement: 'required', methods: ['email'] },
};
const PEOPLE: Readonly<Record<string, Yaml>> = {
  bare: {},
  finance: { groups: ['finance'] },
  phone: { factors: [TOTP] },
  post: { factors: [EMAIL] },
  both: { factors: [TOTP, EMAIL] },
  helper: { role: 'helpdesk' },
};
const CLIENTS = ['', 'rp', 'always', 'levels'];
const LEVELS = ['', ...ACRS];

/** All of it at once: six tenants, with an administrator and these people each. */
function everything(): Yaml {
  const { tenants } = standardConfig();
  return {
    ...withClients(
      confidential('levels', { default_acr_values: [MFA] }),
      confidential('must-only', { tenant: 'must', client_name: 'Payroll' }),
      confidential('mail-only', { tenant: 'mail' }),
    ),
    tenants: [
      ...tenants,
      ...Object.entries(TENANTS).map(([id, settings]) => ({
        id,
        name: id,
        second_factor: { set_up_proof: 'none', ...settings },
      })),
    ],
    accounts: Object.keys(TENANTS).flatMap((tenant) => [
      member('quiet', tenant),
      member('admin', tenant, { role: 'admin', factors: [TOTP] }),
      ...Object.entries(PEOPLE).map(([name, more]) =>
        member(name, tenant, { email_confirmed: true, ...more }),
      ),
    ]),
  };
}

interface Asked {
  readonly email: string;
  readonly client_id?: string;
  readonly acr_values?: string;
}

/** By the form of the page. */
async function ask(visitor: Visitor, asked: Asked): Promise<Page> {
  return visitor.submit(await visitor.open('/admin/whatif'), { ...asked });
}

const outcomeOf = (page: Page) => page.$('[data-mark=outcome]').attr('data-outcome') ?? null;
const reasonOf = (page: Page) => page.$('[data-mark=reason]').attr('data-reason') ?? null;
const methodsOf = (page: Page) =>
  page
    .$('[data-mark=method]')
    .toArray()
    .map((each) => each.attribs['data-method']);

/** Says in the words of the page where the password has led. */
function happened(page: Page): string {
  if (page.name === null) return hasCode(page) ? 'satisfied' : 'refuse';
  if (['enter-code', 'choose-method', 'use-passkey'].includes(page.name)) return 'prove';
  return page.name.startsWith('set-up-') ? 'set-up' : 'refuse';
}

describe('the page about what would happen', () => {
  const s = interaction(everything);

  it('foretells what the sign-in then does, for any person, application and level [B.8]', async function () {
    this.timeout(240_000);
    const admins = new Map<string, Visitor>();
    for (const tenant of Object.keys(TENANTS))
      admins.set(tenant, (await openConsole(s, addressOf('admin', tenant))).visitor);
    const cases = fc.record({
      tenant: fc.constantFrom(...Object.keys(TENANTS)),
      person: fc.constantFrom(...Object.keys(PEOPLE)),
      clientId: fc.constantFrom(...CLIENTS),
      acr: fc.constantFrom(...LEVELS),
    });
    const seen = new Set<string | null>();
    await fc.assert(
      fc.asyncProperty(cases, async ({ tenant, person, clientId, acr }) => {
        const email = addressOf(person, tenant);
        const admin = admins.get(tenant);
        if (!admin) throw new Error(`${tenant} has no administrator`);
        const page = await ask(admin, { email, client_id: clientId, acr_values: acr });
        expect([page.status, page.name]).to.deep.equal([200, 'admin-whatif']);
        const rp = await partyOf(s.app, clientId === '' ? 'rp' : clientId);
        const parameters = acr === '' ? {} : { acr_values: acr };
        const { page: reached } = await givePassword({ app: s.app, rp }, email, undefined, parameters);
        expect(outcomeOf(page)).to.equal(happened(reached));
        if (reached.name === 'enter-code')
          expect(methodsOf(page)).to.include(reached.$('body').attr('data-method'));
        seen.add(outcomeOf(page));
      }),
      { numRuns: 70 },
    );
    expect([...seen]).to.include.members(['satisfied', 'prove', 'set-up', 'refuse']);
  });

  it('says why, which methods reach which level, and what can be set up [B.8]', async () => {
    const { visitor } = await openConsole(s, addressOf('admin', 'must'));
    const answer = (name: string, more: Partial<Asked> = {}) =>
      ask(visitor, { email: addressOf(name, 'must'), ...more });
    const bare = await answer('bare');
    expect([outcomeOf(bare), reasonOf(bare)]).to.deep.equal(['set-up', 'required']);
    expect(methodsOf(bare)).to.deep.equal(['totp', 'email']);
    const both = await answer('both', { acr_values: MFA });
    expect([outcomeOf(both), methodsOf(both)]).to.deep.equal(['prove', ['totp']]);
    expect(words(both)).to.include('Authenticator app (reaches: Two factors)');
    const post = await answer('post', { acr_values: MFA });
    expect([outcomeOf(post), methodsOf(post)]).to.deep.equal(['prove', ['email']]);
    expect(post.mark('afterwards')).to.include('Authenticator app');
    const strict = await answer('phone', { acr_values: PHR });
    expect([outcomeOf(strict), reasonOf(strict)]).to.deep.equal([
      'refuse',
      'unmet_authentication_requirements',
    ]);
  });

  it('finds the origin of a demand: the person, the application or the level [B.8]', async () => {
    const { visitor } = await openConsole(s, addressOf('admin', 'choice'));
    const answer = async (name: string, more: Partial<Asked> = {}) => {
      const page = await ask(visitor, { email: addressOf(name, 'choice'), ...more });
      return [outcomeOf(page), reasonOf(page)];
    };
    expect(await answer('bare')).to.deep.equal(['satisfied', 'not_required']);
    expect(await answer('phone')).to.deep.equal(['prove', 'own_choice']);
    expect(await answer('bare', { client_id: 'always' })).to.deep.equal(['set-up', 'client']);
    expect(await answer('bare', { client_id: 'levels' })).to.deep.equal(['set-up', 'level']);
    expect(await answer('bare', { acr_values: TWO_STEP })).to.deep.equal(['set-up', 'level']);
  });

  it('starts no grace and changes nothing, however often it is asked [B.8]', async () => {
    const { visitor } = await openConsole(s, addressOf('admin', 'week'));
    const email = addressOf('quiet', 'week');
    const id = await idOf(s, email);
    const { onceKeys, audit } = s.app.parts.stores;
    const linesBefore = (await audit.list({ accountId: id, limit: 99 })).length;
    const first = await ask(visitor, { email });
    expect([outcomeOf(first), first.marks('grace').length]).to.deep.equal(['set-up', 1]);
    expect(await onceKeys.peek(graceKeyOf(id))).to.equal(null);
    expect((await audit.list({ accountId: id, limit: 99 })).length).to.equal(linesBefore);
    const { page } = await givePassword(s, email);
    expect(page.name).to.match(/^set-up-/);
    const until = first.mark('grace');
    s.clock.nextStep(DAY);
    const { visitor: again } = await openConsole(s, addressOf('admin', 'week'));
    // The grace has started with the sign-in, so its end stays.
    expect((await ask(again, { email })).mark('grace').slice(0, 45)).to.equal(until.slice(0, 45));
  });

  it('tells of sessions that go on and of those in which more is asked for [B.8]', async () => {
    const email = addressOf('bare', 'choice');
    const { page } = await givePassword(s, email);
    expect(hasCode(page)).to.equal(true);
    const { visitor } = await openConsole(s, addressOf('admin', 'choice'));
    const sessionsOf = async (acr: string) =>
      (await ask(visitor, { email, acr_values: acr })).mark('sessions');
    expect(await sessionsOf('')).to.match(/^[1-9]\d* sessions? go(?:es)? on without a question/);
    expect(await sessionsOf(MFA)).to.match(/^0 sessions go on/);
  });

  it('refuses a disabled account, and one without a password, as the sign-in does [B.8]', async () => {
    const email = addressOf('helper', 'none');
    const { accounts } = s.app.parts.stores;
    const id = await idOf(s, email);
    const now = s.clock.now();
    const { visitor } = await openConsole(s, addressOf('admin', 'none'));
    await accounts.update(id, { disabledAt: now }, now);
    const page = await ask(visitor, { email });
    expect([outcomeOf(page), reasonOf(page)]).to.deep.equal(['refuse', 'disabled']);
    const arrival = await arrive(s);
    expect((await arrival.visitor.signIn(email, PASSWORD)).error).to.equal('forbidden');
    await accounts.update(id, { disabledAt: null }, now);
    const hash = (await accounts.findById(id))?.passwordHash ?? '';
    const account = await accounts.findById(id);
    if (!account) throw new Error(`${email} is gone`);
    await accounts.insert({
      ...account,
      id: 'invited',
      email: addressOf('invited', 'none'),
      passwordHash: null,
    });
    expect(hash).to.not.equal('');
    const invited = await ask(visitor, { email: addressOf('invited', 'none') });
    expect([outcomeOf(invited), reasonOf(invited)]).to.deep.equal(['refuse', 'no_password']);
  });

  it('says the same of a person of another tenant as of an unknown address [A61]', async () => {
    const { visitor } = await openConsole(s, addressOf('admin', 'must'));
    const pages = [];
    for (const email of [addressOf('bare', 'mail'), 'nobody@nowhere.test', 'no address', '']) {
      const page = await ask(visitor, { email });
      expect([page.status, page.error, outcomeOf(page)]).to.deep.equal([200, 'field_invalid', null]);
      pages.push(page.$('[role=alert]').text());
    }
    expect(new Set(pages).size).to.equal(1);
  });

  it('offers the applications of the own tenant and the open ones, and takes no other [A61]', async () => {
    const { visitor, page } = await openConsole(s, addressOf('admin', 'must'), '/admin/whatif');
    const offered = page
      .$('[name=client_id] option')
      .toArray()
      .map((each) => each.attribs.value);
    expect(offered).to.include.members(['', 'rp', 'must-only']).and.not.include.members(['mail-only']);
    expect(words(page)).to.include('Payroll');
    const email = addressOf('bare', 'must');
    for (const more of ['client_id=mail-only', 'client_id=nothing', 'acr_values=loa9']) {
      const answer = await visitor.open(`/admin/whatif?email=${email}&${more}`);
      expect([answer.status, answer.error, outcomeOf(answer)], more).to.deep.equal([
        200,
        'field_invalid',
        null,
      ]);
    }
  });
});

describe('the page about what would happen, for a person with a trusted browser', () => {
  const s = interaction(() =>
    consoleConfig(
      { enforcement: 'required', trusted_devices: true },
      member('cat', 'acme', { factors: [TOTP] }),
    ),
  );

  it('says that the second step is left out there, unless the application asks for a level [B.8]', async () => {
    const email = addressOf('cat');
    const accountId = await idOf(s, email);
    const now = s.clock.now();
    await s.app.parts.stores.trustedBrowsers.insert({
      id: 'series',
      accountId,
      tenantId: 'acme',
      browser: 'Firefox',
      createdAt: now,
      lastUsedAt: null,
      lastUsedFor: null,
      expiresAt: now + DAY,
      generation: 1,
      rotations: [],
    });
    const { visitor } = await openConsole(s, addressOf('admin'));
    const plain = await ask(visitor, { email });
    expect([outcomeOf(plain), plain.marks('trust').length]).to.deep.equal(['prove', 1]);
    const asked = await ask(visitor, { email, acr_values: MFA });
    expect([outcomeOf(asked), asked.marks('trust').length]).to.deep.equal(['prove', 0]);
  });
});
