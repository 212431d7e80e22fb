/** The commands that the requests of a sign-in send to MongoDB, by name and collection. */
import { expect } from 'chai';
import { mongoDatabase } from '../../support/stores/mongo.ts';
import { commandsOf, mongoCommands } from '../../support/stores/mongo-commands.ts';
import { redisUrl } from '../../support/stores/redis.ts';
import { accounts, withApp } from '../flow/members.ts';
import { interaction } from '../oidc/story.ts';
import { signInBySteps } from './sign-in-steps.ts';

const SNAPSHOT = ['find accounts', 'find enrolments', 'find lockouts', 'find tenant_settings'];

/**
 * The settings of the console are read with the account, at the same moment, so that a stricter policy counts at once. One more
 * is a read of something that was read already, or a write that could go with another. */
const SIGN_IN: Readonly<Record<string, readonly string[]>> = {
  authorization: [],
  'password page': [],
  // The lock-outs of the password, and of the second factor.
  password: [
    'find accounts',
    'find enrolments',
    'find lockouts',
    'find lockouts',
    'find tenant_settings',
    'insert audit',
  ],
  'code page': SNAPSHOT,
  // The claim of the code, its step, both events, and the first sign-in of the account.
  code: [...SNAPSHOT, 'insert audit', 'insert claims', 'insert claims', 'insert enrolments'],
  resume: [
    'find accounts',
    'find enrolments',
    'find tenant_settings',
    'update provider',
    'update sign_in_records',
  ],
  token: [
    'find accounts',
    'find enrolments',
    'find provider',
    'find sign_in_records',
    'find tenant_settings',
  ],
  userinfo: [
    'find accounts',
    'find enrolments',
    'find provider',
    'find sign_in_records',
    'find tenant_settings',
  ],
};

describe('the commands of a sign-in on MongoDB and Redis', () => {
  const commands = mongoCommands();
  const database = mongoDatabase();
  const redis = redisUrl();
  const s = interaction(() => ({
    ...accounts(withApp('ann', 'strict')),
    storage: {
      accounts: { driver: 'mongo', uri: commands.watched(database().uri) },
      short_lived: { driver: 'redis', uri: redis() },
    },
  }));

  it('are 33, and each request has its own', async () => {
    const sent: Record<string, readonly string[]> = {};
    async function step<T>(name: string, request: () => Promise<T>): Promise<T> {
      commands.take();
      const answer = await request();
      sent[name] = commandsOf(commands.take());
      return answer;
    }
    await signInBySteps(s, 'ann@strict.test', step);
    expect(sent).to.deep.equal(SIGN_IN);
    expect(Object.values(sent).flat()).to.have.length(33);
  });
});
