/** The schema of the places of IP addresses. */
import { z } from 'zod';

export const geoShape = {
  database: z
    .string()
    .min(1, 'is empty')
    .nullable()
    .default(null)
    .describe(
      'A city or country database in the MaxMind DB format (`.mmdb`), relative to the file of the configuration. ' +
        'The sessions page and the mail about a new sign-in then name the place. `null`: they show a part of the IP address.',
    ),
};
