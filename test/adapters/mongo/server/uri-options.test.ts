/** The options of MongoDB's connection string: which of them count, and which are refused. */
import { expect } from 'chai';
import { readUriOptions } from '../../../../src/adapters/mongo/server/uri-options.ts';

const read = (options: string) => readUriOptions(`mongodb://app:hunter2@m1,m2/doublelock${options}`);

describe('the options of a MongoDB URI', () => {
  it('decide how many connections a process has and how long a request waits for one; 100 and a second otherwise [R14]', () => {
    expect(read('')).to.deep.equal({ connections: 100, waitMs: 1000 });
    expect(read('?replicaSet=rs0&maxPoolSize=7')).to.deep.equal({ connections: 7, waitMs: 1000 });
    expect(read('?MAXPOOLSIZE=7&waitqueuetimeoutms=250')).to.deep.equal({ connections: 7, waitMs: 250 });
    expect(read('?waitQueueTimeoutMS=60000').waitMs).to.equal(2000);
    expect(readUriOptions('')).to.deep.equal({ connections: 100, waitMs: 1000 });
  });

  it('may say what is so anyway, and everything about TLS, users and members', () => {
    const options =
      '?w=majority&journal=true&readPreference=primary&readConcernLevel=majority&retryWrites=true&tls=true&authSource=admin';
    expect(read(options).connections).to.equal(100);
  });

  for (const [option, word] of [
    ['w=1', 'w must be majority'],
    ['W=0', 'w must be majority'],
    ['w=majority&w=1', 'w must be majority'],
    ['journal=false', 'journal must not be off'],
    ['readPreference=secondaryPreferred', 'readPreference must be primary'],
    ['readConcernLevel=available', 'readConcernLevel must be local'],
    ['timeoutMS=0', 'timeoutMS takes the place'],
    ['maxPoolSize=0', 'maxPoolSize must be a whole number'],
    ['maxPoolSize=many', 'maxPoolSize must be a whole number'],
    ['waitQueueTimeoutMS=0', 'waitQueueTimeoutMS must be a whole number'],
  ] as const) {
    it(`refuse ${option}, which would weaken what is promised, in words and without the URI [R12]`, () => {
      expect(() => read(`?tls=true&${option}`))
        .to.throw(Error, `MongoDB: in its URI, ${word}`)
        .with.property('message')
        .that.does.not.match(/hunter2|m1/);
    });
  }

  it('are refused together in one line', () => {
    expect(() => read('?w=1&readPreference=nearest')).to.throw(
      /w must be majority.*; readPreference must be/,
    );
  });
});
