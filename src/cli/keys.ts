/** `doublelock keys`: shows, adds and removes keys. It prints their ids and never the keys themselves. */
import type { Config } from '../config/shape.ts';
import { KEY_USES, type KeyUse } from '../domain/keys.ts';
import type { AddCommands } from './command-group.ts';
import { print, printJson, table, timeOf } from './output.ts';

type Chosen = { readonly [Use in KeyUse]?: true };

export const addKeyCommands: AddCommands = (program, readConfig) => {
  const keys = program.command('keys').description('the keys that sign and seal; never the keys themselves');

  keys
    .command('list')
    .description('list the keys of the configuration and of secrets.json')
    .option('--json', 'as one JSON list')
    .action(async ({ json }: { json?: true }) => {
      const { listKeys } = await import('../compose/keys.ts');
      const listed = listKeys(readConfig());
      if (json) {
        return printJson(
          listed.map(({ id, family, state, madeAt, usedAt, keptIn }) => {
            const times = { made_at: madeAt && timeOf(madeAt), in_use_since: usedAt && timeOf(usedAt) };
            return { id, use: family, state, ...times, kept_in: keptIn };
          }),
        );
      }
      const rows = listed.map(({ id, family, state, madeAt, usedAt, keptIn }) => {
        return [id, family, state, timeOrNothing(madeAt), timeOrNothing(usedAt), keptIn];
      });
      print(...table(['KEY', 'USE', 'STATE', 'MADE', 'IN USE SINCE', 'KEPT IN'], rows));
    });

  keys
    .command('status')
    .description('count what each encryption key has sealed, and tell which may go')
    .option('--json', 'as one JSON list')
    .action(({ json }: { json?: true }) =>
      withStores(readConfig(), async (config, parts) => {
        const { reasonOf, statusOfKeys } = await import('../compose/keys.ts');
        const status = await statusOfKeys(config, parts);
        if (json) {
          return printJson(
            status.map(({ id, state, factors, tokens, hindrance }) => {
              return { id, state, factors, tokens, hindrance: hindrance && reasonOf(hindrance) };
            }),
          );
        }
        const rows = status.map(({ id, state, factors, tokens, hindrance }) => {
          const free = state === 'next' ? 'yes: it is not used yet' : 'yes';
          const kept =
            state === 'missing' ? 'put it back behind the one in use' : hindrance && reasonOf(hindrance);
          return [id, state, String(factors), String(tokens), hindrance ? `no: ${kept}` : free];
        });
        print(...table(['KEY', 'STATE', 'FACTORS', 'TOKENS', 'MAY GO'], rows));
      }),
    );

  keys
    .command('rotate')
    .description('add new keys; the next time, use what was added')
    .option('--encryption', 'the key that seals')
    .option('--cookies', 'the key that signs cookies')
    .option('--signing', 'the keys that sign tokens')
    .option('--now', 'add and use new keys in one step, as when one has leaked')
    .option(
      '--out <file>',
      'where to write keys that have their place in the configuration: a new file, mode 0600',
    )
    .action(async ({ now, out, ...chosen }: Chosen & { now?: true; out?: string }) => {
      const { rotateKeys } = await import('../compose/keys.ts');
      const named = KEY_USES.filter((use) => chosen[use]);
      const uses = named.length > 0 ? named : KEY_USES;
      const { kept, written } = rotateKeys(readConfig(), { uses, atOnce: now === true, out: out ?? null });
      print(
        ...kept.map(({ family, id, did }) => `${family} ${id}: ${did}`),
        ...written.map(({ family, id }) => `${family} ${id}: written to ${out}`),
      );
      if (kept.length > 0) print(AFTER_ROTATION);
      if (kept.some(({ did }) => did === 'added')) print(AFTER_ADDING);
      if (kept.some(({ did }) => did === 'put in use')) print(AFTER_USE);
      if (written.length > 0) print(`${out} says what to do with them.`);
    });

  keys
    .command('retire')
    .description('take an older key away, once nothing needs it any more')
    .argument('<id>', 'the key, as listed')
    .option('--now', 'also when sessions, and links in mails, may end by it')
    .option('--lost', 'it is gone for good: go on without it, and without what it has sealed')
    .action((id: string, { now, lost }: { now?: true; lost?: true }) =>
      withStores(readConfig(), async (config, parts) => {
        const { retireKey } = await import('../compose/keys.ts');
        const wanted = { id, now: now === true, lost: lost === true };
        const key = await retireKey(config, parts, wanted);
        if (key === null) print(`${id} is given up.`, AFTER_LOSS);
        else if (key.keptIn === 'secrets.json') print(`${id} is removed.`, AFTER_ROTATION);
        else print(`${id} may go: take it off secrets.${key.use}. ${AFTER_ROTATION}`);
      }),
    );
};

const AFTER_ROTATION = 'Send SIGHUP to every running server.';
const AFTER_ADDING =
  'What was added is not used yet. Once they have it, and relying parties have fetched it, rotate again.';
const AFTER_USE =
  'Older keys are still read. "doublelock keys status" tells when one may go, "doublelock keys retire" removes it.';
const AFTER_LOSS =
  'Factors that it sealed stay set up, and cannot be used: "doublelock factors remove" lets their owners begin anew.';

function timeOrNothing(atMs: number | null): string {
  return atMs === null ? '' : timeOf(atMs);
}

type StoreParts = Awaited<ReturnType<typeof import('../compose/parts.ts').openParts>>;

/** Opens the stores for one command. A server may use them at the same time. */
async function withStores(
  config: Config,
  act: (config: Config, parts: StoreParts) => Promise<void>,
): Promise<void> {
  const { openParts } = await import('../compose/parts.ts');
  const parts = await openParts(config);
  try {
    await act(config, parts);
  } finally {
    await parts.stores.close();
  }
}
