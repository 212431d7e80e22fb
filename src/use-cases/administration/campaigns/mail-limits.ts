/** Limits on mails that administrators have sent to people: by person, by administrator and by tenant. */
import type { Account } from '../../../domain/account.ts';
import type { Outcome } from '../../../domain/refusal.ts';
import {
  type CountedSend,
  type CountingNeeds,
  createCounting,
  limit,
} from '../../second-factor/send-limits.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** Mails to one person within a day, whether one by one or by a mailing. */
const MOST_TO_PERSON = 5;
/** Mails to single people within an hour. A mailing is for more of them. */
const MOST_BY_ADMINISTRATOR = 30;
const MOST_OF_TENANT = 100;
/** Mailings that are begun within a day. */
const MOST_CAMPAIGNS_BY_ADMINISTRATOR = 5;
const MOST_CAMPAIGNS_OF_TENANT = 20;

type Actor = Pick<Account, 'id' | 'tenantId'>;

export interface MailLimits {
  /** One mail to one person. */
  countMail(actor: Actor, account: Pick<Account, 'id'>): Promise<Outcome<CountedSend>>;
  /** A mail of a mailing. The same `turnId` counts once. */
  countTurn(account: Pick<Account, 'id'>, turnId: string): Promise<Outcome<CountedSend>>;
  /** The same `id` counts once. */
  countCampaign(actor: Actor, id: string): Promise<Outcome<CountedSend>>;
}

export function createMailLimits(needs: CountingNeeds): MailLimits {
  const count = createCounting(needs);
  const toPerson = ({ id }: Pick<Account, 'id'>) => limit(`activations:${id}`, MOST_TO_PERSON, DAY);
  return {
    countMail: (actor, account) =>
      count([
        toPerson(account),
        limit(`activations-by:${actor.id}`, MOST_BY_ADMINISTRATOR, HOUR),
        limit(`activations-of:${actor.tenantId}`, MOST_OF_TENANT, HOUR),
      ]),
    countTurn: (account, turnId) => count([toPerson(account)], turnId),
    countCampaign: (actor, id) =>
      count(
        [
          limit(`campaigns-by:${actor.id}`, MOST_CAMPAIGNS_BY_ADMINISTRATOR, DAY),
          limit(`campaigns-of:${actor.tenantId}`, MOST_CAMPAIGNS_OF_TENANT, DAY),
        ],
        id,
      ),
  };
}
