/** Mails a person the way into an account: the link that confirms the address, or an invitation to a person who has not joined. */
import type { Account } from '../../../domain/account.ts';
import { type CampaignOutcome, turnIdOf } from '../../../domain/administration/campaign.ts';
import { accepted, type Outcome, type Refusal, refused } from '../../../domain/refusal.ts';
import type { Tenant } from '../../../domain/tenant.ts';
import type { EventLog } from '../../../ports/events.ts';
import type { Clock } from '../../../ports/system.ts';
import { LINK_LIFETIME_MS } from '../../account/link-tokens.ts';
import type { Inviting } from '../../invitations/invite.ts';
import type { AddressConfirmation } from '../../second-factor/address-confirmation.ts';
import type { MailLimits } from '../campaigns/mail-limits.ts';
import { type Acting, lineOf } from './permission.ts';

interface ActivationDeps {
  readonly limits: Pick<MailLimits, 'countMail' | 'countTurn'>;
  readonly confirmation: Pick<AddressConfirmation, 'resend'>;
  /** Names the acting account in the audit log. */
  readonly invitingBy: (actor: string) => Pick<Inviting, 'invite' | 'isWaiting'>;
  readonly events: EventLog;
  readonly clock: Clock;
}

/** The turn of one recipient of a mailing. */
export interface Turn {
  readonly campaign: { readonly id: string; readonly by: string; readonly createdAt: number };
  readonly account: Account;
  readonly tenant: Tenant;
}

/** Null: the mail could not be handed over now, and the turn comes again. */
export type TurnOutcome = CampaignOutcome | null;

export type Activation = ReturnType<typeof createActivation>;

export function createActivation({ limits, confirmation, invitingBy, events, clock }: ActivationDeps) {
  /** Mails the link. Does nothing for a confirmed address. */
  async function confirm(acting: Acting): Promise<Outcome<null>> {
    const { actor, target, tenant, ip } = acting;
    if (target.emailConfirmed) return accepted(null);
    return counted(acting, () => confirmation.resend({ account: target, tenant }, { ip, actor: actor.id }));
  }

  /** An invitation for a person who has not joined, else the link. */
  async function activate(acting: Acting): Promise<Outcome<null>> {
    const { actor, target } = acting;
    const inviting = invitingBy(actor.id);
    if (!(await inviting.isWaiting(target))) return confirm(acting);
    return counted(acting, async () => {
      const outcome = await inviting.invite(target.id, { clientId: null, isAgain: true });
      return outcome === 'failed' ? refused({ code: 'delivery_failed' }) : accepted(null);
    });
  }

  /** The audit log tells of a mail that a limit has refused. A mail that was not sent is not counted. */
  async function counted(acting: Acting, send: () => Promise<Outcome<null>>): Promise<Outcome<null>> {
    const verdict = await limits.countMail(acting.actor, acting.target);
    if (!verdict.ok) {
      const reason = verdict.refusal.code;
      await events.append({ ...lineOf(acting), name: 'contact.link_asked', reason });
      return verdict;
    }
    const sent = await send();
    if (!sent.ok) await verdict.value.takeBack();
    return sent;
  }

  /** The same for a recipient of a mailing. A repeated turn mails nothing again. */
  async function mail({ campaign, account, tenant }: Turn): Promise<TurnOutcome> {
    const onceId = turnIdOf(campaign.id, account.id);
    const verdict = await limits.countTurn(account, onceId);
    if (!verdict.ok) return 'limited';
    const inviting = invitingBy(campaign.by);
    if (await inviting.isWaiting(account)) {
      const outcome = await inviting.invite(account.id, { clientId: null, isAgain: true, onceId });
      if (outcome === 'invited' || outcome === 'disabled') return outcome;
      if (outcome === 'failed') return null;
    }
    const expiresAt = clock.now() + LINK_LIFETIME_MS['confirm-email'];
    const sent = await confirmation.resend(
      { account, tenant },
      { ip: null, actor: campaign.by },
      { id: onceId, atMs: campaign.createdAt, expiresAt },
    );
    return sent.ok ? 'sent' : outcomeOf(sent.refusal);
  }

  return { confirm, activate, mail };
}

function outcomeOf({ code }: Refusal): TurnOutcome {
  if (code === 'resend_too_soon') return 'limited';
  return code === 'delivery_failed' ? null : 'undelivered';
}
