/** A method is named in its own module and in the catalogue. Every other file asks the catalogue about it. */
import { Visitor } from 'oxc-parser';
import type { Source } from './source.ts';

const NAMES = ['totp', 'email', 'sms', 'passkey', 'recovery', 'app'];
const MODULES = 'src/domain/methods/';

interface Exception {
  /** A file, or a folder with a slash at its end. */
  readonly path: string;
  readonly names: readonly string[];
  readonly reason: string;
}

const CHANNEL = 'the channel of a message';
const FIELD = 'the name of a field';

const EXCEPTIONS: readonly Exception[] = [
  {
    path: 'src/config/',
    names: ['totp', 'email', 'sms', 'passkey'],
    reason: 'keys and values of the configuration file',
  },
  { path: 'src/plugin/options/', names: ['totp', 'email', 'sms'], reason: 'keys and values of the options' },
  { path: 'src/domain/claims.ts', names: ['email'], reason: 'the name of a scope and of a claim' },
  { path: 'src/domain/audit/lost-changes.ts', names: ['email'], reason: FIELD },
  { path: 'src/domain/administration/account-differences.ts', names: ['email'], reason: FIELD },
  {
    path: 'src/use-cases/administration/accounts.ts',
    names: ['email', 'sms'],
    reason: 'a field, and a channel',
  },
  { path: 'src/domain/tenant.ts', names: ['email'], reason: 'a value of the setting setUpProof' },
  { path: 'src/domain/enrolment/enrolment.ts', names: ['app'], reason: FIELD },
  { path: 'src/domain/notice.ts', names: ['email', 'sms'], reason: CHANNEL },
  { path: 'src/ports/senders.ts', names: ['email', 'sms'], reason: CHANNEL },
  { path: 'src/jobs/', names: ['email'], reason: CHANNEL },
  { path: 'src/messages/', names: ['email', 'sms'], reason: CHANNEL },
  { path: 'src/adapters/account-files/', names: ['email', 'totp'], reason: 'columns and words of files' },
  { path: 'src/adapters/delivery/', names: ['email', 'sms'], reason: CHANNEL },
  { path: 'src/adapters/mongo/administration/', names: ['email'], reason: FIELD },
  { path: 'src/domain/administration/search-text.ts', names: ['email'], reason: FIELD },
  { path: 'src/adapters/redis/', names: ['email', 'sms'], reason: CHANNEL },
  { path: 'src/adapters/embedded/', names: ['email', 'sms', 'app'], reason: 'channels, and columns' },
  { path: 'src/adapters/system/metrics/', names: ['email', 'sms'], reason: CHANNEL },
  { path: 'src/compose/', names: ['email', 'sms'], reason: 'channels, and sections of the configuration' },
  { path: 'src/http/pages/page-parts.ts', names: ['email', 'sms'], reason: CHANNEL },
  {
    path: 'src/http/ops/',
    names: ['email', 'sms', 'totp', 'passkey'],
    reason: 'channels, and factors in sample messages',
  },
  { path: 'src/http/enrolment/secret-model.ts', names: ['app'], reason: FIELD },
  { path: 'src/http/pages/refusals.ts', names: ['email'], reason: FIELD },
  { path: 'src/http/sign-in/passkey.ts', names: ['passkey'], reason: 'a part of the model of the page' },
  { path: 'src/http/admin/', names: ['email'], reason: 'a column of files' },
  { path: 'src/http/admin/audit/audit-file.ts', names: ['email'], reason: 'a column' },
  { path: 'src/http/demo/claims.ts', names: ['email'], reason: 'a claim' },
  { path: 'src/use-cases/administration/factors.ts', names: ['sms'], reason: CHANNEL },
  { path: 'src/use-cases/invitations/invite.ts', names: ['email'], reason: CHANNEL },
  { path: 'src/use-cases/resets/carry-out.ts', names: ['sms'], reason: CHANNEL },
  { path: 'src/use-cases/account/link-tokens.ts', names: ['email'], reason: FIELD },
  { path: 'src/use-cases/account/email/new-address-link.ts', names: ['email'], reason: CHANNEL },
  { path: 'src/domain/self-service/events.ts', names: ['email'], reason: CHANNEL },
  { path: 'src/http/admin/users.ts', names: ['email'], reason: 'a column' },
  { path: 'src/use-cases/enrolment/enrolment.ts', names: ['app'], reason: FIELD },
];

function covers({ path }: Exception, file: string): boolean {
  return path.endsWith('/') ? file.startsWith(path) : file === path;
}

interface Mention {
  readonly path: string;
  readonly name: string;
  readonly line: number;
}

function mentionsIn({ path, program, lineOf }: Source): readonly Mention[] {
  const mentions: Mention[] = [];
  if (path.startsWith(MODULES)) return mentions;
  new Visitor({
    Literal({ value, start }) {
      if (typeof value === 'string' && NAMES.includes(value))
        mentions.push({ path, name: value, line: lineOf(start) });
    },
  }).visit(program);
  return mentions;
}

/** Names of methods where no exception covers them, and exceptions that cover nothing. */
export function methodNameFaults(
  sources: readonly Source[],
  exceptions: readonly Exception[] = EXCEPTIONS,
): string[] {
  const mentions = sources.flatMap(mentionsIn);
  const isCovered = ({ path, name }: Mention) =>
    exceptions.some((exception) => covers(exception, path) && exception.names.includes(name));
  const unused = exceptions.flatMap((exception) =>
    exception.names.flatMap((name) =>
      mentions.some((mention) => mention.name === name && covers(exception, mention.path))
        ? []
        : [`${exception.path} does not say ${name} any more (${exception.reason})`],
    ),
  );
  const stray = mentions
    .filter((mention) => !isCovered(mention))
    .map(({ path, name, line }) => `${path}:${line} names the method ${name}`);
  return [...stray, ...unused];
}
