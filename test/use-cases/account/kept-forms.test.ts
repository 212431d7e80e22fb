/** The text of a form that came too late, as the short-lived store has it. */
import { expect } from 'chai';
import { createCipher } from '../../../src/adapters/system/cipher.ts';
import { createKeptForms, type KeptForm } from '../../../src/use-cases/account/kept-forms.ts';
import { NOW } from '../../contracts/examples.ts';
import { createSettableClock } from '../../support/time/clock.ts';

const MINUTE = 60_000;
const FORM: KeptForm = { action: '/admin/users/ann', fields: { name: 'Ann Vermeer' } };

describe('a form that is kept', () => {
  const clock = createSettableClock(NOW);
  const cipher = createCipher([{ id: 'test', key: 'a key for the forms of a test, long enough' }]);
  const stored = new Map<string, Record<string, unknown>>();
  const kept = createKeptForms({
    drafts: {
      async put(key, draft, expiresAt) {
        stored.set(key, { ...draft, expiresAt });
      },
      async find(key, now) {
        const draft = stored.get(key);
        return draft && Number(draft.expiresAt) > now ? draft : null;
      },
    },
    cipher,
    clock,
  });
  beforeEach(() => {
    clock.set(NOW);
    stored.clear();
  });

  it('comes back to its session and its page alone, for 15 minutes', async () => {
    expect(await kept.keep('session-1', '/admin/users/ann', FORM)).to.equal(true);
    expect(await kept.find('session-1', '/admin/users/ann')).to.deep.equal(FORM);
    expect(await kept.find('session-2', '/admin/users/ann')).to.equal(null);
    expect(await kept.find('session-1', '/admin/users/ben')).to.equal(null);
    clock.set(NOW + 15 * MINUTE);
    expect(await kept.find('session-1', '/admin/users/ann')).to.equal(null);
  });

  it('is one for a session: the next form takes its place', async () => {
    await kept.keep('session-1', '/admin/users/ann', FORM);
    await kept.keep('session-1', '/admin/invite', { ...FORM, action: '/admin/invite' });
    expect(stored.size).to.equal(1);
    expect(await kept.find('session-1', '/admin/users/ann')).to.equal(null);
    expect(await kept.find('session-1', '/admin/invite')).to.include({ action: '/admin/invite' });
  });

  it('shows neither its text nor its session to a reader of the store [A98]', async () => {
    await kept.keep('session-1', '/admin/users/ann', FORM);
    expect(JSON.stringify([...stored])).not.to.match(/Vermeer|session-1|\/admin/);
    expect(await kept.keep('session-1', '/', { ...FORM, fields: { name: 'x'.repeat(16_000) } })).to.equal(
      false,
    );
  });
});
