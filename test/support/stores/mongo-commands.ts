/** Records the commands that clients of MongoDB send, by the driver's own monitoring. */
import { mongo } from 'mongoose';

export interface MongoCommand {
  readonly name: string;
  readonly collection: string;
  readonly body: mongo.BSON.Document;
}

export interface MongoCommands {
  /** The URI for a client whose commands are recorded. */
  watched(uri: string): string;
  /** Those since the last call. */
  take(): readonly MongoCommand[];
}

/** Called in a `describe`: records from its start to its end. */
export function mongoCommands(): MongoCommands {
  const { emit } = mongo.MongoClient.prototype;
  const commands: MongoCommand[] = [];

  // A store keeps its client to itself: the events of all clients are looked at.
  function emitAndRecord(this: mongo.MongoClient, ...given: readonly unknown[]): boolean {
    const [, started] = given;
    if (started instanceof mongo.CommandStartedEvent) {
      const { commandName: name, command: body } = started;
      commands.push({ name, collection: String(body[name]), body });
    }
    return Reflect.apply(emit, this, [...given]);
  }

  before(() => {
    Reflect.set(mongo.MongoClient.prototype, 'emit', emitAndRecord);
  });
  after(() => {
    Reflect.set(mongo.MongoClient.prototype, 'emit', emit);
  });
  return {
    watched: (uri) => `${uri}${uri.includes('?') ? '&' : '?'}monitorCommands=true`,
    take: () => commands.splice(0),
  };
}

/** The name and the collection of each, in the order of the alphabet: parallel commands have no order of their own. */
export function commandsOf(commands: readonly MongoCommand[]): string[] {
  return commands
    .filter(({ name }) => name !== 'ping' && name !== 'hello')
    .map(({ name, collection }) => `${name} ${collection}`)
    .toSorted();
}
