/** Mistakes of a host during a sign-in: the person learns what to do, and the host learns the fault. */
import { expect } from 'chai';
import type { LogFields, SecondFactorOptions } from '../../../src/index.ts';
import { BARE } from '../../support/hosts/guest-kinds.ts';
import { createPost, type Post, sendAtSetUp } from '../post.ts';
import { begin, interaction } from '../story.ts';

const MAIL = 'ann@host.test';

describe('a host with a fault [U.6]', () => {
  const at = interaction(BARE);
  let told: LogFields[];
  let post: Post;

  async function startWith(more: Partial<SecondFactorOptions>): Promise<void> {
    told = [];
    await at.host.restart({ ...post.options, log: (line) => told.push(line), ...more });
  }

  beforeEach(() => {
    post = createPost(() => at);
  });

  it('shows that a message could not be sent, whatever its sender rejects with [R15]', async () => {
    const failures = [() => Promise.reject(new Error('out')), () => JSON.parse('out')];
    for (const send of failures) {
      await startWith({ sender: { send } });
      const visitor = at.host.visitor();
      await begin(at, visitor, 'ann');
      const page = await sendAtSetUp(visitor, 'email');
      expect([page.name, page.error]).to.deep.equal(['set-up-email', 'delivery_failed']);
      expect(told.map(({ event, reason }) => [event, reason])).to.deep.equal([
        ['message.undelivered', 'email'],
      ]);
      expect(told[0]?.error).to.be.instanceOf(Error);
      await at.host.restart({ log: () => {} });
    }
  });

  it('is warned of an account that findAccount knows and its account option does not', async () => {
    await startWith({ account: () => undefined });
    const visitor = at.host.visitor();
    expect((await begin(at, visitor, 'ann')).name).to.equal('host-login');
    expect(told.map(({ event, account_id }) => [event, account_id])).to.deep.equal([
      ['account.unknown', 'ann'],
    ]);
  });

  it('is warned of a confirmed e-mail address when it has no onContact', async () => {
    const { onContact: _, ...forgetful } = post.options;
    post = { ...post, options: forgetful };
    await startWith({});
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    await sendAtSetUp(visitor, 'email');
    await visitor.enterCode(post.codeTo(MAIL));
    expect(told.map(({ event, account_id }) => [event, account_id])).to.deep.equal([
      ['contact.not_kept', 'ann'],
    ]);
  });
});
