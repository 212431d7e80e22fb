/** The events of administrators' acts in the console. */
import type { PersonEventName } from './person-events.ts';

export type AdministrationEventName = PersonEventName;
