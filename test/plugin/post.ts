/** A host that sends by itself, keeps what people have shown to be theirs, and remembers what it sent. */
import type { Message, SecondFactorOptions } from '../../src/index.ts';
import type { Page } from '../support/pages/page.ts';
import type { Visitor } from '../support/visitor.ts';
import type { InteractionContext } from './story.ts';

/** The prefix of Dutch mobile numbers; the numbers of the tests begin with it. */
const PREFIX = '+316';
export const NUMBER = '+31612345678';

export interface Post {
  readonly sent: Message[];
  /** The contacts that the plugin reported to the host. */
  readonly contacts: unknown[];
  /** For a host whose people are those of `stage`. */
  readonly options: Partial<SecondFactorOptions>;
  /** The newest that was sent to somebody. */
  codeTo(to: string): string;
}

/** `stage` is asked for once there is one. */
export function createPost(
  interaction: () => InteractionContext,
  more: Partial<SecondFactorOptions> = {},
): Post {
  const sent: Message[] = [];
  const contacts: unknown[] = [];
  return {
    sent,
    contacts,
    options: {
      sender: {
        async send(message) {
          sent.push(message);
        },
      },
      sms: { allowedPrefixes: [PREFIX] },
      onContact(id, contact) {
        contacts.push({ id, ...contact });
        const { people } = interaction().host;
        const more = 'email' in contact ? { emailConfirmed: true } : contact;
        people.set(id, { ...people.get(id), ...more });
      },
      ...more,
    },
    codeTo(to) {
      const codes = sent
        .filter((message) => message.to === to)
        .map(({ text }) => /\b\d{6}\b/.exec(text)?.[0]);
      const code = codes.findLast((each) => each !== undefined);
      if (code === undefined) throw new Error(`no code was sent to ${to}`);
      return code;
    },
  };
}

/** From the chooser of set-ups to the page that asks for the code which was sent. */
export async function sendAtSetUp(visitor: Visitor, method: 'email' | 'sms', phone = NUMBER): Promise<Page> {
  const page = await visitor.chooseMethod(method);
  return visitor.follow(await visitor.submit(page, method === 'sms' ? { phone } : {}, 'send'));
}
