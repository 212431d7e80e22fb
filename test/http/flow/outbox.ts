/** The messages to somebody, as `/dev/outbox.json` gives them to developers. */

import type { LinkUse } from '../../../src/use-cases/account/link-tokens.ts';
import { type App, standardConfig, type Yaml } from '../../support/app.ts';
import { member } from './members.ts';

export interface Sent {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly sent_at: string;
}

/** Newest first; of everybody, or to one place. */
export async function sentTo(app: Pick<App, 'visitor'>, to?: string): Promise<Sent[]> {
  const page = await app.visitor().get('/dev/outbox.json');
  const all: Sent[] = JSON.parse(page.text);
  return all.filter((message) => to === undefined || message.to === to);
}

/** The newest message to this place that has a code in it, and the code. */
export async function codeTo(app: App, to: string): Promise<string> {
  const codes = (await sentTo(app, to)).flatMap(({ text }) => /\b\d{6}\b/.exec(text)?.[0] ?? []);
  const [newest] = codes;
  if (newest === undefined) throw new Error(`no code was sent to ${to}`);
  return newest;
}

/** A code of six digits that is not this one. */
export function notThis(code: string): string {
  return code === '000000' ? '111111' : '000000';
}

/** Configures an account that mail and SMS reach; its number is made of the name. */
export function reachable(name: string, tenant: string, ...methods: ('email' | 'sms' | Yaml)[]): Yaml {
  const factors = methods.map((method) => (typeof method === 'string' ? { method } : method));
  return member(name, tenant, { email_confirmed: true, phone: phoneFor(name), factors });
}

/** A number of a Dutch mobile phone, each name's own. */
export function phoneFor(name: string): string {
  const digits = [...name].map((template) => String((template.codePointAt(0) ?? 0) % 100).padStart(2, '0'));
  return `+3161${digits.join('').padEnd(7, '0').slice(0, 7)}`;
}

/** Beside the standard tenants one more, `desk`, where a factor is voluntary and may be any that sends codes. */
export function desk(...people: readonly Yaml[]): Yaml {
  const { tenants, accounts } = standardConfig();
  const secondFactor = { enforcement: 'optional', methods: ['totp', 'email', 'sms'], set_up_proof: 'none' };
  return {
    tenants: [...tenants, { id: 'desk', name: 'The Desk', second_factor: secondFactor }],
    accounts: [...accounts, ...people],
  };
}

/** The address behind a button of a mail. */
export function linkIn(mail: Sent | undefined, kind: LinkUse): string {
  const links = mail?.text.match(/https?:\/\/\S+/g) ?? [];
  const link = links.find((url) => new URL(url).pathname.startsWith(`/${kind}/`));
  if (link === undefined) throw new Error(`no such link in "${mail?.subject}"`);
  return link;
}
