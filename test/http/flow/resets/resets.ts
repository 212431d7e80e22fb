/** The steps that the tests of resets have in common: asking at the second factor, and deciding as the command does. */
import { expect } from 'chai';
import { withOperation } from '../../../../src/compose/operator/operation.ts';
import { OPERATOR } from '../../../../src/domain/resets/reset-request.ts';
import type { Decider, ListedReset, ResetDecision } from '../../../../src/use-cases/resets/decide.ts';
import type { Page } from '../../../support/pages/page.ts';
import type { Visitor } from '../../../support/visitor.ts';
import type { InteractionContext } from '../../oidc/story.ts';
import { givePassword } from '../members.ts';
import { linkIn, sentTo } from '../outbox.ts';

const REASON = 'I left my phone in the train.';

export function resetsIn(s: Pick<InteractionContext, 'app' | 'rp' | 'clock'>) {
  /** After the password, to the page that asks for the reason. */
  async function atRequest(
    email: string,
    browser: Visitor = s.app.visitor(),
  ): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await givePassword(s, email, browser);
    return { visitor, page: await visitor.open(page.link('request-reset') ?? '') };
  }

  /** Sends the request, and gives the page that says so. */
  async function ask(email: string, reason = REASON): Promise<{ visitor: Visitor; page: Page }> {
    const { visitor, page } = await atRequest(email);
    const answer = await visitor.submit(page, { reason }, 'send');
    expect(answer.status).to.equal(303);
    return { visitor, page: await visitor.follow(answer) };
  }

  /** Newest first. */
  async function listed(email: string): Promise<ListedReset[]> {
    const found: ListedReset[] = [];
    await withOperation(
      s.app.config,
      async ({ resets }, { tenants }) => {
        const ids = tenants.map(({ id }) => id);
        for await (const page of resets.list(ids, true)) found.push(...page);
      },
      undelivered,
    );
    return found.filter(({ account }) => account.email === email);
  }

  async function newest(email: string): Promise<ListedReset> {
    const [first] = await listed(email);
    if (!first) throw new Error(`${email} has asked for nothing`);
    return first;
  }

  async function decide(
    act: 'approve' | 'refuse',
    email: string,
    decider: Partial<Decider> = {},
  ): Promise<ResetDecision> {
    const { request } = await newest(email);
    let decision: ResetDecision = { kind: 'unknown' };
    await withOperation(
      s.app.config,
      async ({ resets }) => {
        decision = await resets[act](request.id, { by: OPERATOR, note: null, ...decider });
      },
      undelivered,
    );
    return decision;
  }

  async function stored(email: string) {
    const { accounts, enrolments, audit } = s.app.parts.stores;
    const account = await accounts.findByEmail(email);
    const accountId = account?.id ?? '';
    const [factors, lines] = await Promise.all([
      enrolments.listByAccount(accountId),
      audit.list({ accountId, limit: 100 }),
    ]);
    const resets = lines.filter(({ event }) => event.startsWith('reset.'));
    return {
      account,
      methods: factors.map(({ method }) => method),
      events: resets
        .map(({ event, reason }) => (reason === null ? event : `${event} ${reason}`))
        .toReversed(),
    };
  }

  const subjects = async (email: string) => (await sentTo(s.app, email)).map(({ subject }) => subject);

  async function linkOf(email: string, use: 'cancel-reset' | 'set-up-again'): Promise<string> {
    const mail = (await sentTo(s.app, email)).find(({ text }) => text.includes(`/${use}/`));
    return linkIn(mail, use);
  }

  return { atRequest, ask, listed, newest, decide, stored, subjects, linkOf };
}

function undelivered(): never {
  throw new Error('a notice could not be sent');
}
