/** SMS by SMPP 3.4, over one connection to an SMS centre. It is opened on demand and kept while it is used. */
import { DeliveryFailed, type MessageSender } from '../../../ports/senders.ts';
import type { Random } from '../../../ports/system.ts';
import { oneNumber } from '../destination.ts';
import { GatewayFailed } from './gateway-failed.ts';
import { type Alphabet, type ShortMessage, shortMessages } from './short-messages.ts';
import { type BoundSession, bind, type SmppServer, type SmppTimes } from './smpp-session.ts';

export interface SmppOptions {
  readonly server: SmppServer;
  /** A number in E.164, a short code or a name. */
  readonly from: string;
  readonly alphabet: Alphabet;
  readonly random: Pick<Random, 'bytes'>;
  readonly times?: SmppTimes;
}

export interface SmppSender extends MessageSender {
  close(): void;
}

/** A person waits for the page: bound and taken within five seconds, or neither. */
export const SMPP_TIMES: SmppTimes = { bind: 2000, answer: 3000, enquire: 30_000, idle: 5 * 60 * 1000 };

/** SMPP 3.4, 5.1.3: no fault of the message: not bound, the system, a full queue, too many, unknown. */
const NOT_THE_MESSAGE = [0x04, 0x08, 0x14, 0x45, 0x58, 0xff];
const NOT_BOUND = 0x04;

export function createSmppSender({
  server,
  from,
  alphabet,
  random,
  times = SMPP_TIMES,
}: SmppOptions): SmppSender {
  const source = sourceOf(from);
  let kept: Promise<BoundSession> | null = null;
  let reference = random.bytes(1)[0] ?? 0;

  function session(): Promise<BoundSession> {
    if (kept !== null) return kept;
    const bound = bind(server, times, forget);
    // Also for what is thrown before there is a connection that could end.
    bound.catch(forget);
    kept = bound;
    return bound;

    function forget(): void {
      if (kept === bound) kept = null;
    }
  }

  return {
    async send(message) {
      const to = oneNumber(message).slice(1);
      reference = (reference + 1) % 256;
      const parts = shortMessages(message.text, alphabet, reference);
      if (parts === null) throw new DeliveryFailed('the text is too long for an SMS');
      const bound = await session();
      const answers = await Promise.all(parts.map((part) => bound.submit(fieldsOf(source, to, part))));
      const status = answers.find((each) => each !== 0);
      if (status === undefined) return;
      if (status === NOT_BOUND) bound.close();
      const reason = `the SMS centre answered with status ${status}`;
      throw NOT_THE_MESSAGE.includes(status) ? new GatewayFailed(reason) : new DeliveryFailed(reason);
    },

    close() {
      // A session that was never bound has nothing to close.
      kept?.then((bound) => bound.close()).catch(() => {});
    },
  };
}

type Source = Readonly<Record<'source_addr_ton' | 'source_addr_npi', number> & { source_addr: string }>;

/** SMPP 3.4, 5.2.5 and 5.2.6: what kind of sender it is, and by which numbering plan. */
function sourceOf(from: string): Source {
  if (from.startsWith('+')) return { source_addr_ton: 1, source_addr_npi: 1, source_addr: from.slice(1) };
  return /^\d+$/.test(from)
    ? { source_addr_ton: 3, source_addr_npi: 0, source_addr: from }
    : { source_addr_ton: 5, source_addr_npi: 0, source_addr: from };
}

function fieldsOf(source: Source, to: string, { dataCoding, esmClass, bytes }: ShortMessage) {
  return {
    ...source,
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: to,
    esm_class: esmClass,
    data_coding: dataCoding,
    short_message: bytes,
  };
}
