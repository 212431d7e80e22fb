/** The stores, for as long as one command takes, and what is to be told of it. A server may be running on them. */
import type { Config } from '../config/shape.ts';
import type { Log } from '../ports/log.ts';
import type { Notify } from '../ports/senders.ts';
import { createAuditLog } from '../use-cases/administration/audit-log.ts';
import { createFactors } from '../use-cases/administration/factors.ts';
import { createOperation } from '../use-cases/administration/operation.ts';

export type Operation = ReturnType<typeof createOperation>;

/** Milliseconds: an operator waits for a mail server as long, and no longer. */
const SENDING_MS = 5000;

export async function operate(
  config: Config,
  act: (operation: Operation, config: Config) => Promise<void>,
): Promise<void> {
  const { expectStore, openParts, secretsOf } = await import('../compose/parts.ts');
  const { createSenders } = await import('../compose/senders.ts');
  expectStore(config);
  const parts = await openParts(config);
  const { stores, clock, random } = parts;
  let isTold = true;
  // What a mail server or a gateway says belongs on no screen: it may hold an address, or a password.
  const warn: Log = () => {
    isTold = false;
  };
  const senders = createSenders({ stores, clock, random, logger: { warn } });
  try {
    const auditLog = createAuditLog({ ...stores, clock, random });
    // Keys and senders are for commands that tell something: no other one should need them.
    const notify: Notify = async (account, said) => {
      try {
        const [{ cipherOf }, { noticesOf }] = await Promise.all([
          import('../compose/keys.ts'),
          import('../compose/notices.ts'),
        ]);
        const cipher = await cipherOf(secretsOf(config), parts);
        const sender = await senders.of(config, cipher);
        await noticesOf(config, { stores, clock, random, sender, cipher, auditLog, log: warn }).notify(
          account,
          said,
        );
      } catch {
        isTold = false;
      }
    };
    const factors = createFactors({ ...stores, notify, auditLog });
    await act(createOperation({ ...stores, auditLog, factors, clock }), config);
  } finally {
    await senders.close(SENDING_MS);
    if (!isTold) process.stderr.write('warning: not everybody could be told of this by mail or SMS\n');
    await stores.close();
  }
}
