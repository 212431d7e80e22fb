/** Runs one command on the stores, and warns when a notice could not be sent. */
import type { Operation } from '../compose/operator/operation.ts';
import type { Config } from '../config/shape.ts';

export async function operate(
  config: Config,
  act: (operation: Operation, config: Config) => Promise<void>,
): Promise<void> {
  const { withOperation } = await import('../compose/operator/operation.ts');
  await withOperation(config, act, () =>
    process.stderr.write('warning: not everybody could be told of this by mail or SMS\n'),
  );
}

/** For an address that no account has. */
export function noAccount(email: string): Error {
  return new Error(`no account has the address ${email}`);
}

/** The ids of all tenants, or of the wanted one. Throws when no tenant has that id. */
export function tenantsOf({ tenants }: Config, wanted: string | undefined): string[] {
  const ids = tenants.map(({ id }) => id).filter((id) => wanted === undefined || id === wanted);
  if (wanted !== undefined && ids.length === 0) throw new Error(`no tenant has the id ${wanted}`);
  return ids;
}
