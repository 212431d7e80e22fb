/** The events of acts of administrators in the console. Their `actor` is the id of the account that acts. */
import type { PersonEventName } from './person-events.ts';

/** Events that nobody gets a notice of. */
export type QuietConsoleEventName =
  /** The settings of the tenant. `reason` has the number of the version, and the names of the settings. */
  | 'settings.changed'
  /** A mailing. `reason` has its id. */
  | 'campaign.begun'
  | 'campaign.paused'
  | 'campaign.resumed'
  /** Each recipient has had a turn. */
  | 'campaign.ended'
  /** A limit has refused it. `reason`: the code of the refusal. */
  | 'campaign.refused';

export type AdministrationEventName = QuietConsoleEventName | PersonEventName;
