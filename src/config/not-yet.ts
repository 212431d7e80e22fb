/** Warns about settings that this release accepts and does not support. */
import type { MethodName } from '../domain/methods/method.ts';
import type { ConfigFile } from './schema/file.ts';

/** One line for each topic, with the tenants that it concerns. */
export function notYet(file: ConfigFile, available: readonly MethodName[]): string[] {
  const asking = file.tenants.filter((tenant) => tenant.second_factor.enforcement !== 'off');
  const lines: string[] = [];
  const say = (tenants: typeof asking, words: string) => {
    if (tenants.length > 0) lines.push(`${words} (tenants: ${tenants.map(({ id }) => id).join(', ')})`);
  };

  const missing = new Set(
    asking.flatMap((tenant) => tenant.second_factor.methods.filter((method) => !available.includes(method))),
  );
  for (const method of missing) {
    const listing = asking.filter((tenant) => tenant.second_factor.methods.includes(method));
    say(listing, `the method ${method} is not in this release and is not offered`);
  }
  return [...lines, ...factorLines(file, available)];
}

/** An account with only unsupported factors is refused at sign-in, so that its password alone is never enough. */
function factorLines({ accounts }: ConfigFile, available: readonly MethodName[]): string[] {
  return accounts
    .filter(({ factors }) => factors.length > 0 && !factors.some(({ method }) => available.includes(method)))
    .map(
      ({ email }) =>
        `the account ${email.trim()} has only factors that are not in this release: it can't sign in`,
    );
}
