/** A host with an audit log and notices of its own. */
import { expect } from 'chai';
import type { AuditEntry, LogFields, Notify } from '../../../src/index.ts';
import { BARE } from '../../support/hosts/guest-kinds.ts';
import { createPost, sendAtSetUp } from '../post.ts';
import { begin, interaction } from '../story.ts';

const MAIL = 'ann@host.test';

describe('a host with its own audit log and notices [U.6]', () => {
  const at = interaction(BARE);

  /** Enrols codes by e-mail for ann, and returns the page after the code. */
  async function enrolWith(notify: Notify) {
    const post = createPost(() => at);
    const entries: AuditEntry[] = [];
    const logged: LogFields[] = [];
    await at.host.restart({
      ...post.options,
      notify,
      auditLog: async (entry) => void entries.push(entry),
      log: (line) => logged.push(line),
    });
    const visitor = at.host.visitor();
    await begin(at, visitor, 'ann');
    await sendAtSetUp(visitor, 'email');
    const page = await visitor.enterCode(post.codeTo(MAIL));
    return { entries, logged, page };
  }

  it('gets each event with the whole IP address, and each notice with its account', async () => {
    const notices: unknown[] = [];
    const { entries, logged } = await enrolWith(async ({ id }, notice) => void notices.push([id, notice]));
    const created = entries.find(({ event }) => event === 'enrolment.created');
    expect(created).to.include({ accountId: 'ann', method: 'email', ip: '127.0.0.1' });
    expect(entries.map(({ event }) => event)).to.include.members(['code.sent', 'recovery.created']);
    expect(created?.reference).to.match(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect(notices).to.deep.equal([['ann', { topic: 'factor-added', method: 'email' }]]);
    expect(logged).to.deep.equal([]);
  });

  it('enrols the factor when its notify fails, and logs the error', async () => {
    const { entries, logged, page } = await enrolWith(() => Promise.reject(new Error('out')));
    expect(page.status).to.be.below(400);
    expect(entries.map(({ event }) => event)).to.include('enrolment.created');
    expect(logged.map(({ event, reason }) => [event, reason])).to.deep.equal([
      ['event.subscriber_failed', 'enrolment.created'],
    ]);
  });
});
