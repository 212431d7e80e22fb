/** What was sent, as its readers find it. */
import type { App } from '../../support/app.ts';

/** As `/dev/outbox.json` gives it. */
export interface Mail {
  readonly channel: 'email' | 'sms';
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly sent_at: string;
}

/** Newest first: all, or those to one place. */
export async function mails(app: App, to?: string): Promise<readonly Mail[]> {
  const { text } = await app.visitor().get('/dev/outbox.json');
  const all = JSON.parse(text) as readonly Mail[];
  return all.filter((mail) => to === undefined || mail.to === to);
}

/** The address behind its button, of this kind. */
export function linkIn(mail: Mail | undefined, kind: 'confirm-email' | 'not-me'): string {
  const link = (mail?.text.match(/https?:\/\/\S+/g) ?? []).find((url) =>
    new URL(url).pathname.startsWith(`/${kind}/`),
  );
  if (link === undefined) throw new Error(`no such link in "${mail?.subject}"`);
  return link;
}

/** The code that stands in it. */
export function codeIn(mail: Mail | undefined): string {
  const code = /\b\d{6}\b/.exec(mail?.text ?? '')?.[0];
  if (code === undefined) throw new Error(`no code in "${mail?.subject}"`);
  return code;
}
