/**
 * Stands between a client and a MongoDB server, and answers some commands in its place. The replies are those that the
 * manual of MongoDB documents, for what the server of these tests cannot show: users, roles, replica sets.
 */
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { mongo } from 'mongoose';

type Document = mongo.BSON.Document;

/** The reply to a command. Null: the server behind answers it. */
export type Answer = (name: string, command: Document) => Document | null;

export interface MongoReplies {
  readonly uri: string;
  /** Counts from now on from nothing, and answers so. */
  answer(answer: Answer): void;
  /** The commands so far, by name and collection: `insert claims`. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/: the header, and the opcode OP_MSG. */
const HEADER_BYTES = 16;
const OP_MSG = 2013;
/** The header, the flags, and the kind of the first section, which is a document. */
const BODY_AT = HEADER_BYTES + 4 + 1;

function commandIn(message: Buffer): Document | null {
  if (message.readInt32LE(12) !== OP_MSG || message[BODY_AT - 1] !== 0) return null;
  const length = message.readInt32LE(BODY_AT);
  return mongo.BSON.deserialize(message.subarray(BODY_AT, BODY_AT + length));
}

function replyTo(message: Buffer, document: Document): Buffer {
  const body = mongo.BSON.serialize(document);
  const reply = Buffer.alloc(BODY_AT + body.length);
  reply.writeInt32LE(reply.length, 0);
  reply.writeInt32LE(message.readInt32LE(4), 8);
  reply.writeInt32LE(OP_MSG, 12);
  reply.set(body, BODY_AT);
  return reply;
}

/** Gives each whole message of a stream, however it was cut on its way. */
function wholeMessages(take: (message: Buffer) => void): (part: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (part) => {
    rest = Buffer.concat([rest, part]);
    while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      take(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  };
}

export async function startMongoReplies(target: number): Promise<MongoReplies> {
  const sockets = new Set<Socket>();
  let answer: Answer = () => null;
  let seen: string[] = [];

  function keep(socket: Socket): Socket {
    sockets.add(socket);
    return socket.on('close', () => sockets.delete(socket)).on('error', () => {});
  }

  const listener = createServer((client) => {
    const server = keep(dial(target, '127.0.0.1'));
    server.pipe(keep(client));
    client.on('close', () => server.destroy());
    client.on(
      'data',
      wholeMessages((message) => {
        const command = commandIn(message);
        const [name = '', of] = Object.entries(command ?? {})[0] ?? [];
        if (command) seen.push(`${name} ${of}`);
        const document = command && answer(name, command);
        if (document) client.write(replyTo(message, document));
        else server.write(message);
      }),
    );
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    uri: `mongodb://127.0.0.1:${address.port}/`,
    answer(next) {
      seen = [];
      answer = next;
    },
    get seen() {
      return seen;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
